import type { Logger } from "pino";

/** What the log and the progress line write to; `process.stderr` is one. */
export interface TextOutput {
  /** A terminal that a person looks at. */
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

export interface ConsoleLogOptions {
  /** Default `info`. */
  readonly level?: LogLevel;
  /**
   * Default `process.stderr`, so that standard output stays free for results. Give a
   * `ProgressLine` here, so that messages appear above it instead of through it.
   */
  readonly output?: TextOutput;
  /** Colours for a person; default: on a terminal, unless NO_COLOR is set (no-color.org) or TERM is dumb. */
  readonly color?: boolean;
}

/**
 * A logger for people on a terminal, and of JSON lines (pino's) otherwise. The first argument of its
 * methods may be an object of fields: `log.info({ steps }, "saved the model")`.
 */
export async function createConsoleLog(options: ConsoleLogOptions = {}): Promise<Logger> {
  const output = options.output ?? process.stderr;
  const level = options.level ?? "info";
  const { pino } = await import("pino");
  // Host name and process id say nothing to the one reader of a training log.
  if (output.isTTY !== true) return pino({ level, base: null, formatters }, output);
  const { default: pretty } = await import("pino-pretty");
  const line = pretty.prettyFactory({
    colorize: options.color ?? hasColours(),
    translateTime: "SYS:HH:MM:ss",
    ignore: "pid,hostname",
    singleLine: true,
  });
  return pino({ level, base: null }, { write: (json: string) => output.write(line(json)) });
}

function hasColours(): boolean {
  return (process.env.NO_COLOR ?? "") === "" && process.env.TERM !== "dumb";
}

/** Names of levels instead of pino's numbers, for whoever reads the lines with other tools. */
const formatters = { level: (label: string) => ({ level: label }) };
