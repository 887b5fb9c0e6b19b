import type { DqnAgentOptions } from "../agent/dqn-agent.js";
import type { TrainSettings } from "../config/schema.js";
import { actionSet } from "../env/actions.js";
import { type Architecture, networkArchitecture } from "../nn/architecture.js";
import { PrioritizedSampler } from "../replay/prioritized-sampler.js";
import type { Sampler } from "../replay/sampler.js";
import { UniformSampler } from "../replay/uniform-sampler.js";

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

/** The network that settings describe. */
export function architectureOf({ network, environment }: TrainSettings): Architecture {
  return networkArchitecture(network, actionSet(environment.actionSet).length);
}
