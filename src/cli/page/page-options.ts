import { Option, type Command } from "commander";
import { integer } from "../options.js";

export interface PageOptions {
  readonly host?: string;
  readonly port?: number;
  /** `--no-open` makes it false. */
  readonly open: boolean;
}

/** Those that were given and say what a page is to be, as they are written. */
export function givenPageOptions({ host, port }: PageOptions): string[] {
  return [...(port === undefined ? [] : ["--port"]), ...(host === undefined ? [] : ["--host"])];
}

/** Options of every command that opens a page. */
export function addPageOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--port <n>",
        "port of the page; default: its usual one, or any if that is taken",
      ).argParser(integer(0, 65_535)),
    )
    .option("--host <address>", "let other machines in, with a token; 0.0.0.0 for all networks")
    .option("--no-open", "do not open the page in a browser, only print its address");
}
