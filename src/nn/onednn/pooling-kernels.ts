import * as tf from "@tensorflow/tfjs-core";
import { maxPoolGradient, type PoolAttributes } from "../max-pool-gradient.js";
import { isFloat, type NativeKernel } from "./native-kernel.js";

export const poolingKernels: readonly (readonly [string, NativeKernel])[] = [
  [
    tf.MaxPoolGrad,
    ({ inputs, attrs, backend }) => {
      const { dy, input } = inputs;
      if (!isFloat(dy, input)) return undefined;
      const shape = input.shape as [number, number, number, number];
      const dx = backend.take(tf.util.sizeFromShape(shape));
      const attributes = attrs as unknown as PoolAttributes;
      maxPoolGradient(backend.floats(input), backend.floats(dy), shape, attributes, dx);
      return backend.output(shape, dx);
    },
  ],
];
