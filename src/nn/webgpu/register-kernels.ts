import * as tf from "@tensorflow/tfjs-core";
import {
  CLIPPED_ADAM,
  DUELING,
  DUELING_GRADIENT,
  GREEDY_POLICY,
  RELU_GRADIENT_AND_SUM,
  TD_LOSS_AND_GRADIENT,
} from "../kernels.js";
import { shapeOf } from "../primitives.js";
import { clippedAdam } from "./adam.js";
import {
  FILTER_GRADIENT,
  FILTER_TILE,
  RELU_GRADIENT_SUM,
  SUM_COLUMNS,
  SUM_PARTS,
  SUM_PARTS_VALUES,
} from "./gradient-shaders.js";
import { dueling, duelingGradient, greedyPolicy, tdLoss } from "./head-kernels.js";
import type { Passes } from "./passes.js";

/** Workgroups that a card should have at once, about: some for each of its multiprocessors. */
const WORKGROUPS = 256;
/** Rows that are worth a workgroup of their own. */
const LEAST_ROWS = 128;

type Inputs = Readonly<Record<string, tf.TensorInfo>>;

/** Gives TensorFlow.js's WebGPU backend our kernels, and a gradient that keeps a card busy. */
export function registerKernels(passes: Passes): void {
  const kernel = (
    kernelName: string,
    work: (inputs: Inputs, attributes: tf.NamedAttrMap) => tf.TensorInfo | tf.TensorInfo[],
  ): void => {
    const kernelFunc: tf.KernelFunc = ({ inputs, attrs }) => work(inputs as Inputs, attrs!);
    tf.registerKernel({ kernelName, backendName: "webgpu", kernelFunc });
  };
  kernel(CLIPPED_ADAM, (inputs, attributes) =>
    clippedAdam(passes, inputs, attributes as unknown as Parameters<typeof clippedAdam>[2]),
  );
  kernel(RELU_GRADIENT_AND_SUM, ({ dy, y }) => reluGradientAndSum(passes, dy, y));
  kernel(DUELING, (inputs) => dueling(passes, inputs));
  kernel(DUELING_GRADIENT, (inputs, { atoms }) => duelingGradient(passes, inputs, atoms as number));
  kernel(GREEDY_POLICY, (inputs) => greedyPolicy(passes, inputs));
  kernel(TD_LOSS_AND_GRADIENT, (inputs, { delta }) => tdLoss(passes, inputs, delta as number));
  sumColumnsAtOnce(passes);
  tf.unregisterKernel(tf.Conv2DBackpropFilter, "webgpu");
  kernel(tf.Conv2DBackpropFilter, ({ x, dy }, attributes) =>
    filterGradient(passes, x, dy, attributes as unknown as ConvolutionAttributes),
  );
}

function reluGradientAndSum(passes: Passes, dy: tf.TensorInfo, y: tf.TensorInfo): tf.TensorInfo[] {
  const columns = dy.shape.at(-1)!;
  const rows = dy.shape.slice(0, -1).reduce((product, side) => product * side, 1);
  const tiles = Math.ceil(columns / SUM_COLUMNS);
  const wanted = Math.min(Math.ceil(rows / LEAST_ROWS), Math.ceil(WORKGROUPS / tiles));
  const rowsOfPart = Math.ceil(rows / wanted);
  const parts = Math.ceil(rows / rowsOfPart);
  const dz = passes.output(dy.shape);
  const partSums = passes.output([parts, columns]);
  const sizes = { rows, columns, parts, rowsOfPart };
  passes.run(RELU_GRADIENT_SUM, sizes, [dy, y, dz, partSums], tiles * parts);
  return [dz, sumOfParts(passes, partSums, [columns])];
}

/** Rows whose columns one thread each sums in no time. */
const FEW_ROWS = 1024;

/** A bias's gradient: TensorFlow.js transposes first, and then sums. */
function sumColumnsAtOnce(passes: Passes): void {
  const original = tf.getKernel(tf.Sum, "webgpu");
  tf.unregisterKernel(tf.Sum, "webgpu");
  const kernelFunc: tf.KernelFunc = (args) => {
    const { x } = args.inputs as unknown as { x: tf.TensorInfo };
    const { axis, keepDims } = args.attrs as unknown as {
      axis: number | number[];
      keepDims: boolean;
    };
    const [rows, columns] = x.shape;
    const isColumnSum = x.shape.length === 2 && [axis].flat().join() === "0" && !keepDims;
    if (!isColumnSum || x.dtype !== "float32" || rows > FEW_ROWS) return original.kernelFunc(args);
    const sums = passes.output([columns]);
    const workgroups = Math.ceil(columns / SUM_PARTS_VALUES);
    passes.run(SUM_PARTS, { parts: rows, size: columns }, [x, sums], workgroups);
    return sums;
  };
  tf.registerKernel({ ...original, kernelFunc });
}

interface ConvolutionAttributes {
  readonly strides: [number, number];
  readonly pad: "same" | "valid" | number;
  readonly filterShape: [number, number, number, number];
}

function filterGradient(
  passes: Passes,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  { strides, pad, filterShape }: ConvolutionAttributes,
): tf.TensorInfo {
  const pictures = x.shape as [number, number, number, number];
  const shape = shapeOf(tf.backend_util.computeConv2DInfo(pictures, filterShape, strides, 1, pad));
  const { batch, kernelHeight, ...sizes } = shape;
  const weights = kernelHeight * shape.kernelWidth * shape.inChannels;
  const positions = batch * shape.outHeight * shape.outWidth;
  const tileRows = Math.ceil(weights / FILTER_TILE);
  const tiles = tileRows * Math.ceil(shape.outChannels / FILTER_TILE);
  const wanted = Math.min(Math.ceil(positions / LEAST_ROWS), Math.ceil(WORKGROUPS / tiles));
  const positionsOfPart = Math.ceil(positions / wanted);
  const parts = Math.ceil(positions / positionsOfPart);
  const partSums = passes.output([parts, ...filterShape]);
  const { kernelWidth: filterWidth, ...rest } = sizes;
  passes.run(
    FILTER_GRADIENT,
    { ...rest, filterWidth, weights, positions, positionsOfPart, tileRows, tiles },
    [x, dy, partSums],
    tiles * parts,
  );
  return sumOfParts(passes, partSums, filterShape);
}

/** `[parts, …shape]` to `shape`; takes the parts. */
function sumOfParts(
  passes: Passes,
  partSums: tf.TensorInfo,
  shape: readonly number[],
): tf.TensorInfo {
  const [parts] = partSums.shape;
  // One part is the sum already; the same data by another shape.
  if (parts === 1) return { ...partSums, shape: [...shape] };
  const size = shape.reduce((product, side) => product * side, 1);
  const sum = passes.output(shape);
  const workgroups = Math.ceil(size / SUM_PARTS_VALUES);
  passes.run(SUM_PARTS, { parts, size }, [partSums, sum], workgroups);
  passes.backend.disposeData(partSums.dataId);
  return sum;
}
