import * as tf from "@tensorflow/tfjs-core";
import type { HeadLoss } from "./heads/head.js";

/**
 * A head's loss on TensorFlow.js's gradient tape.
 * @param outputs `[rows, outputs] float32`: the online network's
 * @param lossOf the loss of these outputs and its gradient by them
 */
export function headLoss(
  outputs: tf.Tensor2D,
  lossOf: (outputs: Float32Array) => HeadLoss,
): tf.Scalar {
  const onTape = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [outputs] = args as [tf.Tensor2D];
    const { loss, gradient } = lossOf(outputs.dataSync() as Float32Array);
    // The tape starts with a derivative of 1.
    return { value: tf.scalar(loss), gradFunc: () => tf.tensor2d(gradient, outputs.shape) };
  });
  return onTape(outputs);
}
