/** Ids in a {@link FrameStore} of the frames of one observation, oldest first. */
export type StackIds = readonly [number, number, number, number];

/** One (n-step) transition; observations are named by their frames. */
export interface Transition {
  /** Observation at t−1. */
  readonly sTm1: StackIds;
  /** Action taken at t−1. */
  readonly aTm1: number;
  /** Sum of discounted rewards over the n steps. */
  readonly rT: number;
  /** Discount of the bootstrap value: gamma^n, or 0 where the episode terminated. */
  readonly discountT: number;
  /** Observation to bootstrap from. */
  readonly sT: StackIds;
}

/** A minibatch in structure-of-arrays form, reused between samples: copy what must outlive it. */
export interface TransitionBatch {
  readonly size: number;
  /** Observations at t−1: `[size, 84, 84, 4] uint8`. */
  readonly sTm1: Uint8Array;
  /** Actions taken at t−1: `[size] int32`. */
  readonly aTm1: Int32Array;
  /** (n-step) returns: `[size] float32`. */
  readonly rT: Float32Array;
  /** Discount of the bootstrap value, gamma^n, or 0 where the episode terminated: `[size] float32`. */
  readonly discountT: Float32Array;
  /** Observations to bootstrap from: `[size, 84, 84, 4] uint8`. */
  readonly sT: Uint8Array;
  /** Importance weights, all 1 for uniform sampling: `[size] float32`. */
  readonly weights: Float32Array;
  /** Where each came from, to write priorities back: `[size] int32`. */
  readonly indices: Int32Array;
}
