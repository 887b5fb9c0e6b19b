import * as tf from "@tensorflow/tfjs-core";
import { GREEDY_POLICY, hasKernel, runKernel } from "../../nn/kernels.js";
import type { TransitionBatch } from "../../replay/transition.js";
import { MUNCHAUSEN, type MunchausenOptions } from "../targets.js";
import type { TensorHead, TensorTargets } from "./tensor-head.js";

/** What of a batch goes to the GPU as it is. */
export function uploadBatch(
  batch: TransitionBatch,
  actions: number,
): Omit<TensorTargets, "policyT" | "outputsT"> {
  const taken = new Float32Array(batch.size * actions);
  for (let row = 0; row < batch.size; row++) taken[row * actions + batch.aTm1[row]] = 1;
  return {
    taken: tf.tensor2d(taken, [batch.size, actions]),
    returns: tf.tensor1d(batch.rT),
    discountT: tf.tensor1d(batch.discountT),
    weights: tf.tensor1d(batch.weights),
  };
}

/** The policy that takes the action valued most: `[rows, actions] float32`. See `greedyTargets`. */
export function greedyPolicy(q: tf.Tensor2D): tf.Tensor2D {
  if (hasKernel(GREEDY_POLICY)) return runKernel(GREEDY_POLICY, { q }, {}) as tf.Tensor2D;
  return tf.oneHot(tf.argMax(q, 1), q.shape[1], 1, 0, "float32") as tf.Tensor2D;
}

/**
 * Munchausen's policy and returns. See `munchausenTargets`.
 * @param outputs the target network's at s_tm1 and s_t
 */
export function munchausenPolicy(
  head: TensorHead,
  outputs: { readonly targetTm1: tf.Tensor2D; readonly targetT: tf.Tensor2D },
  uploaded: Omit<TensorTargets, "policyT" | "outputsT">,
  options: MunchausenOptions,
): Pick<TensorTargets, "policyT" | "returns"> {
  const { alpha, temperature, clip } = { ...MUNCHAUSEN, ...options };
  const logPolicy = (outputs: tf.Tensor2D): tf.Tensor2D => {
    const q = tf.div<tf.Tensor2D>(head.qValues(outputs), temperature);
    return tf.sub(q, tf.logSumExp(q, 1, true));
  };
  const { taken, returns, discountT } = uploaded;
  const takenLog = tf.mul(tf.sum(tf.mul(taken, logPolicy(outputs.targetTm1)), 1), temperature);
  const logT = logPolicy(outputs.targetT);
  const policyT = tf.exp(logT);
  const entropy = tf.sum(tf.mul(policyT, logT), 1);
  const bonus = tf.sub(
    tf.mul(tf.clipByValue(takenLog, clip, 0), alpha),
    tf.mul(tf.mul(discountT, entropy), temperature),
  );
  return { policyT, returns: tf.add(returns, bonus) };
}
