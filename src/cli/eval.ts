import { Command, Option } from "commander";
import {
  addComputeOptions,
  integer,
  number,
  romOption,
  seedOption,
  stageOption,
  type ComputeOptions,
} from "./options.js";
import type { PlayOptions } from "./random.js";

export interface EvalOptions extends PlayOptions, ComputeOptions {
  readonly file?: string;
  readonly epsilon: number;
  readonly noops: number;
}

export function evalCommand(): Command {
  const command = new Command("eval")
    .description("measure a model over whole episodes")
    .option("--file <model>", "model file; default: the best one in models/")
    .addOption(new Option("--episodes <n>", "episodes to play").argParser(integer(1)).default(20))
    .addOption(
      new Option("--epsilon <p>", "share of random decisions").argParser(number(0, 1)).default(0),
    )
    .addOption(
      new Option("--noops <n>", "at most so many idle frames at the start, drawn for each episode")
        .argParser(integer(0, 1000))
        .default(30),
    )
    .addOption(seedOption(1))
    .addOption(romOption())
    .addOption(stageOption())
    .addOption(new Option("--env <id>", "stage in the tutorial's spelling, SuperMarioBros-1-1-v0"))
    .option("--json", "one JSON document on standard output, nothing else there");
  return addComputeOptions(command).action(async (options: EvalOptions) => {
    const { runEval } = await import("./eval-run.js");
    await runEval(options);
  });
}
