/** What a reward is computed from; one decision's difference. */
export interface RewardInput {
  /** Change of x, pixels; 0 where the game put the player elsewhere, except within an area of the classic. */
  readonly moved: number;
  /** How far beyond the furthest x so far, pixels. */
  readonly gained: number;
  readonly died: boolean;
  readonly completed: boolean;
}

/**
 * `distance`: the original tutorial's. `progress`: ours, for learning with a short horizon.
 */
export const REWARD_KINDS = ["distance", "progress"] as const;
export type RewardKind = (typeof REWARD_KINDS)[number];

/** Pixels of progress that make a reward of 1: a full run covers 10 in the 4 frames of a step. */
const PIXELS_PER_REWARD = 10;
/** Half of what running on forever is worth at gamma 0.9 (1 / (1 − 0.9) = 10). */
const COMPLETION_BONUS = 5;
/** On top of the lost future: enough to tell a fall from a standstill, small against 10. */
const DEATH_PENALTY = 3;

/** Change of x in pixels, as in the original tutorial; its sum over an episode is the distance. */
export function distanceReward({ moved }: RewardInput): number {
  return moved;
}

/**
 * Progress beyond the farthest x so far, in units of 10 pixels, plus a bonus for the flag or less a
 * penalty for dying. Going back costs nothing and going there again earns nothing, so jumping to
 * and fro cannot be milked. At 4 frames a step: between −3 and 7, about 1 while running.
 */
export function progressReward({ gained, died, completed }: RewardInput): number {
  const progress = gained / PIXELS_PER_REWARD;
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
