import { type EachShader, eachShader, type Shader } from "./shader.js";

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

/** @param finish WGSL of a result from its `sum` */
function sumOfParts(name: string, declarations: string, finish: string): EachShader {
  return eachShader({
    name,
    declarations: `
override parts: u32;
override size: u32;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
${declarations}`,
    count: "size",
    body: `
  var sum = 0.0;
  for (var part = 0u; part < parts; part++) { sum += x[part * size + i]; }
  ${finish}`,
  });
}

/** Sum of parts: `[parts, size]` to `[size]`. */
export const SUM_PARTS = sumOfParts("sumParts", "", "y[i] = sum;");

/** {@link SUM_PARTS} of a dense layer's products, with its bias, `[columns]`, and its ReLU if any. */
export const SUM_PARTS_DENSE = sumOfParts(
  "sumPartsDense",
  `
override columns: u32;
override relu: u32;
@group(0) @binding(2) var<storage, read> bias: array<f32>;`,
  `
  let z = sum + bias[i % columns];
  y[i] = select(z, 0.0, relu == 1u && z < 0.0);`,
);
