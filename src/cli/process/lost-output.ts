import { isatty } from "node:tty";
import { systemErrorCode } from "../../core/write-error.js";

/** What a shell sees of a program that SIGPIPE ended: 128 and the signal's number. */
const BROKEN_PIPE_EXIT_CODE = 141;
const STANDARD_STREAMS = [0, 1, 2];

/**
 * Keeps the program alive when nobody reads its output any more (`| head`), its terminal was closed,
 * or the file it is sent to cannot grow: what it does besides is worth more. Of a broken pipe the exit
 * code tells, unless the command has set one of its own by then.
 */
export function surviveLostOutput(): void {
  process.stdout.on("error", (error) => {
    if (systemErrorCode(error) === "EPIPE") process.exitCode ??= BROKEN_PIPE_EXIT_CODE;
  });
  process.stderr.on("error", () => undefined);
  endOfHangUp();
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
