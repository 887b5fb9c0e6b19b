import * as tf from "@tensorflow/tfjs-core";
import { CLIPPED_ADAM, RELU_GRADIENT } from "../kernels.js";
import type { AdamSettings } from "./checked-kernels.js";
import { isFloat, type NativeKernel } from "./native-kernel.js";

function sizeOf(tensor: tf.TensorInfo): number {
  return tf.util.sizeFromShape(tensor.shape);
}

function binaryKernel(operation: "add" | "subtract" | "multiply"): NativeKernel {
  return ({ inputs, backend }) => {
    const { a, b } = inputs;
    if (!isFloat(a, b) || sizeOf(a) === 0) return undefined;
    const out = (): Float32Array => backend.take(sizeOf(a));
    if (tf.util.arraysEqual(a.shape, b.shape)) {
      const values = out();
      backend.kernels.binary(operation, backend.floats(a), backend.floats(b), values);
      return backend.output(a.shape, values);
    }
    const isBias = b.shape.length === 1 && b.shape[0] === a.shape.at(-1);
    if (operation !== "add" || !isBias) return undefined;
    const values = out();
    backend.kernels.biasAdd(backend.floats(a), backend.floats(b), values);
    return backend.output(a.shape, values);
  };
}

function unaryKernel(operation: "relu" | "step" | "square"): NativeKernel {
  return ({ inputs, attrs, backend }) => {
    const { x } = inputs;
    const slope = attrs["alpha"];
    if (!isFloat(x) || (slope !== undefined && slope !== 0)) return undefined;
    const values = backend.take(sizeOf(x));
    backend.kernels.unary(operation, backend.floats(x), values);
    return backend.output(x.shape, values);
  };
}

export const elementwiseKernels: readonly (readonly [string, NativeKernel])[] = [
  [tf.Add, binaryKernel("add")],
  [tf.Sub, binaryKernel("subtract")],
  [tf.Multiply, binaryKernel("multiply")],
  [tf.Relu, unaryKernel("relu")],
  [tf.Step, unaryKernel("step")],
  [tf.Square, unaryKernel("square")],
  [
    RELU_GRADIENT,
    ({ inputs, backend }) => {
      const { dy, y } = inputs;
      const values = backend.take(sizeOf(dy));
      backend.kernels.binary("reluGradient", backend.floats(dy), backend.floats(y), values);
      return backend.output(dy.shape, values);
    },
  ],
  [
    // A sum over the leading axes: a bias's gradient.
    tf.Sum,
    ({ inputs, attrs, backend }) => {
      const { x } = inputs;
      const rank = x.shape.length;
      const axes = tf.util.parseAxisParam(attrs["axis"] as number | number[], x.shape);
      const leading = axes.every((axis, i) => axis === i);
      if (!isFloat(x) || !leading || axes.length >= rank || sizeOf(x) === 0) return undefined;
      const kept = x.shape.slice(axes.length);
      const values = backend.take(tf.util.sizeFromShape(kept));
      backend.kernels.sumRows(backend.floats(x), values);
      const shape = attrs["keepDims"] === true ? [...axes.map(() => 1), ...kept] : kept;
      return backend.output(shape, values);
    },
  ],
  [
    CLIPPED_ADAM,
    ({ inputs, attrs, backend }) => {
      const parameters = Array.from({ length: attrs["count"] as number }, (_, i) => ({
        variable: backend.ownFloats(inputs[`variable${i}`]),
        gradient: backend.floats(inputs[`gradient${i}`]),
        m: backend.ownFloats(inputs[`m${i}`]),
        v: backend.ownFloats(inputs[`v${i}`]),
      }));
      const norm = backend.kernels.clippedAdam(parameters, attrs as unknown as AdamSettings);
      const values = backend.take(1);
      values[0] = norm;
      return backend.output([], values);
    },
  ],
];
