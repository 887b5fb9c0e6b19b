import type { EnvironmentSettings } from "../config/schema.js";
import { MarioError } from "../core/errors.js";
import { parseEnvId } from "../env/env-id.js";
import { createMarioEnv, type MarioEnv } from "../env/mario-env.js";
import { stageName } from "../env/stages.js";
import { environmentOptionsOf } from "../trainer/run-plan.js";
import type { RomFile } from "./rom-file.js";

/** The environment that settings describe. */
export function openEnvironment(rom: RomFile, settings: EnvironmentSettings): MarioEnv {
  return createMarioEnv({ rom: rom.bytes, ...environmentOptionsOf(settings) });
}

/**
 * The stage that `--stage` or the tutorial's `--env` names, if any.
 * @throws MarioError INVALID_OPTION when both are there and differ.
 */
export function stageFrom(options: {
  readonly stage?: string;
  readonly env?: string;
}): string | undefined {
  const fromEnv = options.env === undefined ? undefined : stageName(parseEnvId(options.env));
  if (fromEnv !== undefined && options.stage !== undefined && fromEnv !== options.stage) {
    throw new MarioError("INVALID_OPTION", `--env says ${fromEnv} and --stage ${options.stage}.`, {
      remedy: "Give one of them.",
    });
  }
  return options.stage ?? fromEnv;
}
