import type { DqnAgentOptions } from "../agent/dqn-agent.js";
import type { TrainSettings } from "../config/schema.js";
import { PrioritizedSampler } from "../replay/prioritized-sampler.js";
import type { Sampler } from "../replay/sampler.js";
import { UniformSampler } from "../replay/uniform-sampler.js";
import { architectureOf } from "./network-of.js";

/** The agent that settings describe. */
export function agentOptionsOf(settings: TrainSettings): Omit<DqnAgentOptions, "backend" | "seed"> {
  const { learning, network } = settings;
  const { actionCount, ...architecture } = architectureOf(settings);
  return {
    actionCount,
    architecture,
    initialSigma: network.initialSigma,
    learningRate: learning.learningRate,
    adamEpsilon: learning.adamEpsilon,
    weightDecay: learning.weightDecay,
    maxGradientNorm: learning.maxGradientNorm,
    clipping: learning.clipping,
    doubleDqn: learning.doubleDqn,
    munchausen: learning.munchausen
      ? {
          alpha: learning.munchausenAlpha,
          temperature: learning.munchausenTemperature,
          clip: learning.munchausenClip,
        }
      : undefined,
    huberDelta: learning.loss === "squared" ? Infinity : learning.huberDelta,
    targetTau: learning.targetTau,
  };
}

/** What chooses transitions, for a memory of so many slots. */
export function samplerOf({ replay }: TrainSettings, capacity: number): Sampler {
  if (!replay.prioritized) return new UniformSampler({ capacity });
  return new PrioritizedSampler({
    capacity,
    alpha: replay.priorityAlpha,
    beta: replay.priorityBeta,
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

/** Adam's step size at a step: falls linearly to the given fraction, then stays. */
export function learningRateAt({ learning, timesteps }: TrainSettings, step: number): number {
  const { learningRate, finalLearningRateFraction, learningRateDecayFraction } = learning;
  const fall = learningRateDecayFraction * timesteps;
  const done = step >= fall ? 1 : step / fall;
  return learningRate * (1 - (1 - finalLearningRateFraction) * done);
}
