import { Command } from "commander";
import {
  addEpisodeOptions,
  addModelOptions,
  type EpisodeOptions,
  type ModelOptions,
} from "./options.js";
import { addRecordOptions, type RecordOptions } from "./record-options.js";

export interface EnjoyOptions extends EpisodeOptions, ModelOptions, RecordOptions {}

export function enjoyCommand(): Command {
  const command = new Command("enjoy").description(
    "watch a model play: in this terminal, or as a film",
  );
  addEpisodeOptions(command, 1);
  addModelOptions(command, 0);
  return addRecordOptions(command, "all").action(async (options: EnjoyOptions) => {
    const { runEnjoy } = await import("./enjoy-run.js");
    await runEnjoy(options);
  });
}
