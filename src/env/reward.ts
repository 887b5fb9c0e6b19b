/** What a reward is computed from; one decision's difference. */
export interface RewardInput {
  /** Player x before and after the step, pixels. */
  readonly xTm1: number;
  readonly xT: number;
  /** Farthest x of the episode before and after the step, pixels. */
  readonly maxXTm1: number;
  readonly maxXT: number;
  /** Emulator frames that the step took. */
  readonly frames: number;
  readonly died: boolean;
  readonly completed: boolean;
}

/**
 * `distance`: the original tutorial's. `progress`: ours, for learning with a short horizon.
 */
export const REWARD_KINDS = ["distance", "progress"] as const;
export type RewardKind = (typeof REWARD_KINDS)[number];

/**
 * Fastest believable movement, pixels a frame: running is 2.5. A larger change is the game putting
 * the player elsewhere (a pipe, a new area), not the player moving.
 */
const MAX_SPEED = 5;
/**
 * Four pages: by so much the classic's mazes (4-4, 7-4, 8-4) put the player back on a wrong path.
 * Unlike a pipe this counts, or walking in circles would pay.
 */
const MAZE_LOOP = 4 * 256;

/** Pixels of progress that make a reward of 1: a full run covers 10 in the 4 frames of a step. */
const PIXELS_PER_REWARD = 10;
/** Half of what running on forever is worth at gamma 0.9 (1 / (1 − 0.9) = 10). */
const COMPLETION_BONUS = 5;
/** On top of the lost future: enough to tell a fall from a standstill, small against 10. */
const DEATH_PENALTY = 3;

/** @returns `xT − xTm1`, or 0 where the player was put elsewhere, except by a maze. */
export function movement(xTm1: number, xT: number, frames: number): number {
  const change = xT - xTm1;
  const most = MAX_SPEED * frames;
  return Math.abs(change) <= most || Math.abs(change + MAZE_LOOP) <= most ? change : 0;
}

/** Change of x in pixels, as in the original tutorial; its sum over an episode is the distance. */
export function distanceReward({ xTm1, xT, frames }: RewardInput): number {
  return movement(xTm1, xT, frames);
}

/**
 * Progress beyond the farthest x so far, in units of 10 pixels, plus a bonus for the flag or less a
 * penalty for dying. Going back costs nothing and going there again earns nothing, so jumping to
 * and fro cannot be milked. At 4 frames a step: between −3 and 7, about 1 while running.
 */
export function progressReward(input: RewardInput): number {
  const { maxXTm1, maxXT, frames, died, completed } = input;
  const progress = movement(maxXTm1, maxXT, frames) / PIXELS_PER_REWARD;
  return progress + (completed ? COMPLETION_BONUS : 0) - (died ? DEATH_PENALTY : 0);
}

/**
 * A reward as the learner is given it: times a factor, then cut to ±clip (Mnih et al. 2015 cut at 1,
 * so that one learning rate serves rewards of any size).
 * @param clip above 0; 0: not cut
 */
export function scaledReward(reward: number, scale: number, clip: number): number {
  const scaled = reward * scale;
  return clip > 0 ? Math.max(-clip, Math.min(clip, scaled)) : scaled;
}

export const REWARDS: Readonly<Record<RewardKind, (input: RewardInput) => number>> = {
  distance: distanceReward,
  progress: progressReward,
};
