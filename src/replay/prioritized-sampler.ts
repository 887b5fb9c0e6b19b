import { MarioError } from "../core/errors.js";
import type { Rng } from "../core/rng.js";
import type { PrioritizedSamplerState, SampleOutput, Sampler, SamplerState } from "./sampler.js";
import { SumTree } from "./sum-tree.js";
import { emptySample, invalidState } from "./uniform-sampler.js";

export interface PrioritizedSamplerOptions {
  readonly capacity: number;
  /** How much priorities count, 0 (uniform) to 1 (proportional); default 0.5. */
  readonly alpha?: number;
  /** How much importance weights correct for it, 0 (not) to 1 (wholly), until `setBeta`; default 0.4. */
  readonly beta?: number;
  /** Added to |TD error|, above 0, so that nothing is never chosen again; default 1e-6. */
  readonly epsilon?: number;
}

/**
 * Proportional prioritization (Schaul et al. 2016, section 3.3 and algorithm 1):
 *
 * ```
 *   p_i = |TD error_i| + epsilon         P(i) = p_i^alpha / sum_k p_k^alpha       (equation 1)
 *   w_i = (N · P(i))^-beta / max_j w_j                               (section 3.4)
 * ```
 * A fresh transition has the largest priority ever given, so that each is soon seen once. A sample
 * of k is stratified: the sum of priorities is cut into k equal ranges and one point is drawn in
 * each (appendix B.2.1). The paper's maximum of the weights is taken over the sample.
 */
export class PrioritizedSampler implements Sampler {
  readonly #alpha: number;
  readonly #epsilon: number;
  /** Of p_i^alpha, rounded to float32 so that a saved state is exactly the tree. */
  readonly #tree: SumTree;
  #beta: number;
  #maxPriority = 1;
  #size = 0;

  constructor(options: PrioritizedSamplerOptions) {
    const { capacity, alpha = 0.5, beta = 0.4, epsilon = 1e-6 } = options;
    this.#alpha = requireShare("alpha", alpha);
    this.#beta = requireShare("beta", beta);
    if (!(epsilon > 0 && epsilon < Infinity)) {
      throw new MarioError("INVALID_OPTION", `A priority's epsilon of ${epsilon} is not above 0.`, {
        value: epsilon,
        remedy: "Give a small positive number such as 1e-6.",
      });
    }
    this.#epsilon = epsilon;
    this.#tree = new SumTree(capacity);
  }

  get size(): number {
    return this.#size;
  }

  get beta(): number {
    return this.#beta;
  }

  /** From the next sample on; the paper raises it linearly to 1. @throws MarioError INVALID_OPTION */
  setBeta(beta: number): void {
    this.#beta = requireShare("beta", beta);
  }

  add(slot: number): void {
    if (this.#tree.get(slot) === 0) this.#size++;
    this.#tree.set(slot, this.#scaled(this.#maxPriority));
  }

  remove(slot: number): void {
    if (this.#tree.get(slot) === 0) return;
    this.#size--;
    this.#tree.set(slot, 0);
  }

  sample(count: number, rng: Rng, { indices, weights }: SampleOutput): void {
    if (this.#size === 0) throw emptySample();
    const { total } = this.#tree;
    let largest = 0;
    for (let i = 0; i < count; i++) {
      const slot = this.#tree.find(((i + rng.uniform()) / count) * total);
      indices[i] = slot;
      weights[i] = ((this.#size * this.#tree.get(slot)) / total) ** -this.#beta;
      largest = Math.max(largest, weights[i]);
    }
    for (let i = 0; i < count; i++) weights[i] /= largest;
  }

  update(indices: Int32Array, tdErrors: Float32Array): void {
    if (!tdErrors.every(Number.isFinite)) {
      throw new MarioError("NOT_FINITE", "A TD error became NaN or infinite.", {
        remedy: "Lower the learning rate, or check the rewards' scale.",
      });
    }
    for (let i = 0; i < indices.length; i++) {
      if (this.#tree.get(indices[i]) === 0) continue;
      const priority = Math.abs(tdErrors[i]) + this.#epsilon;
      this.#maxPriority = Math.max(this.#maxPriority, priority);
      this.#tree.set(indices[i], this.#scaled(priority));
    }
  }

  getState(): PrioritizedSamplerState {
    return {
      kind: "prioritized",
      priorities: Float32Array.from({ length: this.#tree.capacity }, (_, i) => this.#tree.get(i)),
      maxPriority: this.#maxPriority,
      beta: this.#beta,
    };
  }

  setState(state: SamplerState): void {
    const { capacity } = this.#tree;
    if (
      state.kind !== "prioritized" ||
      state.priorities.length !== capacity ||
      !state.priorities.every((priority) => priority >= 0 && priority < Infinity) ||
      !(state.maxPriority > 0 && state.maxPriority < Infinity) ||
      !(state.beta >= 0 && state.beta <= 1)
    ) {
      throw invalidState("prioritized", capacity);
    }
    this.#tree.setAll(state.priorities);
    this.#size = state.priorities.reduce((size, priority) => size + (priority > 0 ? 1 : 0), 0);
    this.#maxPriority = state.maxPriority;
    this.#beta = state.beta;
  }

  /** p^alpha; never 0, since that stands for a slot that cannot be chosen. */
  #scaled(priority: number): number {
    return Math.max(Math.fround(priority ** this.#alpha), SMALLEST);
  }
}

/** 2^-126: the smallest normal float32. */
const SMALLEST = 2 ** -126;

function requireShare(name: string, value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw new MarioError("INVALID_OPTION", `${name} is a share from 0 to 1, not ${value}.`, {
    value,
    remedy: "Schaul et al. use alpha 0.5 to 0.7 and beta 0.4 to 1.",
  });
}
