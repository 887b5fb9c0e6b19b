import * as tf from "@tensorflow/tfjs-core";
import type { ReductionName } from "./checked-kernels.js";
import { isFloat, type NativeKernel, sizeOf } from "./native-kernel.js";

/** Reductions over neighbouring axes; others are left to the CPU backend. */
function reductionKernel(reduction: ReductionName, axesName: string): NativeKernel {
  return ({ inputs, attrs, backend }) => {
    const { x } = inputs;
    const given = attrs[axesName] as number | number[] | undefined;
    // An explicit "no axes" means all of them, as in the CPU backend.
    const axes = tf.util.parseAxisParam(given ?? x.shape.map((_, i) => i), x.shape);
    const first = Math.min(...axes);
    const neighbours = axes.length > 0 && Math.max(...axes) - first + 1 === axes.length;
    if (!isFloat(x) || !neighbours || sizeOf(x) === 0) return undefined;
    const last = first + axes.length;
    const sizes = [x.shape.slice(0, first), x.shape.slice(first, last), x.shape.slice(last)];
    const [outer, count, inner] = sizes.map((part) => tf.util.sizeFromShape(part));
    const values = backend.take(outer * inner);
    backend.kernels.reduce(reduction, backend.floats(x), values, [outer, count, inner]);
    const between = attrs["keepDims"] === true ? axes.map(() => 1) : [];
    return backend.output([...sizes[0], ...between, ...sizes[2]], values);
  };
}

/** Over the last axis. */
function softmaxKernel(input: string, axisName: string, logarithm: boolean): NativeKernel {
  return ({ inputs, attrs, backend }) => {
    const x = inputs[input];
    const axis = attrs[axisName] as number;
    const rank = x.shape.length;
    if (!isFloat(x) || sizeOf(x) === 0 || (axis !== -1 && axis !== rank - 1)) return undefined;
    const values = backend.take(sizeOf(x));
    backend.kernels.softmax(backend.floats(x), values, x.shape[rank - 1], logarithm);
    return backend.output(x.shape, values);
  };
}

export const reductionKernels: readonly (readonly [string, NativeKernel])[] = [
  [tf.Sum, reductionKernel("sum", "axis")],
  [tf.Mean, reductionKernel("mean", "axis")],
  [tf.Max, reductionKernel("maximum", "reductionIndices")],
  [tf.Softmax, softmaxKernel("logits", "dim", false)],
  [tf.LogSoftmax, softmaxKernel("logits", "axis", true)],
];
