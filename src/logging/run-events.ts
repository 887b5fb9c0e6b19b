import { readdirSync, readFileSync, realpathSync, statSync, type Dirent } from "node:fs";
import { join } from "node:path";
import { MarioError } from "../core/errors.js";
import { gather, readEventFile, type EventFileContents } from "./event-reader.js";
import { systemErrorCode } from "../core/write-error.js";
import { RunClock } from "./run-clock.js";

export const EVENT_FILE = /^events\.out\.tfevents\./;
/** Deeper than any of our folders. */
const MAX_DEPTH = 6;

/**
 * The folders at or below `directory` that hold event files: one for each run. Symbolic links are
 * followed, but each folder is visited once, by its own path where it has one here. Folders below
 * `directory` that cannot be read, or are deleted meanwhile, are left out.
 * @throws MarioError INVALID_OPTION when it cannot be read or has none
 */
export function findRunDirectories(directory: string): string[] {
  const found = new Set<string>();
  const visited = new Set<string>();
  let skipped: MarioError | undefined;
  const folders: Folder[] = [{ path: directory, depth: 0 }];
  const links: Folder[] = [];
  for (let folder = folders.pop(); folder; folder = folders.pop() ?? links.shift()) {
    const { path, depth } = folder;
    try {
      for (const entry of newEntries(path, visited)) {
        const child = { path: join(path, entry.name), depth: depth + 1 };
        if (EVENT_FILE.test(entry.name)) found.add(path);
        else if (depth === MAX_DEPTH) continue;
        else if (entry.isDirectory()) folders.push(child);
        else if (entry.isSymbolicLink()) links.push(child);
      }
    } catch (error) {
      const failure = unreadable(path, error);
      if (depth === 0 || !(failure instanceof MarioError)) throw failure;
      skipped ??= failure;
    }
  }
  if (found.size === 0) {
    throw (
      skipped ??
      new MarioError("INVALID_OPTION", `There are no event files in ${directory}.`, {
        value: directory,
        remedy: "Give a run's folder below tensorboard/, or a folder of such folders.",
      })
    );
  }
  return [...found].sort();
}

interface Folder {
  readonly path: string;
  /** Folders between it and the root of the search. */
  readonly depth: number;
}

/** What is in a folder; nothing if it was visited before, is gone, or is a link to a file or to nothing. */
function newEntries(path: string, visited: Set<string>): Dirent[] {
  // The root need not be a folder: reading it says what is wrong.
  if (visited.size > 0 && !statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [];
  const real = realpathSync.native(path);
  if (visited.has(real)) return [];
  visited.add(real);
  return readdirSync(path, { withFileTypes: true });
}

/**
 * All that one run has logged, resumed sessions included. Its wall times are seconds since it began,
 * without those for which it was stopped.
 * @param directory a folder with event files
 * @returns `damaged`: those that were altered or broken, of which only the beginning is there. The
 * last record of a running or killed process may be cut short: that is no damage.
 * @throws MarioError INVALID_OPTION when they cannot be read
 */
export function readRun(
  directory: string,
): Pick<EventFileContents, "scalars" | "texts"> & { readonly damaged: readonly string[] } {
  try {
    const names = readdirSync(directory).filter((name) => EVENT_FILE.test(name));
    const clock = new RunClock();
    const damaged: string[] = [];
    const events = names
      .sort()
      .flatMap((name) => {
        const path = join(directory, name);
        const file = readEventFile(readFileSync(path));
        if (file.damage === "corrupt") damaged.push(path);
        return file.events;
      })
      .map((event) => ({ ...event, wallTime: clock.at(event) }));
    return { ...gather(events), damaged };
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
