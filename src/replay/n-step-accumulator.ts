import type { StackIds, Transition } from "./transition.js";

export interface NStepOptions {
  /** Steps in a return; 1 is the plain one-step transition. */
  readonly n: number;
  /** Discount per step, 0 to 1. */
  readonly gamma: number;
}

/** What happened at one step: s_tm1 → (action) → reward, s_t. */
export interface Step {
  readonly action: number;
  readonly reward: number;
  readonly sT: StackIds;
  readonly terminated: boolean;
  readonly truncated: boolean;
}

/** All that an accumulator remembers; plain data. */
export interface NStepState {
  readonly sTm1: StackIds;
  readonly pending: readonly {
    readonly sTm1: StackIds;
    readonly aTm1: number;
    readonly rewardSum: number;
    readonly discount: number;
  }[];
}

interface Pending {
  readonly sTm1: StackIds;
  readonly aTm1: number;
  rewardSum: number;
  discount: number;
}

/**
 * Turns single steps of one environment into n-step transitions (Sutton 1988; Rainbow, Hessel et
 * al. 2018): r_t + γ r_{t+1} + … + γ^{n−1} r_{t+n−1}, bootstrapped from s_{t+n} with γ^n.
 *
 * ```
 * s0 -a0-> r1 s1 -a1-> r2 s2 -a2-> r3 s3        n = 3: (s0, a0, r1 + γ r2 + γ² r3, γ³, s3)
 * ```
 * At the end of an episode the pending ones leave with what they have: bootstrap discount 0 when it
 * terminated; γ^k from the last observation when it was truncated, since there the future has value.
 */
export class NStepAccumulator {
  readonly #n: number;
  readonly #gamma: number;
  #pending: Pending[] = [];
  #sTm1: StackIds = [0, 0, 0, 0];

  constructor(options: NStepOptions) {
    this.#n = options.n;
    this.#gamma = options.gamma;
  }

  /** Forgets what is pending and starts from the first observation of an episode. */
  start(s0: StackIds): void {
    this.#pending = [];
    this.#sTm1 = s0;
  }

  /** @returns the transitions that this step completes, oldest first; usually one. */
  push(step: Step): readonly Transition[] {
    for (const pending of this.#pending) {
      pending.rewardSum += pending.discount * step.reward;
      pending.discount *= this.#gamma;
    }
    this.#pending.push({
      sTm1: this.#sTm1,
      aTm1: step.action,
      rewardSum: step.reward,
      discount: this.#gamma,
    });
    this.#sTm1 = step.sT;
    const over = step.terminated || step.truncated;
    const complete = over ? this.#pending.length : Math.max(0, this.#pending.length - this.#n + 1);
    return this.#pending.splice(0, complete).map((pending) => ({
      sTm1: pending.sTm1,
      aTm1: pending.aTm1,
      rT: pending.rewardSum,
      discountT: step.terminated ? 0 : pending.discount,
      sT: step.sT,
    }));
  }

  getState(): NStepState {
    return { sTm1: this.#sTm1, pending: this.#pending.map((pending) => ({ ...pending })) };
  }

  setState(state: NStepState): void {
    this.#sTm1 = state.sTm1;
    this.#pending = state.pending.map((pending) => ({ ...pending }));
  }
}
