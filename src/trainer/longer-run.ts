import type { TrainSettings } from "../config/schema.js";
import { MarioError } from "../core/errors.js";
import { replayPlanOf } from "./run-plan.js";
import { priorityBetaAt } from "./schedules.js";

/**
 * Settings of a run that has done `step` steps and shall have `timesteps` in all. What epsilon and the
 * learning rate would have been at each step, they are; after that they stay. Beta rises from where
 * it is to 1 at the new end.
 * @throws MarioError INVALID_OPTION unless the run gets longer, and where its replay memory, which is no
 *   larger than the run was long, would have to grow.
 */
export function lengthened(
  settings: TrainSettings,
  step: number,
  timesteps: number,
): TrainSettings {
  const { exploration, learning, replay } = settings;
  const before = settings.timesteps;
  if (timesteps <= before) {
    throw new MarioError(
      "INVALID_OPTION",
      `The run has ${before} timesteps; ${timesteps} would not make it longer.`,
      { value: timesteps, remedy: "Give --timesteps more than that, or leave it out." },
    );
  }
  const ratio = before / timesteps;
  const beta = priorityBetaAt(settings, step);
  const longer: TrainSettings = {
    ...settings,
    timesteps,
    exploration: { ...exploration, fraction: exploration.fraction * ratio },
    learning: {
      ...learning,
      learningRateDecayFraction: learning.learningRateDecayFraction * ratio,
    },
    // The straight line through (step, beta) and (timesteps, 1), at step 0.
    ...(replay.prioritized && {
      replay: { ...replay, priorityBeta: beta - ((1 - beta) * step) / (timesteps - step) },
    }),
  };
  const { capacity } = replayPlanOf(settings);
  if (replayPlanOf(longer).capacity === capacity) return longer;
  throw new MarioError(
    "INVALID_OPTION",
    `The run cannot be made longer: its replay memory holds ${capacity} transitions, its length.`,
    { remedy: `Start a new run with --timesteps ${timesteps}.` },
  );
}
