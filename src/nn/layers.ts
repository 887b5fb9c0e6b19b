import * as tf from "@tensorflow/tfjs-core";
import {
  DUELING,
  DUELING_GRADIENT,
  FUSED_DENSE,
  hasKernel,
  REDUCIBLE,
  reluAndBiasGradient,
  runKernel,
  runKernels,
} from "./kernels.js";

export type Padding = "same" | "valid";
export type Activation = "linear" | "relu";

/*
 * Every layer brings its own gradient, for two reasons. TensorFlow.js's Node bundle registers none
 * (they live in a module that only its union package loads). And `tf.fused.conv2d` falls back to
 * three separate operations while a tape records a ReLU, and its gradient always computes the
 * input's part, which the first layer throws away.
 */

export interface ConvolutionOptions {
  readonly stride: number;
  readonly padding: Padding;
  readonly activation: Activation;
  /** False where the input is data: its gradient is then never computed. */
  readonly inputGradient: boolean;
}

/**
 * Convolution, bias and activation in one kernel.
 * @param x `[batch, height, width, inChannels] float32`
 * @param kernel `[height, width, inChannels, outChannels] float32`
 * @param bias `[outChannels] float32`
 * @returns `[batch, outHeight, outWidth, outChannels] float32`
 */
export function convolution(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  bias: tf.Tensor1D,
  options: ConvolutionOptions,
): tf.Tensor4D {
  const strides: [number, number] = [options.stride, options.stride];
  const { padding: pad, activation } = options;
  const forward = (): tf.Tensor4D =>
    runKernel(
      tf.FusedConv2D,
      { x, filter: kernel, bias },
      { strides, pad, dataFormat: "NHWC", dilations: [1, 1], activation },
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
          const [dz, dbias] = activationGradients(dy as tf.Tensor4D, y, activation);
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
        const [dz, dbias] = activationGradients(dy as tf.Tensor4D, y, activation);
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
  const layer = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [x, kernel, bias] = args as unknown as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
    const y = fusedMatMul(x, kernel, bias, activation);
    (args[3] as tf.GradSaveFunc)([x, kernel, y]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, kernel, y] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
        const [dz, dbias] = activationGradients(dy as tf.Tensor2D, y, activation);
        return [
          matMul(dz, kernel, { transposeB: true, reducible }),
          matMul(x, dz, { transposeA: true, reducible }),
          dbias,
        ];
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
 * Q = V + A − mean(A) (Wang et al. 2016, equation 9): the mean makes V and A identifiable. Of
 * distributional heads each atom by itself (Hessel et al. 2018, "The integrated agent").
 *
 * Sums over actions and copies to them are products with a matrix of identities: a matrix product is
 * native on every backend, which reductions of inner axes and broadcasts are not.
 * @param value `[batch, atoms] float32`
 * @param advantage `[batch, actions · atoms] float32`, action by action
 * @param identities `[atoms, actions · atoms] float32`, from {@link actionIdentities}
 * @returns `[batch, actions · atoms] float32`
 */
export function duelingQ(
  value: tf.Tensor2D,
  advantage: tf.Tensor2D,
  identities: tf.Tensor2D,
): tf.Tensor2D {
  const [atoms, outputs] = identities.shape;
  if (hasKernel(DUELING)) return fusedDuelingQ(value, advantage, atoms);
  const share = atoms / outputs;
  const layer = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [value, advantage] = args as unknown as [tf.Tensor2D, tf.Tensor2D];
    (args[2] as tf.GradSaveFunc)([identities]);
    const mean = tf.mul(sumOverActions(advantage, identities), share);
    const baseline = tf.sub<tf.Tensor2D>(value, mean);
    return {
      value: tf.add(advantage, copyToActions(baseline, identities)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [identities] = saved as [tf.Tensor2D];
        const dValue = sumOverActions(dy as tf.Tensor2D, identities);
        return [dValue, tf.sub(dy, copyToActions(tf.mul(dValue, share), identities))];
      },
    };
  });
  return layer(value, advantage) as tf.Tensor2D;
}

function fusedDuelingQ(value: tf.Tensor2D, advantage: tf.Tensor2D, atoms: number): tf.Tensor2D {
  const layer = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [value, advantage] = args as [tf.Tensor2D, tf.Tensor2D];
    return {
      value: runKernel(DUELING, { value, advantage }, {}),
      gradFunc: (dy: tf.Tensor) => runKernels(DUELING_GRADIENT, { dy }, { atoms }),
    };
  });
  return layer(value, advantage) as tf.Tensor2D;
}

/** An identity for each action, side by side: `[atoms, actions · atoms] float32`. */
export function actionIdentities(actions: number, atoms: number): tf.Tensor2D {
  const values = new Float32Array(atoms * actions * atoms);
  for (let atom = 0; atom < atoms; atom++) {
    for (let action = 0; action < actions; action++) {
      values[atom * actions * atoms + action * atoms + atom] = 1;
    }
  }
  return tf.tensor2d(values, [atoms, actions * atoms]);
}

function sumOverActions(x: tf.Tensor2D, identities: tf.Tensor2D): tf.Tensor2D {
  return matMul(x, identities, { transposeB: true });
}

function copyToActions(x: tf.Tensor2D, identities: tf.Tensor2D): tf.Tensor2D {
  return matMul(x, identities, {});
}

/**
 * Gradients before an activation, from the one after it and the activation's output.
 * @returns that of the sum with the bias, and that of the bias
 */
export function activationGradients<T extends tf.Tensor>(
  dy: T,
  y: T,
  activation: Activation,
): [dz: T, dbias: tf.Tensor1D] {
  if (activation === "relu") return reluAndBiasGradient(dy, y);
  const leading = dy.shape.map((_, axis) => axis).slice(0, -1);
  return [dy, tf.sum(dy, leading)];
}

export interface MatMulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Whether a backend may compute in less than float32 if it was told to; default not. */
  readonly reducible?: boolean;
}

/** Matrix product; no gradient of its own. */
export function matMul(a: tf.Tensor2D, b: tf.Tensor2D, options: MatMulOptions): tf.Tensor2D {
  const { transposeA = false, transposeB = false, reducible = false } = options;
  const attributes = { transposeA, transposeB, [REDUCIBLE]: reducible };
  return runKernel(tf.BatchMatMul, { a, b }, attributes) as tf.Tensor2D;
}

/** `activation(x · kernel + bias)` in one kernel; no gradient of its own. */
export function fusedMatMul(
  x: tf.Tensor2D,
  kernel: tf.Tensor2D,
  bias: tf.Tensor1D,
  activation: Activation,
  reducible = activation === "relu",
): tf.Tensor2D {
  const [batch, inUnits] = x.shape;
  const outUnits = kernel.shape[1];
  const attributes = {
    transposeA: false,
    transposeB: false,
    activation,
    [REDUCIBLE]: reducible,
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
