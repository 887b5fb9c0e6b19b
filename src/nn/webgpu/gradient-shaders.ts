import type { Shader } from "./passes.js";

/** Columns of one workgroup of {@link RELU_GRADIENT_SUM}, and how many rows it has at once. */
export const SUM_COLUMNS = 32;
const SUM_ROWS = 8;

/**
 * `dz = dy where y > 0, else 0`, `[rows, columns]`, and the sums of its columns over each part of the
 * rows, `[parts, columns]`. Workgroups: parts for each 32 columns.
 */
export const RELU_GRADIENT_SUM: Shader = {
  name: "reluGradientSum",
  code: `
override rows: u32;
override columns: u32;
override parts: u32;
override rowsOfPart: u32;
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> dz: array<f32>;
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;
var<workgroup> shares: array<array<f32, ${SUM_COLUMNS}>, ${SUM_ROWS}>;

@compute @workgroup_size(${SUM_COLUMNS}, ${SUM_ROWS})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let part = group.x % parts;
  let column = (group.x / parts) * ${SUM_COLUMNS}u + local.x;
  let end = min(rows, (part + 1u) * rowsOfPart);
  var sum = 0.0;
  if (column < columns) {
    for (var row = part * rowsOfPart + local.y; row < end; row += ${SUM_ROWS}u) {
      let i = row * columns + column;
      let value = select(0.0, dy[i], y[i] > 0.0);
      dz[i] = value;
      sum += value;
    }
  }
  shares[local.y][local.x] = sum;
  workgroupBarrier();
  if (local.y == 0u && column < columns) {
    for (var i = 1u; i < ${SUM_ROWS}u; i++) { sum += shares[i][local.x]; }
    sums[part * columns + column] = sum;
  }
}`,
};

/** Sum of parts: `[parts, size]` to `[size]`. */
export const SUM_PARTS: Shader = {
  name: "sumParts",
  code: `
override parts: u32;
override size: u32;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * 64u + thread;
  if (i >= size) { return; }
  var sum = 0.0;
  for (var part = 0u; part < parts; part++) { sum += x[part * size + i]; }
  y[i] = sum;
}`,
};
/** Values of one workgroup of {@link SUM_PARTS}. */
export const SUM_PARTS_VALUES = 64;

/** Side of a workgroup's square of the result of {@link FILTER_GRADIENT}. */
export const FILTER_TILE = 32;

/**
 * A convolution's gradient by its kernel, as the product of the input's windows, transposed, and dy:
 * `[height · width · inChannels, batch · outHeight · outWidth] x [.., outChannels]`. The long inner
 * dimension is divided among workgroups; each writes its own sum: `[parts, …kernel]`.
 *
 * TensorFlow.js's kernel has one thread for each weight walk that whole dimension: some thousand
 * threads, where a card wants ten times as many.
 */
export const FILTER_GRADIENT: Shader = {
  name: "filterGradient",
  code: `
override inHeight: u32; override inWidth: u32; override inChannels: u32;
override outHeight: u32; override outWidth: u32; override outChannels: u32;
override filterWidth: u32; override strideHeight: u32; override strideWidth: u32;
override padTop: u32; override padLeft: u32;
override weights: u32;       // height · width · inChannels of the kernel
override positions: u32;     // batch · outHeight · outWidth
override positionsOfPart: u32;
override tileRows: u32;
override tiles: u32;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dw: array<f32>;
var<workgroup> windows: array<array<f32, 32>, 16>;
var<workgroup> slopes: array<array<f32, 32>, 16>;

fn inputAt(weight: u32, position: u32) -> f32 {
  let channel = weight % inChannels;
  let tap = weight / inChannels;
  let row = (position / outWidth) % outHeight * strideHeight + tap / filterWidth;
  let column = position % outWidth * strideWidth + tap % filterWidth;
  if (row < padTop || column < padLeft) { return 0.0; }
  if (row - padTop >= inHeight || column - padLeft >= inWidth) { return 0.0; }
  let picture = position / (outWidth * outHeight);
  return x[((picture * inHeight + row - padTop) * inWidth + column - padLeft) * inChannels + channel];
}

@compute @workgroup_size(16, 16)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let tile = group.x % tiles;
  let part = group.x / tiles;
  let firstWeight = (tile % tileRows) * 32u;
  let firstOut = (tile / tileRows) * 32u;
  let end = min(positions, (part + 1u) * positionsOfPart);
  var sums = mat2x2<f32>();
  for (var first = part * positionsOfPart; first < end; first += 16u) {
    for (var i = thread; i < 512u; i += 256u) {
      let position = first + i / 32u;
      let weight = firstWeight + i % 32u;
      let out = firstOut + i % 32u;
      var window = 0.0;
      var slope = 0.0;
      if (position < end && weight < weights) { window = inputAt(weight, position); }
      if (position < end && out < outChannels) { slope = dy[position * outChannels + out]; }
      windows[i / 32u][i % 32u] = window;
      slopes[i / 32u][i % 32u] = slope;
    }
    workgroupBarrier();
    for (var k = 0u; k < 16u; k++) {
      let slope = vec2<f32>(slopes[k][local.x], slopes[k][local.x + 16u]);
      sums[0] += windows[k][local.y] * slope;
      sums[1] += windows[k][local.y + 16u] * slope;
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < 2u; i++) {
    for (var j = 0u; j < 2u; j++) {
      let weight = firstWeight + local.y + i * 16u;
      let out = firstOut + local.x + j * 16u;
      if (weight < weights && out < outChannels) {
        dw[(part * weights + weight) * outChannels + out] = sums[i][j];
      }
    }
  }
}`,
};
