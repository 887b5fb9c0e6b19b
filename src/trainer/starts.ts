import type { Rng } from "../core/rng.js";
import { idleFramesOf } from "../env/idle-frames.js";

/** Idle frames at most before an evaluation's episode (Mnih et al. 2015). */
export const EVALUATION_NOOP_FRAMES = 30;

/** Without getting further, after which an evaluation's episode is cut where training has no limit. */
export const EVALUATION_STALL_FRAMES = 1800;

/** Seeds of episodes, drawn. */
export function drawnStarts(episodes: number, rng: Rng): number[] {
  return Array.from({ length: episodes }, () => rng.nextUint32());
}

/**
 * Seeds of episodes whose starts are spread evenly over 0 to `noopMaxFrames` no-op frames;
 * `noopMaxFrames + 1` of them are every start there is, once. The game draws no chance of its own, so
 * that a greedy player has one episode for each start: drawn ones would repeat some and leave others
 * out.
 */
export function evenStarts(episodes: number, noopMaxFrames: number, rng: Rng): number[] {
  return Array.from({ length: episodes }, (_, i) => {
    const wanted = Math.floor((i * (noopMaxFrames + 1)) / episodes);
    for (;;) {
      const seed = rng.nextUint32();
      if (idleFramesOf(seed, noopMaxFrames) === wanted) return seed;
    }
  });
}
