import { Command } from "commander";
import { MarioError } from "../core/errors.js";
import { version } from "./version.js";
import { benchCommand } from "./bench/command.js";
import { dashboardCommand } from "./dashboard/command.js";
import { doctorCommand } from "./doctor/command.js";
import { enjoyCommand } from "./enjoy/command.js";
import { evalCommand } from "./evaluate/eval-command.js";
import { playCommand } from "./play/command.js";
import { plotCommand } from "./plot/command.js";
import { randomCommand } from "./evaluate/random-command.js";
import { trainCommand } from "./train/command.js";

/** The whole command line; errors are thrown, not exited on. */
export function program(): Command {
  const mario = new Command("mario")
    .description("Teach a network to play an NES platformer from pixels, and watch it learn.")
    .version(version())
    .configureHelp({ sortSubcommands: false })
    .addHelpText(
      "after",
      "\nFirst steps:\n" +
        "  mario train                 train on the bundled cartridge; Ctrl-C keeps the best model\n" +
        "  mario enjoy                 watch the best model play in your browser\n" +
        "  mario dashboard             curves of running and finished runs\n" +
        "  mario eval --episodes 100   evaluate it\n" +
        "  mario play                  play it yourself in your browser\n",
    );
  for (const command of [
    trainCommand(),
    enjoyCommand(),
    playCommand(),
    evalCommand(),
    randomCommand(),
    dashboardCommand(),
    plotCommand(),
    benchCommand(),
    doctorCommand(),
  ]) {
    mario.addCommand(command);
  }
  mario.hook("preAction", (_, command) => {
    refuseEmpty(command);
  });
  for (const command of [mario, ...mario.commands, ...mario.commands.flatMap((c) => c.commands)]) {
    command.exitOverride().configureOutput({ outputError: onOneLine });
  }
  return mario;
}

/** Of a picture: there an empty one means none. */
const MAY_BE_EMPTY = new Set(["title", "subtitle", "yLabel"]);

/**
 * An empty value is a variable that was not set: the page would listen to all networks, and files
 * would go elsewhere than asked for.
 * @throws MarioError INVALID_OPTION
 */
function refuseEmpty(command: Command): void {
  const empty = command.options.find((option) => {
    const name = option.attributeName();
    return command.getOptionValue(name) === "" && !MAY_BE_EMPTY.has(name);
  });
  if (empty === undefined) return;
  throw new MarioError("INVALID_OPTION", `${empty.long ?? empty.flags} is empty.`, {
    remedy: "Give it a value, or leave it out.",
  });
}

/** Commander puts its "Did you mean" on a second line. */
function onOneLine(text: string, write: (text: string) => void): void {
  write(
    `mario: ${text
      .replace(/^error: /, "")
      .trim()
      .replaceAll("\n", " ")}\n`,
  );
}
