import type { Rng } from "../core/rng.js";

/** Where a sampler writes: both arrays at least as long as the sample. */
export interface SampleOutput {
  /** Slots chosen: `[count] int32`. */
  readonly indices: Int32Array;
  /** Importance weights, in (0, 1], all 1 for uniform sampling: `[count] float32`. */
  readonly weights: Float32Array;
}

/**
 * Chooses which transitions of a replay memory are learned from. It knows the memory's slots by
 * number, 0 to capacity − 1, and nothing of what is in them.
 *
 * Deterministic: the same calls with the same generator give the same slots.
 */
export interface Sampler {
  /** Slots that can be chosen. */
  readonly size: number;
  /** The slot now holds a fresh transition, whether or not it held one before. */
  add(slot: number): void;
  /** The slot holds nothing that can be learned from; without effect if it did not. */
  remove(slot: number): void;
  /**
   * Chooses `count` slots, with replacement.
   * @throws MarioError SHAPE_MISMATCH when there is no slot to choose.
   */
  sample(count: number, rng: Rng, out: SampleOutput): void;
  /**
   * What learning from those slots gave. A slot that was removed meanwhile is passed over.
   * @param indices `[count] int32`, as `sample` wrote them
   * @param tdErrors `[count] float32`: |TD error| or loss of each; the sign does not matter
   * @throws MarioError NOT_FINITE
   */
  update(indices: Int32Array, tdErrors: Float32Array): void;
  /** All that decides what comes next, copied: numbers and typed arrays. */
  getState(): SamplerState;
  /** @throws MarioError STATE_INVALID when it is another sampler's, or damaged. */
  setState(state: SamplerState): void;
}

export type SamplerState = UniformSamplerState | PrioritizedSamplerState;

export interface UniformSamplerState {
  readonly kind: "uniform";
  /** The slots that can be chosen, in the sampler's own order: `[size] int32`. */
  readonly slots: Int32Array;
}

export interface PrioritizedSamplerState {
  readonly kind: "prioritized";
  /** Priority to the power of alpha of each slot, 0 where it cannot be chosen: `[capacity] float32`. */
  readonly priorities: Float32Array;
  /** The largest priority ever given, before the power. */
  readonly maxPriority: number;
  readonly beta: number;
}
