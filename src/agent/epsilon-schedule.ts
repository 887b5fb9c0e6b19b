import { MarioError } from "../core/errors.js";

export interface LinearEpsilonOptions {
  /** Probability of a random action at step 0, in [0, 1]. */
  readonly initial: number;
  /** Probability from `decaySteps` on, in [0, 1]. */
  readonly final: number;
  /** Steps (decisions) over which it falls; 0: `final` at once. */
  readonly decaySteps: number;
}

/** Epsilon at a step, counted from 0. */
export type EpsilonSchedule = (step: number) => number;

/**
 * Falls linearly from `initial` to `final` (Mnih et al. 2015, "Training details").
 * @throws MarioError INVALID_OPTION for values outside their range
 */
export function linearEpsilon(options: LinearEpsilonOptions): EpsilonSchedule {
  const { initial, final, decaySteps } = options;
  for (const epsilon of [initial, final]) {
    if (!(epsilon >= 0 && epsilon <= 1)) {
      throw new MarioError("INVALID_OPTION", `Epsilon is a probability, not ${epsilon}.`, {
        value: epsilon,
        remedy: "Give a number from 0 to 1.",
      });
    }
  }
  if (!(decaySteps >= 0)) {
    throw new MarioError("INVALID_OPTION", `Epsilon cannot fall over ${decaySteps} steps.`, {
      value: decaySteps,
      remedy: "Give a number of steps, 0 or more.",
    });
  }
  return (step) => (step >= decaySteps ? final : initial + ((final - initial) * step) / decaySteps);
}
