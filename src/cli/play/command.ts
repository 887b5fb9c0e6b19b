import { Command, Option } from "commander";
import { romOption, stageOption } from "../options.js";
import { addPageOptions, type PageOptions } from "../page/page-options.js";

export interface PlayOptions extends PageOptions {
  readonly rom?: string;
  readonly stage?: string;
  readonly record?: string;
  readonly replay?: string;
  readonly view: "page" | "none";
}

export function playCommand(): Command {
  const command = new Command("play")
    .description("play the game yourself in your browser, with sound")
    .addOption(romOption())
    .addOption(stageOption("none, from power on"))
    .option(
      "--record <file>",
      "keep what you press, as JSON; the previous recording is kept as <name>.previous.json",
    )
    .option("--replay <file>", "show a recording again, frame for frame")
    .addOption(
      new Option(
        "--view <kind>",
        "page; or none: replay without a picture, print where it ends, and compare it with the recording",
      )
        .choices(["page", "none"])
        .default("page"),
    );
  return addPageOptions(command).action(async (options: PlayOptions) => {
    const { runPlay } = await import("./run.js");
    await runPlay(options);
  });
}
