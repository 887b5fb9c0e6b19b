import { MarioError } from "../../core/errors.js";
import type { Head, HeadLoss, Targets } from "./head.js";

/** Huber loss: `x²/2` within ±delta, linear beyond (Huber 1964); Mnih et al. 2015 have delta 1. */
export function huber(error: number, delta: number): number {
  const size = Math.abs(error);
  return size <= delta ? (error * error) / 2 : delta * (size - delta / 2);
}

/** Its derivative: the error, clipped. */
export function huberSlope(error: number, delta: number): number {
  return Math.max(-delta, Math.min(delta, error));
}

/** One output for each action: its Q-value (Mnih et al. 2015). */
export class ScalarHead implements Head {
  readonly atoms = 1;
  readonly #actions: number;
  readonly #delta: number;

  /** @param delta error at which the loss turns linear, above 0; Infinity: squared error */
  constructor(actionCount: number, delta: number) {
    if (!(delta > 0)) {
      throw new MarioError("INVALID_OPTION", `A Huber loss cannot turn linear at ${delta}.`, {
        value: delta,
        remedy: "Give a positive error such as 1.",
      });
    }
    this.#actions = actionCount;
    this.#delta = delta;
  }

  qValues(outputs: Float32Array): Float32Array {
    return outputs.slice();
  }

  /** `returns + discount · sum_a policy(a) q(s_t, a)` is what Q of the action taken should be. */
  loss(outputs: Float32Array, targets: Targets): HeadLoss {
    const { aTm1, returns, discountT, policyT, outputsT, weights } = targets;
    const rows = aTm1.length;
    const gradient = new Float32Array(outputs.length);
    const tdErrors = new Float32Array(rows);
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      const first = row * this.#actions;
      let bootstrap = 0;
      for (let a = first; a < first + this.#actions; a++) bootstrap += policyT[a] * outputsT[a];
      const taken = first + aTm1[row];
      const error = returns[row] + discountT[row] * bootstrap - outputs[taken];
      tdErrors[row] = error;
      loss += (weights[row] * huber(error, this.#delta)) / rows;
      gradient[taken] = (-weights[row] * huberSlope(error, this.#delta)) / rows;
    }
    return { loss, gradient, tdErrors };
  }
}
