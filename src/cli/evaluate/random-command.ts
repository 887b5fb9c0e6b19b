import { Command, Option } from "commander";
import {
  addEpisodeOptions,
  addMeasureOptions,
  integer,
  type EpisodeOptions,
  type MeasureOptions,
} from "../options.js";
import { addRecordOptions, type RecordOptions } from "../film/film-options.js";

export interface RandomOptions extends EpisodeOptions, MeasureOptions, RecordOptions {
  readonly actionRepeat: number;
}

export function randomCommand(): Command {
  const command = new Command("random").description("play random buttons: the baseline");
  addMeasureOptions(
    addEpisodeOptions(command, 20).addOption(
      new Option("--action-repeat <n>", "frames per decision").argParser(integer(1, 60)).default(4),
    ),
  );
  return addRecordOptions(command, "best").action(async (options: RandomOptions) => {
    const { runRandom } = await import("./random-run.js");
    await runRandom(options);
  });
}
