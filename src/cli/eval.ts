import { Command } from "commander";
import {
  addEpisodeOptions,
  addModelOptions,
  type EpisodeOptions,
  type ModelOptions,
} from "./options.js";
import { addRecordOptions, type RecordOptions } from "./record-options.js";

export interface EvalOptions extends EpisodeOptions, ModelOptions, RecordOptions {
  readonly json?: boolean;
}

export function evalCommand(): Command {
  const command = new Command("eval").description("measure a model over whole episodes");
  addEpisodeOptions(command, 20);
  addModelOptions(command, 30).option(
    "--json",
    "one JSON document on standard output, nothing else there",
  );
  return addRecordOptions(command, "best").action(async (options: EvalOptions) => {
    const { runEval } = await import("./eval-run.js");
    await runEval(options);
  });
}
