import { Command, Option } from "commander";
import {
  addEpisodeOptions,
  addMeasureOptions,
  addModelOptions,
  type EpisodeOptions,
  type MeasureOptions,
  type ModelOptions,
} from "../options.js";
import { addRecordOptions, type RecordOptions } from "../film/film-options.js";

export interface EvalOptions extends EpisodeOptions, ModelOptions, MeasureOptions, RecordOptions {
  readonly everyStart?: boolean;
}

export function evalCommand(): Command {
  const command = new Command("eval").description("evaluate a model over whole episodes");
  addEpisodeOptions(command, 20);
  command.addOption(
    new Option(
      "--every-start",
      "one episode for each number of no-op frames, 0 to --noops: every start there is",
    ).conflicts("episodes"),
  );
  addMeasureOptions(addModelOptions(command, 30));
  return addRecordOptions(command, "best").action(async (options: EvalOptions) => {
    const { runEval } = await import("./eval-run.js");
    await runEval(options);
  });
}
