import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MarioError } from "../core/errors.js";
import type { LogEvent } from "./event-encoding.js";
import { gather, readEventFile, type EventFileContents } from "./event-reader.js";
import { systemErrorCode } from "./file-error.js";

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
    const sessions = names
      .sort()
      .map((name) => readEventFile(readFileSync(join(directory, name))).events);
    return gather(inRunTime(sessions));
  } catch (error) {
    throw unreadable(directory, error);
  }
}

/** One after the other, each beginning when the one before had come to its first step. */
function inRunTime(sessions: readonly (readonly LogEvent[])[]): LogEvent[] {
  const events: LogEvent[] = [];
  for (const session of sessions) {
    if (session.length === 0) continue;
    const resumed = session.find(({ content }) => content.kind === "sessionStart");
    const shift = session[0].wallTime - timeBefore(events, resumed?.step ?? 0);
    // One by one: a spread of a million events is more than a call can take.
    for (const event of session) events.push({ ...event, wallTime: event.wallTime - shift });
  }
  return events;
}

function timeBefore(events: readonly LogEvent[], step: number): number {
  let latest = 0;
  for (const event of events) {
    if (event.step < step) latest = Math.max(latest, event.wallTime);
  }
  return latest;
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
