import { InvalidArgumentError, Option, type Command } from "commander";
import { STAGE_PATTERN } from "../env/stages.js";
import { BACKEND_NAMES, PRECISIONS, type Precision } from "../nn/backend.js";
import { PIPELINES } from "../trainer/train-loop.js";

/** Parser of a number within bounds; commander prints the message with the option's name. */
export function number(min: number, max: number, what = "number") {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a ${what} from ${min} to ${max}.`);
    }
    return value;
  };
}

/** Parser of an integer within bounds; also reads `60_000` and `6e4`. */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER) {
  const parse = number(min, max, "whole number");
  return (text: string): number => {
    const value = parse(text.replaceAll("_", ""));
    if (!Number.isInteger(value)) throw new InvalidArgumentError("It must be a whole number.");
    return value;
  };
}

export const stageOption = (fallback = "the model's or the preset's (1-1)"): Option =>
  new Option("--stage <world-stage>", `stage to play; default: ${fallback}`).argParser(
    (text: string) => {
      if (!STAGE_PATTERN.test(text)) {
        throw new InvalidArgumentError(
          "It must be a world from 1 to 8 and a stage from 1 to 4: 1-1.",
        );
      }
      return text;
    },
  );

export const romOption = (): Option =>
  new Option(
    "--rom <file>",
    "your own cartridge dump (.nes); default: MARIO_ROM, else the one you put in roms/, else ours",
  );

export const seedOption = (fallback: number): Option =>
  new Option("--seed <n>", "seed of everything random")
    .argParser(integer(0, 0xffff_ffff))
    .default(fallback);

export const stickyOption = (): Option =>
  new Option(
    "--sticky <p>",
    "probability, in each frame, of holding the previous frame's buttons (sticky actions); usual: 0.25 (Machado et al. 2018)",
  ).argParser(number(0, 1));

export const numEnvsOption = (): Option =>
  new Option("--num-envs <n>", "parallel environments").argParser(integer(1, 1024));

export const windowStepsOption = (): Option =>
  new Option(
    "--window-steps <n>",
    "decisions per window; weights reach the actors between windows",
  ).argParser(integer(1, 65_536));

export const actorsOption = (): Option =>
  new Option(
    "--actors <n>",
    "actor threads; default: half of the cores; affects speed only, never the result",
  ).argParser(integer(1, 256));

export const pipelineOption = (): Option =>
  new Option(
    "--pipeline <kind>",
    "acting and learning at once, or in turns; affects speed only, never the result",
  )
    .choices(PIPELINES)
    .default("overlap");

export interface EpisodeOptions {
  readonly episodes: number;
  readonly seed: number;
  readonly rom?: string;
  readonly stage?: string;
  readonly env?: string;
  readonly sticky: number;
}

/** Options of every command that plays episodes. @param episodes by default, in words if need be */
export function addEpisodeOptions(command: Command, episodes: number, inWords?: string): Command {
  return command
    .addOption(
      new Option("--episodes <n>", "episodes to play")
        .argParser(integer(1, 1_000_000))
        .default(episodes, inWords),
    )
    .addOption(seedOption(1))
    .addOption(romOption())
    .addOption(stageOption())
    .addOption(new Option("--env <id>", "stage in the tutorial's spelling, SuperMarioBros-1-1-v0"))
    .addOption(stickyOption().default(0));
}

/** `--json` and `--map`, of every command that measures. */
export function addMeasureOptions(command: Command): Command {
  return command
    .option("--json", "one JSON document on standard output, nothing else there")
    .option("--map <file.png>", "draw the stage, and in it where episodes ended");
}

export interface MeasureOptions {
  readonly json?: boolean;
  readonly map?: string;
}

export interface ModelOptions extends ComputeOptions {
  readonly file?: string;
  readonly epsilon: number;
  readonly noops: number;
}

/** Options of every command that plays a model. @param noops by default */
export function addModelOptions(command: Command, noops: number): Command {
  return addComputeOptions(
    command
      .option("--file <model>", "model file; default: the best one in models/")
      .addOption(
        new Option("--epsilon <p>", "epsilon (probability of a random action)")
          .argParser(number(0, 1))
          .default(0),
      )
      .addOption(
        new Option("--noops <n>", "up to n no-op frames at the start, drawn per episode")
          .argParser(integer(0, 600))
          .default(noops),
      ),
  );
}

/**
 * Options of every command that computes with the network.
 * @param threads what it is without `--threads`; not given: all cores.
 */
export function addComputeOptions(command: Command, threads?: number): Command {
  return command
    .addOption(
      new Option("--backend <name>", "compute backend; see mario doctor")
        .choices(["auto", ...BACKEND_NAMES.filter((name) => name !== "cpu")])
        .default("auto"),
    )
    .addOption(
      new Option(
        "--threads <n>",
        threads === undefined ? "compute threads; default: all cores" : "compute threads",
      )
        .argParser(integer(1, 256))
        .default(threads),
    )
    .addOption(
      new Option("--precision <kind>", "bf16: 16-bit products, backend onednn only")
        .choices(PRECISIONS)
        .default("fp32"),
    );
}

export interface ComputeOptions {
  readonly backend: "auto" | Exclude<(typeof BACKEND_NAMES)[number], "cpu">;
  readonly threads?: number;
  readonly precision: Precision;
}
