import { Command, Option } from "commander";
import { addEpisodeOptions, integer, type EpisodeOptions } from "./options.js";
import { addRecordOptions, type RecordOptions } from "./record-options.js";

export interface RandomOptions extends EpisodeOptions, RecordOptions {
  readonly actionRepeat: number;
  readonly json?: boolean;
}

export function randomCommand(): Command {
  const command = new Command("random").description("play random buttons: the figure to beat");
  addEpisodeOptions(command, 20)
    .addOption(
      new Option("--action-repeat <n>", "frames per decision").argParser(integer(1, 60)).default(4),
    )
    .option("--json", "one JSON document on standard output, nothing else there");
  return addRecordOptions(command, "best").action(async (options: RandomOptions) => {
    const { runRandom } = await import("./random-run.js");
    await runRandom(options);
  });
}
