import { resolveSettings } from "../config/resolve.js";
import type { TrainSettings } from "../config/schema.js";
import { algorithmOverrides } from "./algorithm-options.js";
import { stageFrom } from "./environment.js";
import { refuseIdleOptions, requireSupport } from "./idle-options.js";
import type { TrainOptions } from "./train.js";

/** The preset with what the command line says in its place. @throws MarioError INVALID_OPTION. */
export function settingsFrom(options: TrainOptions): TrainSettings {
  const settings = resolveSettings(options.preset, {
    timesteps: options.timesteps,
    seed: options.seed,
    environment: {
      stage: stageFrom(options),
      actionSet: options.actionSet,
      actionRepeat: options.actionRepeat,
      reward: options.reward,
      stickyActions: options.sticky,
      noopMaxFrames: options.noops,
    },
    actors: { environments: options.numEnvs, windowSteps: options.windowSteps },
    ...algorithmOverrides(options),
  });
  refuseIdleOptions(options, settings);
  requireSupport(options, settings);
  return settings;
}
