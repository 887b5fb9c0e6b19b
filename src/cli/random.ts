import { Command, Option } from "commander";
import { integer, romOption, seedOption, stageOption } from "./options.js";

export interface PlayOptions {
  readonly rom?: string;
  readonly stage?: string;
  readonly env?: string;
  readonly episodes: number;
  readonly seed: number;
  readonly json?: boolean;
}

export interface RandomOptions extends PlayOptions {
  readonly actionRepeat: number;
}

export function randomCommand(): Command {
  return new Command("random")
    .description("play random buttons: the figure to beat")
    .addOption(new Option("--episodes <n>", "episodes to play").argParser(integer(1)).default(20))
    .addOption(seedOption(1))
    .addOption(romOption())
    .addOption(stageOption())
    .addOption(new Option("--env <id>", "stage in the tutorial's spelling, SuperMarioBros-1-1-v0"))
    .addOption(
      new Option("--action-repeat <n>", "frames per decision").argParser(integer(1, 60)).default(4),
    )
    .option("--json", "one JSON document on standard output, nothing else there")
    .action(async (options: RandomOptions) => {
      const { runRandom } = await import("./random-run.js");
      await runRandom(options);
    });
}
