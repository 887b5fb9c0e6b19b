#!/usr/bin/env node
import { program } from "./program.js";
import { exitCodeOf, explain } from "./process/failure.js";
import { keepIgnoringHangUp } from "./process/hang-up.js";
import { surviveLostOutput } from "./process/lost-output.js";

surviveLostOutput();
keepIgnoringHangUp();

// Everything heavy (TensorFlow.js, jsnes, sharp, zod) is loaded by the command that needs it.
try {
  await program().parseAsync(tutorialSpelling(process.argv));
} catch (error) {
  const text = explain(error);
  if (text) process.stderr.write(`${text}\n`);
  const code = exitCodeOf(error);
  // With 0, e.g. of `--help`, writing to standard output may still fail.
  if (code !== 0) process.exitCode = code;
}

/** The tutorial wrote `--exploration_fraction`; we read both. */
function tutorialSpelling(argv: readonly string[]): string[] {
  const end = argv.indexOf("--");
  return argv.map((argument, i) => {
    const match = /^--[a-z][a-z0-9_]*(?==|$)/.exec(argument);
    if (!match || (end >= 0 && i > end)) return argument;
    return match[0].replaceAll("_", "-") + argument.slice(match[0].length);
  });
}
