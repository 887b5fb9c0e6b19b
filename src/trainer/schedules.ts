import { linearEpsilon, type EpsilonSchedule } from "../agent/epsilon-schedule.js";
import type { TrainSettings } from "../config/schema.js";

/** Epsilon by step: falls linearly over the first part of the run, then stays. */
export function epsilonOf({ exploration, timesteps }: TrainSettings): EpsilonSchedule {
  return linearEpsilon({
    initial: exploration.initialEpsilon,
    final: exploration.finalEpsilon,
    decaySteps: Math.round(exploration.fraction * timesteps),
  });
}

/**
 * How much importance weights correct at a step: from `priorityBeta` linearly to 1 at the end of the
 * run (Schaul et al. 2016, section 3.4).
 */
export function priorityBetaAt({ replay, timesteps }: TrainSettings, step: number): number {
  const done = Math.min(1, step / timesteps);
  return replay.priorityBeta + (1 - replay.priorityBeta) * done;
}

/** The learning rate at a step: falls linearly to the given fraction, then stays. */
export function learningRateAt({ learning, timesteps }: TrainSettings, step: number): number {
  const { learningRate, finalLearningRateFraction, learningRateDecayFraction } = learning;
  const fall = learningRateDecayFraction * timesteps;
  const done = step >= fall ? 1 : step / fall;
  return learningRate * (1 - (1 - finalLearningRateFraction) * done);
}
