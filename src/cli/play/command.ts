import { Command, Option } from "commander";
import { integer, romOption, stageOption } from "../options.js";

export interface PlayOptions {
  readonly rom?: string;
  readonly stage?: string;
  readonly record?: string;
  readonly replay?: string;
  readonly view: "page" | "none";
  readonly host?: string;
  readonly port: number;
  /** False with `--no-open`. */
  readonly open: boolean;
}

export function playCommand(): Command {
  return new Command("play")
    .description("play the cartridge yourself: in a page of your browser, with sound")
    .addOption(romOption())
    .addOption(stageOption())
    .option("--record <file>", "keep what you press, as JSON; the play before is kept beside it")
    .option("--replay <file>", "show a recording again, frame for frame")
    .addOption(
      new Option(
        "--view <kind>",
        "page; or none: replay without a picture, print where it ends, and check that",
      )
        .choices(["page", "none"])
        .default("page"),
    )
    .addOption(
      new Option("--port <n>", "port of the page; default: any free one")
        .argParser(integer(0, 65_535))
        .default(0, "any free one"),
    )
    .addOption(
      new Option(
        "--host <address>",
        "let other devices in, a phone for instance: 0.0.0.0; the printed address has a token",
      ),
    )
    .option("--no-open", "only print the address")
    .action(async (options: PlayOptions) => {
      const { runPlay } = await import("./run.js");
      await runPlay(options);
    });
}
