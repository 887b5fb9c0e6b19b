import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MarioError } from "../core/errors.js";
import { gather, readEventFile, type EventFileContents } from "./event-reader.js";
import { systemErrorCode } from "../core/write-error.js";
import { RunClock } from "./run-clock.js";

export const EVENT_FILE = /^events\.out\.tfevents\./;
/** Deeper than any of our folders; keeps a loop of links from being followed for ever. */
const MAX_DEPTH = 6;

/**
 * The folders at or below `directory` that hold event files: one for each run.
 * @throws MarioError INVALID_OPTION when it cannot be read or has none
 */
export function findRunDirectories(directory: string): string[] {
  const found: string[] = [];
  const visit = (folder: string, depth: number): void => {
    const entries = readdirSync(folder, { withFileTypes: true });
    if (entries.some((entry) => EVENT_FILE.test(entry.name))) found.push(folder);
    if (depth === MAX_DEPTH) return;
    for (const entry of entries) {
      if (entry.isDirectory()) visit(join(folder, entry.name), depth + 1);
    }
  };
  try {
    visit(directory, 0);
  } catch (error) {
    throw unreadable(directory, error);
  }
  if (found.length === 0) {
    throw new MarioError("INVALID_OPTION", `There are no event files in ${directory}.`, {
      value: directory,
      remedy: "Give a run's folder below tensorboard/, or a folder of such folders.",
    });
  }
  return found.sort();
}

/**
 * All that one run has logged, resumed sessions included. Its wall times are seconds since it began,
 * without those for which it was stopped.
 * @param directory a folder with event files
 * @throws MarioError INVALID_OPTION when they cannot be read
 */
export function readRun(directory: string): Pick<EventFileContents, "scalars" | "texts"> {
  try {
    const names = readdirSync(directory).filter((name) => EVENT_FILE.test(name));
    const clock = new RunClock();
    const events = names
      .sort()
      .flatMap((name) => readEventFile(readFileSync(join(directory, name))).events)
      .map((event) => ({ ...event, wallTime: clock.at(event) }));
    return gather(events);
  } catch (error) {
    throw unreadable(directory, error);
  }
}

function unreadable(directory: string, error: unknown): unknown {
  const code = systemErrorCode(error);
  if (code === undefined) return error;
  return new MarioError("INVALID_OPTION", `Cannot read the logs in ${directory} (${code}).`, {
    value: directory,
    remedy: "Give a run's folder below tensorboard/.",
    cause: error,
  });
}
