import { ignoresHangUp } from "./hang-up.js";

/** Whether a person asked to stop; the first request is granted in peace, a second one at once. */
export interface Interrupt {
  requested(): boolean;
  dispose(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Within this time a second signal is the first one again: npm passes a terminal's Ctrl-C on to who
 * has it already, and the end of a login session comes as two different signals.
 */
const ECHO_MS = 500;

/**
 * A hang-up asks as Ctrl-C does, but not twice: a terminal that closes may send several. Under nohup
 * it asks nothing.
 * @param onRequest called at the first signal, e.g. to say what happens now.
 */
export function watchForInterrupt(onRequest: () => void = () => undefined): Interrupt {
  let requestedAt: number | undefined;
  const listener = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (requestedAt === undefined) {
      requestedAt = now;
      onRequest();
    } else if (signal !== "SIGHUP" && now - requestedAt > ECHO_MS) endAtOnce(signal);
  };
  const signals = SIGNALS.filter((signal) => signal !== "SIGHUP" || !ignoresHangUp());
  for (const signal of signals) process.on(signal, listener);
  return {
    requested: () => requestedAt !== undefined,
    dispose: () => {
      for (const signal of signals) process.off(signal, listener);
    },
  };
}

/**
 * By the signal itself, so that shells see 130. `process.exit` would end the threads first, and one
 * that waits for a GPU takes the process with it, leaving a memory image of gigabytes.
 */
function endAtOnce(signal: NodeJS.Signals): void {
  // Whoever has to leave the terminal as it was.
  process.emit("exit", 130);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
