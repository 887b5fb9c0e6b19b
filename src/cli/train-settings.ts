import { resolveSettings } from "../config/resolve.js";
import type { TrainSettings } from "../config/schema.js";
import { stageFrom } from "./environment.js";
import type { TrainOptions } from "./train.js";

/** The preset with what the command line says in its place. @throws MarioError INVALID_OPTION. */
export function settingsFrom(options: TrainOptions): TrainSettings {
  return resolveSettings(options.preset, {
    timesteps: options.timesteps,
    seed: options.seed,
    environment: {
      stage: stageFrom(options),
      actionSet: options.actionSet,
      actionRepeat: options.actionRepeat,
      reward: options.reward,
    },
    actors: { environments: options.numEnvs, windowSteps: options.windowSteps },
    exploration: { fraction: options.explorationFraction },
    replay: {
      capacity: options.bufferSize,
      batchSize: options.batchSize,
      learningStarts: options.learningStarts,
    },
    learning: {
      learningRate: options.lr,
      gamma: options.gamma,
      nStep: options.nStep,
      learnPeriod: options.learnPeriod,
      targetPeriod: options.targetPeriod,
    },
    network: { dueling: options.dueling },
  });
}
