import * as tf from "@tensorflow/tfjs-core";
import { RELU_GRADIENT } from "../kernels.js";
import { broadcastOf } from "./broadcast.js";
import type { BinaryOperation, UnaryOperation } from "./checked-kernels.js";
import { isFloat, type NativeKernel, sizeOf } from "./native-kernel.js";

function binaryKernel(operation: BinaryOperation): NativeKernel {
  return ({ inputs, backend }) => {
    const { a, b } = inputs;
    if (!isFloat(a, b)) return undefined;
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const broadcast = broadcastOf(a.shape, b.shape, shape);
    const size = tf.util.sizeFromShape(shape);
    if (broadcast === undefined || size === 0) return undefined;
    const values = backend.take(size);
    backend.kernels.binary(operation, backend.floats(a), backend.floats(b), values, broadcast);
    return backend.output(shape, values);
  };
}

function unaryKernel(operation: UnaryOperation): NativeKernel {
  return ({ inputs, attrs, backend }) => {
    const { x } = inputs;
    // `tf.relu` gives no attributes at all.
    const slope = (attrs as typeof attrs | undefined)?.["alpha"];
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
  [tf.RealDiv, binaryKernel("divide")],
  [tf.Maximum, binaryKernel("maximum")],
  [tf.Minimum, binaryKernel("minimum")],
  [tf.SquaredDifference, binaryKernel("squaredDifference")],
  [tf.Relu, unaryKernel("relu")],
  [tf.Step, unaryKernel("step")],
  [tf.Square, unaryKernel("square")],
  [tf.Sqrt, unaryKernel("squareRoot")],
  [tf.Rsqrt, unaryKernel("reciprocalRoot")],
  [tf.Exp, unaryKernel("exponential")],
  [tf.Log, unaryKernel("logarithm")],
  [tf.Abs, unaryKernel("absolute")],
  [tf.Neg, unaryKernel("negate")],
  [tf.Sign, unaryKernel("sign")],
  [
    tf.ClipByValue,
    ({ inputs, attrs, backend }) => {
      const { x } = inputs;
      if (!isFloat(x)) return undefined;
      const { clipValueMin, clipValueMax } = attrs as unknown as tf.ClipByValueAttrs;
      const values = backend.take(sizeOf(x));
      backend.kernels.unary("clip", backend.floats(x), values, clipValueMin, clipValueMax);
      return backend.output(x.shape, values);
    },
  ],
  [
    RELU_GRADIENT,
    ({ inputs, backend }) => {
      const { dy, y } = inputs;
      const values = backend.take(sizeOf(dy));
      backend.kernels.binary("reluGradient", backend.floats(dy), backend.floats(y), values);
      return backend.output(dy.shape, values);
    },
  ],
];
