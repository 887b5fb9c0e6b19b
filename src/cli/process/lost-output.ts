import { isatty } from "node:tty";
import { getSystemErrorMap } from "node:util";
import { MarioError } from "../../core/errors.js";
import { systemErrorCode } from "../../core/write-error.js";
import { exitCodeOf, explain } from "./failure.js";

/** What a shell sees of a program that SIGPIPE ended: 128 and the signal's number. */
const BROKEN_PIPE_EXIT_CODE = 141;
const STANDARD_STREAMS = [0, 1, 2];

/**
 * Keeps the program alive when nobody reads its output any more (`| head`), its terminal was closed,
 * or its output file cannot grow: its other work is worth more. The exit code then reports the lost
 * output, unless the command has already set one because its result is elsewhere (`train`). Failures
 * other than a closed pipe are also reported on standard error.
 */
export function surviveLostOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (process.exitCode !== undefined) return;
    if (systemErrorCode(error) === "EPIPE") process.exitCode = BROKEN_PIPE_EXIT_CODE;
    else {
      const failure = lostOutput(error);
      process.exitCode = exitCodeOf(failure);
      process.stderr.write(`${explain(failure)}\n`);
    }
  });
  process.stderr.on("error", () => undefined);
  endOfHangUp();
}

function lostOutput(error: NodeJS.ErrnoException): MarioError {
  const reason = getSystemErrorMap().get(error.errno ?? 0)?.[1] ?? error.message;
  const code = systemErrorCode(error);
  return new MarioError(
    "NOT_WRITABLE",
    `Cannot write to standard output: ${reason}${code === undefined ? "" : ` (${code})`}.`,
    { remedy: "Free some space there, or send the output to another file.", cause: error },
  );
}

/**
 * Node aborts at its very end where it cannot give a terminal back that is gone, and on many systems
 * an abort leaves a file as large as the memory in use. To end by the hang-up itself leaves none.
 */
function endOfHangUp(): void {
  const terminals = STANDARD_STREAMS.filter((stream) => isatty(stream));
  process.on("exit", () => {
    if (terminals.every((stream) => isatty(stream))) return;
    process.removeAllListeners("SIGHUP");
    process.kill(process.pid, "SIGHUP");
  });
}
