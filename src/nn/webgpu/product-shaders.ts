import type { Shader } from "./shader.js";

/** Side of a workgroup's square of a product's result. */
export const PRODUCT_TILE = 32;

/**
 * A product of matrices, `[rows, depth] x [depth, columns]`, whose depth is divided among workgroups:
 * each writes its own sum, `[parts, rows, columns]`. Workgroups: tiles for each part. A thread has two
 * by two of a tile's results.
 * @param operands WGSL of `leftAt(row, k)` and `rightAt(k, column)`, asked only within the bounds
 */
function productInParts(name: string, operands: string): Shader {
  const code = `
override rows: u32;
override columns: u32;
override depth: u32;
override depthOfPart: u32;
override tileRows: u32;
override tiles: u32;
@group(0) @binding(0) var<storage, read> left: array<f32>;
@group(0) @binding(1) var<storage, read> right: array<f32>;
@group(0) @binding(2) var<storage, read_write> product: array<f32>;
var<workgroup> leftTile: array<array<f32, 32>, 16>;
var<workgroup> rightTile: array<array<f32, 32>, 16>;
${operands}
@compute @workgroup_size(16, 16)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let tile = group.x % tiles;
  let part = group.x / tiles;
  let firstRow = (tile % tileRows) * 32u;
  let firstColumn = (tile / tileRows) * 32u;
  let end = min(depth, (part + 1u) * depthOfPart);
  var sums = mat2x2<f32>();
  for (var first = part * depthOfPart; first < end; first += 16u) {
    for (var i = thread; i < 512u; i += 256u) {
      let k = first + i / 32u;
      let row = firstRow + i % 32u;
      let column = firstColumn + i % 32u;
      var a = 0.0;
      var b = 0.0;
      if (k < end && row < rows) { a = leftAt(row, k); }
      if (k < end && column < columns) { b = rightAt(k, column); }
      leftTile[i / 32u][i % 32u] = a;
      rightTile[i / 32u][i % 32u] = b;
    }
    workgroupBarrier();
    for (var k = 0u; k < 16u; k++) {
      let b = vec2<f32>(rightTile[k][local.x], rightTile[k][local.x + 16u]);
      sums[0] += leftTile[k][local.y] * b;
      sums[1] += leftTile[k][local.y + 16u] * b;
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < 2u; i++) {
    for (var j = 0u; j < 2u; j++) {
      let row = firstRow + local.y + i * 16u;
      let column = firstColumn + local.x + j * 16u;
      if (row < rows && column < columns) {
        product[(part * rows + row) * columns + column] = sums[i][j];
      }
    }
  }
}`;
  return { name, code };
}

/** A product of two tensors, each transposed or not. */
export const MATRIX_PRODUCT = productInParts(
  "matrixProduct",
  `
override transposeLeft: u32;
override transposeRight: u32;
fn leftAt(row: u32, k: u32) -> f32 {
  return left[select(row * depth + k, k * rows + row, transposeLeft == 1u)];
}
fn rightAt(k: u32, column: u32) -> f32 {
  return right[select(k * columns + column, column * depth + k, transposeRight == 1u)];
}`,
);

/**
 * A convolution's gradient by its kernel, as the product of the input's windows, transposed, and dy:
 * `[height · width · inChannels, batch · outHeight · outWidth] x [.., outChannels]`.
 *
 * TensorFlow.js's kernel has one thread for each weight walk that whole depth: some thousand threads,
 * where a GPU wants ten times as many.
 */
export const FILTER_GRADIENT = productInParts(
  "filterGradient",
  `
override inHeight: u32; override inWidth: u32; override inChannels: u32;
override outHeight: u32; override outWidth: u32;
override filterWidth: u32; override strideHeight: u32; override strideWidth: u32;
override padTop: u32; override padLeft: u32;
fn leftAt(weight: u32, position: u32) -> f32 {
  let channel = weight % inChannels;
  let tap = weight / inChannels;
  let row = (position / outWidth) % outHeight * strideHeight + tap / filterWidth;
  let column = position % outWidth * strideWidth + tap % filterWidth;
  if (row < padTop || column < padLeft) { return 0.0; }
  if (row - padTop >= inHeight || column - padLeft >= inWidth) { return 0.0; }
  let picture = position / (outWidth * outHeight);
  return left[((picture * inHeight + row - padTop) * inWidth + column - padLeft) * inChannels
              + channel];
}
fn rightAt(position: u32, column: u32) -> f32 { return right[position * columns + column]; }`,
);
