import { Command, Option } from "commander";
import { addPageOptions, type PageOptions } from "./page-options.js";
import {
  addComputeOptions,
  integer,
  number,
  romOption,
  seedOption,
  stageOption,
  type ComputeOptions,
} from "./options.js";

export interface EnjoyOptions extends ComputeOptions, PageOptions {
  readonly view?: "page" | "terminal" | "none";
  readonly file?: string;
  readonly rom?: string;
  readonly stage?: string;
  readonly env?: string;
  readonly episodes?: number;
  readonly seed: number;
  readonly epsilon: number;
  readonly noops: number;
  readonly record?: string;
  readonly scale: number;
}

export function enjoyCommand(): Command {
  const command = new Command("enjoy")
    .description("watch a model play: on a page in your browser, in this terminal, or as a film")
    .option("--file <model>", "model file; default: the best one in models/")
    .addOption(
      new Option(
        "--view <where>",
        "default: page, or none where the output is no terminal",
      ).choices(["page", "terminal", "none"]),
    )
    .addOption(
      new Option("--episodes <n>", "episodes to play; default: 1, on a page no end").argParser(
        integer(1),
      ),
    )
    .addOption(
      new Option("--epsilon <p>", "share of random decisions").argParser(number(0, 1)).default(0),
    )
    .addOption(
      new Option("--noops <n>", "at most so many idle frames at the start, drawn for each episode")
        .argParser(integer(0, 1000))
        .default(0),
    )
    .option("--record <file>", "write a film instead: .webp, .gif, or .png for a film strip")
    .addOption(
      new Option("--scale <n>", "film pixels per game pixel").argParser(integer(1, 4)).default(1),
    )
    .addOption(seedOption(1))
    .addOption(romOption())
    .addOption(stageOption())
    .addOption(new Option("--env <id>", "stage in the tutorial's spelling, SuperMarioBros-1-1-v0"));
  return addPageOptions(addComputeOptions(command)).action(async (options: EnjoyOptions) => {
    const { runEnjoy } = await import("./enjoy-run.js");
    await runEnjoy(options);
  });
}
