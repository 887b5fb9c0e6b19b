import { createDqnAgent, type DqnAgent } from "../agent/dqn-agent.js";
import { linearEpsilon } from "../agent/epsilon-schedule.js";
import type { TrainSettings } from "../config/schema.js";
import { Rng } from "../core/rng.js";
import type { MarioEnv } from "../env/mario-env.js";
import type { ComputeBackend } from "../nn/backend.js";
import { FrameStack } from "../replay/frame-stack.js";
import { FrameStore } from "../replay/frame-store.js";
import { NStepAccumulator } from "../replay/n-step-accumulator.js";
import { framesForTransitions, ReplayMemory } from "../replay/replay-memory.js";
import type { TrainParts } from "../trainer/train-loop.js";

export interface BuiltParts extends TrainParts {
  readonly agent: DqnAgent;
  readonly environment: MarioEnv;
}

/** The parts of the loop as the settings want them. Every use of chance has a stream of its own. */
export function buildParts(
  settings: TrainSettings,
  environment: MarioEnv,
  backend: ComputeBackend,
): BuiltParts {
  const { exploration, learning, network, replay: replaySettings } = settings;
  const root = new Rng(settings.seed);
  const rngs = { episodes: root.split(), exploration: root.split(), sampling: root.split() };
  const agent = createDqnAgent({
    backend,
    actionCount: environment.actionCount,
    seed: root.nextUint32(),
    ...network,
    learningRate: learning.learningRate,
    doubleDqn: learning.doubleDqn,
    maxGradientNorm: learning.maxGradientNorm,
  });
  const capacity = Math.min(replaySettings.capacity, settings.timesteps);
  const store = new FrameStore({
    capacity: framesForTransitions(capacity),
    frameBytes: environment.frame.length,
  });
  return {
    environment,
    agent,
    frames: new FrameStack(store),
    accumulator: new NStepAccumulator({ n: learning.nStep, gamma: learning.gamma }),
    replay: new ReplayMemory({ capacity, frames: store }),
    epsilonAt: linearEpsilon({
      initial: exploration.initialEpsilon,
      final: exploration.finalEpsilon,
      decaySteps: Math.round(exploration.fraction * settings.timesteps),
    }),
    rngs,
  };
}
