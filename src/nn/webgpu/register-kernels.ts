import * as tf from "@tensorflow/tfjs-core";
import {
  CLIPPED_ADAM,
  DUELING,
  DUELING_GRADIENT,
  GREEDY_POLICY,
  RELU_GRADIENT_AND_SUM,
  TD_LOSS_AND_GRADIENT,
} from "../kernels.js";
import { clippedAdam } from "./adam.js";
import { dueling, duelingGradient, greedyPolicy, tdLoss } from "./head-kernels.js";
import type { Passes } from "./passes.js";
import {
  type ConvolutionAttributes,
  deepProduct,
  divided,
  filterGradient,
  sumOfParts,
} from "./products.js";
import { RELU_GRADIENT_SUM, SUM_COLUMNS, SUM_PARTS } from "./sum-shaders.js";

type Inputs = Readonly<Record<string, tf.TensorInfo>>;

/** Gives TensorFlow.js's WebGPU backend our kernels, some of them in place of its own. */
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
  multiplyInOrder(passes);
  tf.unregisterKernel(tf.Conv2DBackpropFilter, "webgpu");
  kernel(tf.Conv2DBackpropFilter, ({ x, dy }, attributes) =>
    filterGradient(passes, x, dy, attributes as unknown as ConvolutionAttributes),
  );
}

function reluGradientAndSum(passes: Passes, dy: tf.TensorInfo, y: tf.TensorInfo): tf.TensorInfo[] {
  const columns = dy.shape.at(-1)!;
  const rows = dy.shape.slice(0, -1).reduce((product, side) => product * side, 1);
  const tiles = Math.ceil(columns / SUM_COLUMNS);
  const { parts, rowsOfPart } = divided(rows, tiles);
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
  inPlaceOf(tf.Sum, ({ inputs, attrs }) => {
    const { x } = inputs as unknown as { x: tf.TensorInfo };
    const { axis, keepDims } = attrs as unknown as { axis: number | number[]; keepDims: boolean };
    const [rows, columns] = x.shape;
    const isColumnSum = x.shape.length === 2 && [axis].flat().join() === "0" && !keepDims;
    if (!isColumnSum || x.dtype !== "float32" || rows > FEW_ROWS) return undefined;
    const sums = passes.output([columns]);
    passes.runEach(SUM_PARTS, { parts: rows, size: columns }, [x, sums], columns);
    return sums;
  });
}

/** See {@link deepProduct}. */
function multiplyInOrder(passes: Passes): void {
  for (const kernelName of [tf.BatchMatMul, tf._FusedMatMul]) {
    inPlaceOf(kernelName, ({ inputs, attrs }) => {
      type Arguments = Parameters<typeof deepProduct>;
      return deepProduct(
        passes,
        inputs as unknown as Arguments[1],
        attrs as unknown as Arguments[2],
      );
    });
  }
}

/** Puts a kernel in place of TensorFlow.js's, which still does what ours does not: undefined. */
function inPlaceOf(
  kernelName: string,
  work: (args: Parameters<tf.KernelFunc>[0]) => tf.TensorInfo | undefined,
): void {
  const original = tf.getKernel(kernelName, "webgpu");
  tf.unregisterKernel(kernelName, "webgpu");
  const kernelFunc: tf.KernelFunc = (args) => work(args) ?? original.kernelFunc(args);
  tf.registerKernel({ ...original, kernelFunc });
}
