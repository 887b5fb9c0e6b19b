import { Command } from "commander";
import { expect, it } from "vitest";
import { commandLine } from "../../src/cli/command-line.js";

function parsed(...args: string[]): Command {
  const command = new Command("train")
    .option("--seed <n>", "", "1")
    .option("--rom <file>")
    .option("--dueling")
    .option("--no-dueling")
    .option("--log-dir <folder>");
  return command.parse(args, { from: "user" });
}

const NAMES = ["seed", "rom", "dueling"];

it("repeats the named options that were given, with files by their names", () => {
  const command = parsed("--log-dir", "/home/me/logs", "--rom", "/home/me/my.nes", "--no-dueling");
  expect(commandLine(command, NAMES, ["rom"])).toBe("mario train --rom my.nes --no-dueling");
  expect(commandLine(parsed("--dueling", "--seed=3"), NAMES)).toBe(
    "mario train --seed 3 --dueling",
  );
});

it("leaves defaults out", () => {
  expect(commandLine(parsed(), NAMES)).toBe("mario train");
});
