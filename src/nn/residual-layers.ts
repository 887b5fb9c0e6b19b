import * as tf from "@tensorflow/tfjs-core";
import { reluGradient, runKernel } from "./kernels.js";

/*
 * What a residual encoder needs beside convolutions; as in layers.ts, each with its own gradient.
 */

/** `x` where it is above 0, else 0. @param x float32, any shape */
export function relu<T extends tf.Tensor>(x: T): T {
  const layer = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [x, save] = args as [T, tf.GradSaveFunc];
    const y = tf.relu(x);
    save([y]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => reluGradient(dy as T, saved[0] as T),
    };
  });
  return layer(x);
}

/** The sum of two tensors of the same shape; the gradient of both is the sum's. */
export function sumOf<T extends tf.Tensor>(a: T, b: T): T {
  const layer = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [a, b] = args as [T, T];
    return { value: tf.add(a, b), gradFunc: (dy: tf.Tensor) => [dy, tf.clone(dy)] };
  });
  return layer(a, b) as T;
}

/** Maxima of 3×3 places with stride 2, "same" padding (Espeholt et al. 2018, figure 3). */
const POOL = { filterSize: [3, 3], strides: [2, 2], pad: "same" } as const;

/**
 * Of each place of 3×3, every second in both directions, the largest value; its gradient goes to it.
 * @param x `[batch, height, width, channels] float32`
 * @returns `[batch, ceil(height / 2), ceil(width / 2), channels] float32`
 */
export function maxPool(x: tf.Tensor4D): tf.Tensor4D {
  const layer = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [x, save] = args as [tf.Tensor4D, tf.GradSaveFunc];
    const y = runKernel(tf.MaxPool, { x }, POOL) as tf.Tensor4D;
    save([x, y]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [input, output] = saved as [tf.Tensor4D, tf.Tensor4D];
        return runKernel(tf.MaxPoolGrad, { dy, input, output }, POOL);
      },
    };
  });
  return layer(x);
}
