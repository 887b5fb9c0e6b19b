import { Command, Option } from "commander";
import {
  addEpisodeOptions,
  addModelOptions,
  type EpisodeOptions,
  type ModelOptions,
} from "../options.js";
import { addPageOptions, type PageOptions } from "../page/page-options.js";
import { addRecordOptions, type RecordOptions } from "../film/film-options.js";

export interface EnjoyOptions extends EpisodeOptions, ModelOptions, RecordOptions, PageOptions {
  readonly view?: "page" | "terminal" | "none";
}

export function enjoyCommand(): Command {
  const command = new Command("enjoy").description(
    "watch a model play: on a page in your browser, in this terminal, or as a film",
  );
  command.addOption(
    new Option(
      "--view <where>",
      "default: page; none if the output is not a terminal, unless --host or --port is given",
    ).choices(["page", "terminal", "none"]),
  );
  addEpisodeOptions(command, 1, "1; on the page: unlimited");
  addModelOptions(command, 0);
  addPageOptions(command);
  return addRecordOptions(command, "all").action(async (options: EnjoyOptions) => {
    const { runEnjoy } = await import("./run.js");
    // On a page there is no end, unless one was asked for.
    const isCounted = command.getOptionValueSource("episodes") !== "default";
    await runEnjoy(options, isCounted);
  });
}
