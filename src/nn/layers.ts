import * as tf from "@tensorflow/tfjs-core";
import { FUSED_DENSE, hasKernel, REDUCIBLE, reluAndBiasGradient, runKernel } from "./kernels.js";

export type Padding = "same" | "valid";
export type Activation = "linear" | "relu";

/*
 * Every layer brings its own gradient, for two reasons. TensorFlow.js's Node bundle registers none
 * (they live in a module that only its union package loads). And `tf.fused.conv2d` falls back to
 * three separate operations while a tape records a ReLU, and its gradient always computes the
 * input's part, which the first layer throws away.
 */

/**
 * Convolution, bias and ReLU in one kernel.
 * @param x `[batch, height, width, inChannels] float32`
 * @param kernel `[height, width, inChannels, outChannels] float32`
 * @param bias `[outChannels] float32`
 * @param inputGradient false where `x` is data: its gradient is then never computed
 * @returns `[batch, outHeight, outWidth, outChannels] float32`, at least 0
 */
export function convRelu(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  bias: tf.Tensor1D,
  options: { readonly stride: number; readonly padding: Padding; readonly inputGradient: boolean },
): tf.Tensor4D {
  const strides: [number, number] = [options.stride, options.stride];
  const pad = options.padding;
  const forward = (): tf.Tensor4D =>
    runKernel(
      tf.FusedConv2D,
      { x, filter: kernel, bias },
      { strides, pad, dataFormat: "NHWC", dilations: [1, 1], activation: "relu" },
    ) as tf.Tensor4D;
  const kernelGradient = (x: tf.Tensor4D, dz: tf.Tensor4D): tf.Tensor4D =>
    runKernel(
      tf.Conv2DBackpropFilter,
      { x, dy: dz },
      { strides, pad, dataFormat: "NHWC", filterShape: kernel.shape },
    ) as tf.Tensor4D;

  if (!options.inputGradient) {
    const layer = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
      const y = forward();
      (args[2] as tf.GradSaveFunc)([x, y]);
      return {
        value: y,
        gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
          const [x, y] = saved as [tf.Tensor4D, tf.Tensor4D];
          const [dz, dbias] = reluAndBiasGradient(dy as tf.Tensor4D, y);
          return [kernelGradient(x, dz), dbias];
        },
      };
    });
    return layer(kernel, bias);
  }
  const layer = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const y = forward();
    (args[3] as tf.GradSaveFunc)([x, kernel, y]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, kernel, y] = saved as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
        const [dz, dbias] = reluAndBiasGradient(dy as tf.Tensor4D, y);
        const dx = runKernel(
          tf.Conv2DBackpropInput,
          { dy: dz, filter: kernel },
          { strides, pad, dataFormat: "NHWC", inputShape: x.shape },
        ) as tf.Tensor4D;
        return [dx, kernelGradient(x, dz), dbias];
      },
    };
  });
  return layer(x, kernel, bias);
}

/**
 * Matrix product, bias and activation in one kernel.
 * @param x `[batch, inUnits] float32`
 * @param kernel `[inUnits, outUnits] float32`
 * @param bias `[outUnits] float32`
 * @returns `[batch, outUnits] float32`
 */
export function dense(
  x: tf.Tensor2D,
  kernel: tf.Tensor2D,
  bias: tf.Tensor1D,
  activation: Activation,
): tf.Tensor2D {
  // A head's values differ by little: they and their gradients are never rounded to 16 bits.
  const reducible = activation === "relu";
  const matMul = (a: tf.Tensor2D, b: tf.Tensor2D, transposeA: boolean, transposeB: boolean) =>
    runKernel(tf.BatchMatMul, { a, b }, { transposeA, transposeB, [REDUCIBLE]: reducible });
  const layer = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [x, kernel, bias] = args as unknown as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
    const y = fusedMatMul(x, kernel, bias, activation);
    (args[3] as tf.GradSaveFunc)([x, kernel, y]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, kernel, y] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
        const [dz, dbias] =
          activation === "relu"
            ? reluAndBiasGradient(dy as tf.Tensor2D, y)
            : [dy as tf.Tensor2D, tf.sum(dy, 0)];
        return [matMul(dz, kernel, false, true), matMul(x, dz, true, false), dbias];
      },
    };
  });
  return layer(x, kernel, bias);
}

/**
 * @param x `[batch, …] float32`
 * @returns `[batch, features] float32`, the same values
 */
export function flatten(x: tf.Tensor): tf.Tensor2D {
  const batch = x.shape[0];
  const layer = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [x] = args as [tf.Tensor];
    return {
      value: tf.reshape(x, [batch, x.size / batch]),
      gradFunc: (dy: tf.Tensor) => tf.reshape(dy, x.shape),
    };
  });
  return layer(x) as tf.Tensor2D;
}

/**
 * Q = V + A − mean(A) (Wang et al. 2016, equation 9): the mean makes V and A identifiable.
 * @param value `[batch, 1] float32`
 * @param advantage `[batch, actions] float32`
 * @returns `[batch, actions] float32`
 */
export function duelingQ(value: tf.Tensor2D, advantage: tf.Tensor2D): tf.Tensor2D {
  const layer = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [value, advantage] = args as unknown as [tf.Tensor2D, tf.Tensor2D];
    return {
      value: tf.add(value, tf.sub(advantage, tf.mean(advantage, 1, true))),
      gradFunc: (dy: tf.Tensor) => [tf.sum(dy, 1, true), tf.sub(dy, tf.mean(dy, 1, true))],
    };
  });
  return layer(value, advantage) as tf.Tensor2D;
}

function fusedMatMul(
  x: tf.Tensor2D,
  kernel: tf.Tensor2D,
  bias: tf.Tensor1D,
  activation: Activation,
): tf.Tensor2D {
  const [batch, inUnits] = x.shape;
  const outUnits = kernel.shape[1];
  const attributes = {
    ...{ transposeA: false, transposeB: false, activation },
    [REDUCIBLE]: activation === "relu",
  };
  if (hasKernel(FUSED_DENSE)) {
    return runKernel(FUSED_DENSE, { a: x, b: kernel, bias }, attributes) as tf.Tensor2D;
  }
  // TensorFlow.js's own kernel wants one batch of matrices: rank 3.
  const y = runKernel(
    tf._FusedMatMul,
    { a: tf.reshape(x, [1, batch, inUnits]), b: tf.reshape(kernel, [1, inUnits, outUnits]), bias },
    attributes,
  ) as tf.Tensor3D;
  return tf.reshape(y, [batch, outUnits]);
}
