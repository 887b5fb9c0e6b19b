#!/usr/bin/env node
import { program } from "./program.js";
import { exitCodeOf, explain } from "./process/failure.js";
import { keepIgnoringHangUp } from "./process/hang-up.js";
import { surviveLostOutput } from "./process/lost-output.js";
import { tutorialSpelling } from "./tutorial-spelling.js";

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
