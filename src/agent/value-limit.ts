import { MarioError } from "../core/errors.js";

/** Estimates may overshoot for a while and come back (van Hasselt et al. 2018); so far they don't. */
const SLACK = 10;

/**
 * Stops learning whose values have left what the rewards allow.
 *
 * No return can be larger than `R / (1 − D)`, R the largest n-step return |r_t + … | and D the
 * largest discount of a bootstrap value: the return of an episode is a sum of n-step returns, each
 * discounted by D from the one before. A mean of Q-values {@link SLACK} times as large, or as large
 * as that of rewards of 1 where they are smaller (fresh networks do not start at 0), is no estimate.
 * With a discount of 1 there is no limit.
 */
export class ValueLimit {
  largestReturn = 1;
  largestDiscount = 0;
  readonly #perStep: number;

  /** @param perStep what a target rule may add to each return */
  constructor(perStep: number) {
    this.#perStep = perStep;
  }

  /** NaN changes nothing: the loss that it makes is reported as such. */
  observe(returns: Float32Array, discounts: Float32Array): void {
    for (let i = 0; i < returns.length; i++) {
      const size = Math.abs(returns[i]);
      if (size > this.largestReturn) this.largestReturn = size;
      if (discounts[i] > this.largestDiscount) this.largestDiscount = discounts[i];
    }
  }

  /** @throws MarioError DIVERGED */
  check(meanQ: number): void {
    const { largestReturn, largestDiscount } = this;
    if (largestDiscount >= 1) return;
    const limit = (SLACK * (largestReturn + this.#perStep)) / (1 - largestDiscount);
    if (Math.abs(meanQ) <= limit) return;
    throw new MarioError(
      "DIVERGED",
      `The mean Q-value became ${meanQ.toPrecision(3)}, beyond ${limit.toPrecision(3)}: ` +
        `${SLACK} times what the rewards and the discount allow.`,
      {
        value: meanQ,
        remedy:
          "Lower the learning rate (--lr), update the target network less often (--target-period), " +
          "or keep Double DQN on; models saved so far are unharmed.",
      },
    );
  }
}
