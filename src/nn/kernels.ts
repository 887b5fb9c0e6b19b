import * as tf from "@tensorflow/tfjs-core";

/**
 * Kernels that TensorFlow.js does not know and that a backend may supply natively. Every use goes
 * through a function that composes the same result from standard operations where it does not.
 */
export const RELU_GRADIENT = "ReluGradient";
export const RELU_GRADIENT_AND_SUM = "ReluGradientAndSum";
export const CLIPPED_ADAM = "ClippedAdam";

/** A matrix product with bias and activation, of matrices: TensorFlow.js's takes batches of them. */
export const FUSED_DENSE = "FusedDense";

/** `duelingQ` (layers.ts) of `value` and `advantage`; its gradients from `dy`, attribute `atoms`. */
export const DUELING = "Dueling";
export const DUELING_GRADIENT = "DuelingGradient";

/** One-hot of the first of each row's largest values of `q`. */
export const GREEDY_POLICY = "GreedyPolicy";

/**
 * A scalar head's loss (src/agent/deferred/tensor-head.ts) of `outputs` and its targets' tensors,
 * attribute `delta`: the loss, the mean Q, the TD errors, the gradient.
 */
export const TD_LOSS_AND_GRADIENT = "TdLossAndGradient";

/** Attribute of a matrix product that a backend may compute in less than float32 if it is told to. */
export const REDUCIBLE = "reducible";

/** Whether the current backend has a kernel of this name. */
export function hasKernel(name: string): boolean {
  // Declared as always there; it is undefined for an unknown kernel.
  return (tf.getKernel(name, tf.getBackend()) as tf.KernelConfig | undefined) !== undefined;
}

/** Runs one kernel of the current backend, outside the gradient tape's own operations. */
export function runKernel(
  name: string,
  inputs: Record<string, tf.Tensor>,
  attributes: Record<string, unknown>,
): tf.Tensor {
  return tf.engine().runKernel(name, inputs, attributes as tf.NamedAttrMap);
}

/** {@link runKernel} of a kernel with several outputs. */
export function runKernels(
  name: string,
  inputs: Record<string, tf.Tensor>,
  attributes: Record<string, unknown>,
): tf.Tensor[] {
  return runKernel(name, inputs, attributes) as unknown as tf.Tensor[];
}

/**
 * Gradients through `y = relu(z)`, `z = … + bias`, from the output.
 * @param dy `[…, units] float32`
 * @param y `[…, units] float32`: the ReLU's output
 * @returns `dz`, that is `dy` where `y > 0`, else 0; and `[units]`, its sum over all other axes
 */
export function reluAndBiasGradient<T extends tf.Tensor>(dy: T, y: T): [dz: T, dbias: tf.Tensor1D] {
  if (hasKernel(RELU_GRADIENT_AND_SUM)) {
    return runKernels(RELU_GRADIENT_AND_SUM, { dy, y }, {}) as [T, tf.Tensor1D];
  }
  const dz = reluGradient(dy, y);
  const leading = dz.shape.map((_, axis) => axis).slice(0, -1);
  return [dz, tf.sum(dz, leading)];
}

/**
 * Gradient through a ReLU, from its output: `dy` where `y > 0`, else 0.
 * @param dy float32, any shape
 * @param y float32, the same shape: the ReLU's output
 */
export function reluGradient<T extends tf.Tensor>(dy: T, y: T): T {
  if (hasKernel(RELU_GRADIENT)) return runKernel(RELU_GRADIENT, { dy, y }, {}) as T;
  return tf.mul(dy, tf.step(y));
}
