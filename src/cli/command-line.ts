import { basename } from "node:path";
import type { Command } from "commander";

/**
 * The command that gives the same again: those of the named options that were given, in the
 * command's order. Of a file only its name, since folders are nobody else's business.
 * @param names options' attribute names; `files`: those whose value is a path
 */
export function commandLine(
  command: Command,
  names: readonly string[],
  files: readonly string[] = [],
): string {
  const words = ["mario", command.name()];
  for (const option of command.options) {
    const name = option.attributeName();
    if (!names.includes(name) || command.getOptionValueSource(name) !== "cli") continue;
    const value: unknown = command.getOptionValue(name);
    if (typeof value === "boolean") {
      if (value !== option.negate) words.push(option.long ?? option.flags);
    } else {
      const text = String(value);
      words.push(option.long ?? option.flags, files.includes(name) ? basename(text) : text);
    }
  }
  return words.join(" ");
}
