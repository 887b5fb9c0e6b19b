import { gpuPreset } from "../../config/presets.js";
import { resolveSettings } from "../../config/resolve.js";
import type { TrainSettings } from "../../config/schema.js";
import type { BackendDescription } from "../../nn/backend.js";
import { algorithmOverrides } from "./algorithm-options.js";
import { stageFrom } from "../environment.js";
import { refuseIdleOptions, requireSupport } from "./ineffective-options.js";
import type { TrainOptions } from "./command.js";

/**
 * The settings of a run whose learner is known: on a GPU the default preset is another.
 * @param given names of the options on the command line
 */
export function settingsOn(
  { isGpu = false }: Pick<BackendDescription, "isGpu">,
  options: TrainOptions,
  given: ReadonlySet<string>,
): TrainSettings {
  return settingsFrom(isGpu && !given.has("preset") ? { ...options, preset: gpuPreset } : options);
}

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
      stallSteps: options.stallSteps,
    },
    actors: { environments: options.numEnvs, windowSteps: options.windowSteps },
    ...algorithmOverrides(options),
  });
  refuseIdleOptions(options, settings);
  requireSupport(options, settings);
  return settings;
}
