import type { Shader } from "./passes.js";

/** Rows of one workgroup of the shaders here that have a thread for each row. */
export const ROW_THREADS = 64;
const ROW = `(group.x * ${ROW_THREADS}u + local.x)`;
const ROW_MAIN = `@compute @workgroup_size(${ROW_THREADS})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>)`;

/** See `duelingQ` (src/nn/layers.ts). A "row" here is one atom of one observation. */
export const DUELING_FORWARD: Shader = {
  name: "duelingForward",
  code: `
override rows: u32;
override actions: u32;
override atoms: u32;
@group(0) @binding(0) var<storage, read> value: array<f32>;
@group(0) @binding(1) var<storage, read> advantage: array<f32>;
@group(0) @binding(2) var<storage, read_write> q: array<f32>;

${ROW_MAIN} {
  let row = ${ROW};
  if (row >= rows) { return; }
  let first = row / atoms * actions * atoms + row % atoms;
  var sum = 0.0;
  for (var a = 0u; a < actions; a++) { sum += advantage[first + a * atoms]; }
  let baseline = value[row] - sum / f32(actions);
  for (var a = 0u; a < actions; a++) {
    q[first + a * atoms] = advantage[first + a * atoms] + baseline;
  }
}`,
};

export const DUELING_BACKWARD: Shader = {
  name: "duelingBackward",
  code: `
override rows: u32;
override actions: u32;
override atoms: u32;
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read_write> dValue: array<f32>;
@group(0) @binding(2) var<storage, read_write> dAdvantage: array<f32>;

${ROW_MAIN} {
  let row = ${ROW};
  if (row >= rows) { return; }
  let first = row / atoms * actions * atoms + row % atoms;
  var sum = 0.0;
  for (var a = 0u; a < actions; a++) { sum += dy[first + a * atoms]; }
  dValue[row] = sum;
  let mean = sum / f32(actions);
  for (var a = 0u; a < actions; a++) {
    dAdvantage[first + a * atoms] = dy[first + a * atoms] - mean;
  }
}`,
};

/** 1 for the first of the largest values of each row, else 0. */
export const GREEDY_ROWS: Shader = {
  name: "greedyRows",
  code: `
override rows: u32;
override actions: u32;
@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read_write> policy: array<f32>;

${ROW_MAIN} {
  let row = ${ROW};
  if (row >= rows) { return; }
  let first = row * actions;
  var best = first;
  for (var i = first + 1u; i < first + actions; i++) { if (q[i] > q[best]) { best = i; } }
  for (var i = first; i < first + actions; i++) { policy[i] = select(0.0, 1.0, i == best); }
}`,
};

/** TD errors of a scalar head. */
export const TD_ERRORS: Shader = {
  name: "tdErrors",
  code: `
override rows: u32;
override actions: u32;
@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> taken: array<f32>;
@group(0) @binding(2) var<storage, read> qT: array<f32>;
@group(0) @binding(3) var<storage, read> policyT: array<f32>;
@group(0) @binding(4) var<storage, read> returns: array<f32>;
@group(0) @binding(5) var<storage, read> discountT: array<f32>;
@group(0) @binding(6) var<storage, read_write> errors: array<f32>;

${ROW_MAIN} {
  let row = ${ROW};
  if (row >= rows) { return; }
  var bootstrap = 0.0;
  var chosen = 0.0;
  for (var i = row * actions; i < (row + 1u) * actions; i++) {
    bootstrap += policyT[i] * qT[i];
    chosen += taken[i] * q[i];
  }
  errors[row] = returns[row] + discountT[row] * bootstrap - chosen;
}`,
};

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
