import { Rng } from "../core/rng.js";

/** Frames without input before an episode's first decision, 0 to `noopMaxFrames`; its first draw. */
export function drawIdleFrames(rng: Rng, noopMaxFrames: number): number {
  return rng.integer(noopMaxFrames + 1);
}

/** How many of them the episode of a seed begins with. */
export function idleFramesOf(seed: number, noopMaxFrames: number): number {
  return drawIdleFrames(new Rng(seed), noopMaxFrames);
}
