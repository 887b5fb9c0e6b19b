import { eachShader, type Shader } from "./shader.js";

const ADAM_THREADS = 256;
const MOST_GROUPS = 128;

/** Workgroups that share a variable's values. */
export function squareGroups(size: number): number {
  return Math.min(MOST_GROUPS, Math.ceil(size / (4 * ADAM_THREADS)));
}

/** Which variable it is: where its sums of squares begin, its number, whether its weights decay. */
const PLACE = "struct Place { first: u32, index: u32, decays: u32 }";

/** Sums of squares of one variable's gradient, one for each workgroup, at `first` of all variables'. */
export const SQUARES: Shader = {
  name: "squares",
  code: `
${PLACE}
@group(0) @binding(0) var<storage, read> gradient: array<f32>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
@group(0) @binding(2) var<uniform> place: Place;
var<workgroup> shares: array<f32, ${ADAM_THREADS}>;

@compute @workgroup_size(${ADAM_THREADS})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  var sum = 0.0;
  let size = arrayLength(&gradient);
  for (var i = group.x * ${ADAM_THREADS}u + thread; i < size; i += groups.x * ${ADAM_THREADS}u) {
    sum += gradient[i] * gradient[i];
  }
  shares[thread] = sum;
  workgroupBarrier();
  for (var half = ${ADAM_THREADS / 2}u; half > 0u; half /= 2u) {
    if (thread < half) { shares[thread] += shares[thread + half]; }
    workgroupBarrier();
  }
  if (thread == 0u) { sums[place.first + group.x] = shares[0]; }
}`,
};

/**
 * From the sums of squares: the global norm, and each variable's factor for clipping. All factors are
 * −1 where the norm or the loss is not finite: the step is then left out. That is told by their bits,
 * since WGSL lets compilers assume that there are no such numbers.
 */
export const CLIP_FACTORS: Shader = {
  name: "clipFactors",
  code: `
override count: u32;
override maxNorm: f32;       // 0: not clipped
override globally: u32;
@group(0) @binding(0) var<storage, read> sums: array<f32>;
@group(0) @binding(1) var<storage, read> ends: array<u32>;
@group(0) @binding(2) var<storage, read> loss: array<u32>;  // its bits
@group(0) @binding(3) var<storage, read_write> factors: array<f32>;
@group(0) @binding(4) var<storage, read_write> norm: array<f32>;
var<workgroup> squares: array<f32, ${ADAM_THREADS}>;

fn isFinite(bits: u32) -> bool { return (bits & 0x7f800000u) != 0x7f800000u; }

fn factorOf(square: f32) -> f32 {
  let length = sqrt(square);
  if (maxNorm > 0.0 && length > maxNorm) { return maxNorm / length; }
  return 1.0;
}

@compute @workgroup_size(${ADAM_THREADS})
fn main(@builtin(local_invocation_index) thread: u32) {
  var own = 0.0;
  for (var i = thread; i < count; i += ${ADAM_THREADS}u) {
    var square = 0.0;
    var j = 0u;
    if (i > 0u) { j = ends[i - 1u]; }
    for (; j < ends[i]; j++) { square += sums[j]; }
    factors[i] = factorOf(square);
    own += square;
  }
  squares[thread] = own;
  workgroupBarrier();
  for (var half = ${ADAM_THREADS / 2}u; half > 0u; half /= 2u) {
    if (thread < half) { squares[thread] += squares[thread + half]; }
    workgroupBarrier();
  }
  let good = isFinite(bitcast<u32>(squares[0])) && isFinite(loss[0]);
  for (var i = thread; i < count; i += ${ADAM_THREADS}u) {
    if (globally == 1u) { factors[i] = factorOf(squares[0]); }
    if (!good) { factors[i] = -1.0; }
  }
  if (thread == 0u) { norm[0] = sqrt(squares[0]); }
}`,
};

/**
 * Adam's step for one variable, in place (src/nn/optimizer.ts has the same in plain operations).
 * `rest1` and `rest2` are 1 − beta1 and 1 − beta2: the difference in float32 would be off by 1e-5.
 */
export const ADAM_STEP = eachShader({
  name: "adamStep",
  declarations: `
${PLACE}
struct Steps { size: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32, epsilon: f32, kept: f32 }
@group(0) @binding(0) var<storage, read> gradient: array<f32>;
@group(0) @binding(1) var<storage, read_write> variable: array<f32>;
@group(0) @binding(2) var<storage, read_write> m: array<f32>;
@group(0) @binding(3) var<storage, read_write> v: array<f32>;
@group(0) @binding(4) var<storage, read> factors: array<f32>;
@group(0) @binding(5) var<uniform> steps: Steps;
@group(0) @binding(6) var<uniform> place: Place;`,
  count: "arrayLength(&gradient)",
  body: `
  let factor = factors[place.index];
  if (factor < 0.0) { return; }
  let g = factor * gradient[i];
  let nextM = steps.beta1 * m[i] + steps.rest1 * g;
  let nextV = steps.beta2 * v[i] + steps.rest2 * g * g;
  m[i] = nextM;
  v[i] = nextV;
  let next = variable[i] - steps.size * nextM / (sqrt(nextV) + steps.epsilon);
  variable[i] = select(next, next * steps.kept, place.decays == 1u);`,
  threads: 256,
});
