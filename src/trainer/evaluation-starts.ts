import type { Rng } from "../core/rng.js";

/** Idle frames at most before an evaluation's episode (Mnih et al. 2015). */
export const EVALUATION_NOOP_FRAMES = 30;

/** How one episode of an evaluation begins. */
export interface EvaluationStart {
  /** Of whatever else the environment draws, such as sticky actions. */
  readonly seed: number;
  /** Before the first decision. */
  readonly idleFrames: number;
}

/**
 * Starts spread evenly over 0 to `noopMaxFrames` idle frames; `noopMaxFrames + 1` of them are every
 * start there is, once. The game draws no chance of its own, so that a greedy player has one episode
 * for each: drawn starts would repeat some and leave others out.
 */
export function evenStarts(episodes: number, noopMaxFrames: number, rng: Rng): EvaluationStart[] {
  return Array.from({ length: episodes }, (_, i) => ({
    seed: rng.nextUint32(),
    idleFrames: Math.floor((i * (noopMaxFrames + 1)) / episodes),
  }));
}
