import { type EachShader, eachShader, type Shader } from "./shader.js";

/**
 * Of the dueling streams: a thread for each atom of each observation, whose values for the actions
 * are `atoms` apart from `first` on.
 * @param summed the tensor whose values for the actions are `sum`
 */
function duelingShader(name: string, bindings: string, summed: string, body: string): EachShader {
  return eachShader({
    name,
    declarations: `
override rows: u32;
override actions: u32;
override atoms: u32;
${bindings}`,
    count: "rows",
    body: `
  let first = i / atoms * actions * atoms + i % atoms;
  var sum = 0.0;
  for (var a = 0u; a < actions; a++) { sum += ${summed}[first + a * atoms]; }
${body}`,
  });
}

/** See `duelingQ` (src/nn/layers.ts). */
export const DUELING_FORWARD = duelingShader(
  "duelingForward",
  `
@group(0) @binding(0) var<storage, read> value: array<f32>;
@group(0) @binding(1) var<storage, read> advantage: array<f32>;
@group(0) @binding(2) var<storage, read_write> q: array<f32>;`,
  "advantage",
  `
  let baseline = value[i] - sum / f32(actions);
  for (var a = 0u; a < actions; a++) {
    q[first + a * atoms] = advantage[first + a * atoms] + baseline;
  }`,
);

export const DUELING_BACKWARD = duelingShader(
  "duelingBackward",
  `
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read_write> dValue: array<f32>;
@group(0) @binding(2) var<storage, read_write> dAdvantage: array<f32>;`,
  "dy",
  `
  dValue[i] = sum;
  let mean = sum / f32(actions);
  for (var a = 0u; a < actions; a++) {
    dAdvantage[first + a * atoms] = dy[first + a * atoms] - mean;
  }`,
);

/** 1 for the first of the largest values of each row, else 0. */
export const GREEDY_ROWS = eachShader({
  name: "greedyRows",
  declarations: `
override rows: u32;
override actions: u32;
@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read_write> policy: array<f32>;`,
  count: "rows",
  body: `
  let first = i * actions;
  var best = first;
  for (var a = first + 1u; a < first + actions; a++) { if (q[a] > q[best]) { best = a; } }
  for (var a = first; a < first + actions; a++) { policy[a] = select(0.0, 1.0, a == best); }`,
});

/** TD errors of a scalar head. */
export const TD_ERRORS = eachShader({
  name: "tdErrors",
  declarations: `
override rows: u32;
override actions: u32;
@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> taken: array<f32>;
@group(0) @binding(2) var<storage, read> qT: array<f32>;
@group(0) @binding(3) var<storage, read> policyT: array<f32>;
@group(0) @binding(4) var<storage, read> returns: array<f32>;
@group(0) @binding(5) var<storage, read> discountT: array<f32>;
@group(0) @binding(6) var<storage, read_write> errors: array<f32>;`,
  count: "rows",
  body: `
  var bootstrap = 0.0;
  var chosen = 0.0;
  for (var a = i * actions; a < (i + 1u) * actions; a++) {
    bootstrap += policyT[a] * qT[a];
    chosen += taken[a] * q[a];
  }
  errors[i] = returns[i] + discountT[i] * bootstrap - chosen;`,
});

const LOSS_THREADS = 256;

/** Mean weighted Huber loss, mean Q of the actions taken, and the loss's gradient. One workgroup. */
export const TD_LOSS: Shader = {
  name: "tdLoss",
  code: `
override rows: u32;
override actions: u32;
override delta: f32;         // 0: squared error
@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> taken: array<f32>;
@group(0) @binding(2) var<storage, read> errors: array<f32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read_write> loss: array<f32>;
@group(0) @binding(5) var<storage, read_write> meanQ: array<f32>;
@group(0) @binding(6) var<storage, read_write> gradient: array<f32>;
var<workgroup> shares: array<vec2<f32>, ${LOSS_THREADS}>;

fn slopeOf(error: f32) -> f32 {
  if (delta > 0.0) { return clamp(error, -delta, delta); }
  return error;
}

@compute @workgroup_size(${LOSS_THREADS})
fn main(@builtin(local_invocation_index) thread: u32) {
  var share = vec2<f32>();
  for (var i = thread; i < rows * actions; i += ${LOSS_THREADS}u) {
    let row = i / actions;
    gradient[i] = -taken[i] * weights[row] * slopeOf(errors[row]) / f32(rows);
    share.y += taken[i] * q[i];
  }
  for (var row = thread; row < rows; row += ${LOSS_THREADS}u) {
    let slope = slopeOf(errors[row]);
    share.x += weights[row] * slope * (errors[row] - slope / 2.0);
  }
  shares[thread] = share;
  workgroupBarrier();
  for (var half = ${LOSS_THREADS / 2}u; half > 0u; half /= 2u) {
    if (thread < half) { shares[thread] += shares[thread + half]; }
    workgroupBarrier();
  }
  if (thread == 0u) {
    loss[0] = shares[0].x / f32(rows);
    meanQ[0] = shares[0].y / f32(rows);
  }
}`,
};
