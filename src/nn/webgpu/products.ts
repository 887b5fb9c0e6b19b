import * as tf from "@tensorflow/tfjs-core";
import { shapeOf } from "../primitives.js";
import type { Passes } from "./passes.js";
import { FILTER_GRADIENT, MATRIX_PRODUCT, PRODUCT_TILE } from "./product-shaders.js";
import { SUM_PARTS, SUM_PARTS_DENSE } from "./sum-shaders.js";

/** Workgroups that a GPU should have at once, about: some for each of its multiprocessors. */
const WORKGROUPS = 256;
/** Rows that are worth a workgroup of their own. */
const LEAST_ROWS = 128;

/**
 * How a sum over so many rows is divided among workgroups.
 * @param tiles workgroups that there are for each part
 */
export function divided(rows: number, tiles: number): { parts: number; rowsOfPart: number } {
  const wanted = Math.min(Math.ceil(rows / LEAST_ROWS), Math.ceil(WORKGROUPS / tiles));
  const rowsOfPart = Math.ceil(rows / wanted);
  return { parts: Math.ceil(rows / rowsOfPart), rowsOfPart };
}

/** Sizes of a product that its shader is told, and its workgroups. */
function productPlan(rows: number, columns: number, depth: number) {
  const tileRows = Math.ceil(rows / PRODUCT_TILE);
  const tiles = tileRows * Math.ceil(columns / PRODUCT_TILE);
  const { parts, rowsOfPart: depthOfPart } = divided(depth, tiles);
  return { parts, sizes: { rows, columns, depth, depthOfPart, tileRows, tiles } };
}

export interface ConvolutionAttributes {
  readonly strides: [number, number];
  readonly pad: "same" | "valid" | number;
  readonly filterShape: [number, number, number, number];
}

/** `Conv2DBackpropFilter`, in a way that keeps a GPU busy. */
export function filterGradient(
  passes: Passes,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  { strides, pad, filterShape }: ConvolutionAttributes,
): tf.TensorInfo {
  const pictures = x.shape as [number, number, number, number];
  const shape = shapeOf(tf.backend_util.computeConv2DInfo(pictures, filterShape, strides, 1, pad));
  const { batch, kernelHeight, kernelWidth, outChannels, ...window } = shape;
  const weights = kernelHeight * kernelWidth * shape.inChannels;
  const positions = batch * shape.outHeight * shape.outWidth;
  const { parts, sizes } = productPlan(weights, outChannels, positions);
  const partSums = passes.output([parts, ...filterShape]);
  passes.run(
    FILTER_GRADIENT,
    { ...window, filterWidth: kernelWidth, ...sizes },
    [x, dy, partSums],
    sizes.tiles * parts,
  );
  return sumOfParts(passes, partSums, filterShape);
}

/** Depth from which TensorFlow.js divides a product with few results among workgroups. */
const DEEP = 2000;
/** Most tiles of a product that it thinks few, on any GPU and for any shape. */
const FEW_TILES = 32;

interface ProductInputs {
  readonly a: tf.TensorInfo;
  readonly b: tf.TensorInfo;
  readonly bias?: tf.TensorInfo;
}

interface ProductAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly activation?: string;
}

/**
 * Products of few results and great depth, such as a small batch's hidden layer. TensorFlow.js has
 * its workgroups add to the same results with atomic operations, in whatever order they come: the
 * last bits would differ from run to run. Here each part has its own result, summed in order.
 * @returns undefined for any other product
 */
export function deepProduct(
  passes: Passes,
  { a, b, bias }: ProductInputs,
  { transposeA, transposeB, activation = "linear" }: ProductAttributes,
): tf.TensorInfo | undefined {
  const [aRows, aColumns] = a.shape.slice(-2);
  const [bRows, bColumns] = b.shape.slice(-2);
  const [rows, depth] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const columns = transposeB ? bRows : bColumns;
  const { parts, sizes } = productPlan(rows, columns, depth);
  const leading = a.shape.slice(0, -2);
  const isOne = [...leading, ...b.shape.slice(0, -2)].every((side) => side === 1);
  const isPlain = activation === "linear" || (activation === "relu" && bias !== undefined);
  if (!isOne || !isPlain || depth < DEEP || sizes.tiles > FEW_TILES) return undefined;
  const transposes = { transposeLeft: Number(transposeA), transposeRight: Number(transposeB) };
  const partSums = passes.output([parts, rows, columns]);
  passes.run(MATRIX_PRODUCT, { ...sizes, ...transposes }, [a, b, partSums], sizes.tiles * parts);
  const shape = [...leading, rows, columns];
  if (!bias) return sumOfParts(passes, partSums, shape);
  const y = passes.output(shape);
  const size = rows * columns;
  const relu = activation === "relu" ? 1 : 0;
  passes.runEach(SUM_PARTS_DENSE, { parts, size, columns, relu }, [partSums, y, bias], size);
  passes.backend.disposeData(partSums.dataId);
  return y;
}

/** `[parts, …shape]` to `shape`; takes the parts. */
export function sumOfParts(
  passes: Passes,
  partSums: tf.TensorInfo,
  shape: readonly number[],
): tf.TensorInfo {
  const [parts] = partSums.shape;
  // One part is the sum already; the same data by another shape.
  if (parts === 1) return { ...partSums, shape: [...shape] };
  const size = shape.reduce((product, side) => product * side, 1);
  const sum = passes.output(shape);
  passes.runEach(SUM_PARTS, { parts, size }, [partSums, sum], size);
  passes.backend.disposeData(partSums.dataId);
  return sum;
}
