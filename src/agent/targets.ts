import { softmaxInto } from "./heads/c51-head.js";
import type { Head, Targets } from "./heads/head.js";
import type { TransitionBatch } from "../replay/transition.js";

/** Defaults of {@link MunchausenOptions}. */
export const MUNCHAUSEN = { alpha: 0.9, temperature: 0.03, clip: -1 };

/** Munchausen's three numbers; defaults from Vieillard et al. 2020, section 4. */
export interface MunchausenOptions {
  /** Share of the (clipped) log-policy that is added to the reward, 0 to 1; default 0.9. */
  readonly alpha?: number;
  /** Temperature of the policy `softmax(q / temperature)`, above 0; default 0.03. */
  readonly temperature?: number;
  /** Least value of `temperature · ln policy`, below 0; default −1. */
  readonly clip?: number;
}

/** The most that {@link munchausenTargets} can add to one return. */
export function munchausenBonus(actionCount: number, options: MunchausenOptions): number {
  const { alpha, temperature, clip } = { ...MUNCHAUSEN, ...options };
  return alpha * Math.abs(clip) + temperature * Math.log(actionCount);
}

/** Network outputs that a target is made from, each `[rows, actionCount · atoms] float32`. */
export interface TargetOutputs {
  /** The target network's at s_t. */
  readonly targetT: Float32Array;
  /** What chooses the action at s_t: the online network's for Double DQN, else {@link targetT}. */
  readonly selectorT: Float32Array;
}

/**
 * Targets of Q-learning: the policy at s_t takes the action that `selectorT` values most. With the
 * online network's outputs there it is Double DQN's (van Hasselt et al. 2016, equation 4).
 */
export function greedyTargets(batch: TransitionBatch, head: Head, outputs: TargetOutputs): Targets {
  const { size, aTm1, rT, discountT, weights } = batch;
  const q = head.qValues(outputs.selectorT);
  const actions = q.length / size;
  const policyT = new Float32Array(q.length);
  for (let row = 0; row < size; row++) {
    let best = row * actions;
    for (let a = best + 1; a < (row + 1) * actions; a++) if (q[a] > q[best]) best = a;
    policyT[best] = 1;
  }
  return { aTm1, returns: rT, discountT, policyT, outputsT: outputs.targetT, weights };
}

/**
 * Targets of Munchausen DQN (Vieillard et al. 2020, equation 2), with `pi = softmax(q / tau)` of the
 * target network and its own log-policy as a part of the reward:
 *
 * ```
 *   r_t + alpha [tau ln pi(a_tm1 | s_tm1)] clipped to [clip, 0]
 *       + discount · sum_a pi(a | s_t) (q(s_t, a) − tau ln pi(a | s_t))
 * ```
 * Of an n-step return only the first action's log-policy is added: the others' observations are not
 * in the batch. There is no second network to choose the action, so Double DQN has no part in this.
 * @param outputs the target network's at s_tm1 and s_t
 */
export function munchausenTargets(
  batch: TransitionBatch,
  head: Head,
  outputs: { readonly targetTm1: Float32Array; readonly targetT: Float32Array },
  options: MunchausenOptions = {},
): Targets {
  const { alpha, temperature, clip } = { ...MUNCHAUSEN, ...options };
  const { size, aTm1, rT, discountT, weights } = batch;
  const scaled = (values: Float32Array): Float64Array =>
    Float64Array.from(head.qValues(values), (q) => q / temperature);
  const qTm1 = scaled(outputs.targetTm1);
  const qT = scaled(outputs.targetT);
  const actions = qT.length / size;
  const policyT = new Float64Array(qT.length);
  const returns = new Float64Array(size);
  const scratch = new Float64Array(actions);
  for (let row = 0; row < size; row++) {
    const from = row * actions;
    const logSumTm1 = softmaxInto(scratch, qTm1, from);
    const logPolicy = temperature * (qTm1[from + aTm1[row]] - logSumTm1);
    const policy = policyT.subarray(from, from + actions);
    const logSumT = softmaxInto(policy, qT, from);
    let entropy = 0;
    for (let a = 0; a < actions; a++) entropy -= policy[a] * (qT[from + a] - logSumT);
    returns[row] =
      rT[row] +
      alpha * Math.max(clip, Math.min(0, logPolicy)) +
      discountT[row] * temperature * entropy;
  }
  return { aTm1, returns, discountT, policyT, outputsT: outputs.targetT, weights };
}
