import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { decodeEvent, type LogEvent } from "./event-encoding.js";
import { FRAMING_BYTES, readRecords } from "./record-framing.js";
import { EVENT_FILE } from "./run-events.js";

/** Read at a time; also the longest record that is believed. */
const MOST_BYTES = 16 * 1024 * 1024;

interface Tail {
  /** Bytes read as whole records so far. */
  offset: number;
  /** A checksum was wrong: what follows cannot be trusted. */
  isBroken: boolean;
}

/** Follows the event files of one run while they grow. */
export class RunTail {
  readonly #directory: string;
  readonly #tails = new Map<string, Tail>();

  /** @param directory a folder with event files. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * @returns what was written since the last call, in the order of the files' names; all of it the
   * first time. A record still being written comes next time. A folder that is gone has nothing.
   */
  poll(): LogEvent[] {
    const events: LogEvent[] = [];
    for (const name of eventFilesOf(this.#directory)) {
      const tail = this.#tails.get(name) ?? { offset: 0, isBroken: false };
      this.#tails.set(name, tail);
      while (!tail.isBroken && readOn(join(this.#directory, name), tail, events));
    }
    return events;
  }
}

/** Milliseconds since 1970 of the last change to a run's event files; 0 when they are gone. */
export function runChangedAt(directory: string): number {
  let latest = 0;
  for (const name of eventFilesOf(directory)) {
    try {
      latest = Math.max(latest, statSync(join(directory, name)).mtimeMs);
    } catch {
      // Deleted between the two calls.
    }
  }
  return latest;
}

function eventFilesOf(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => EVENT_FILE.test(name))
      .sort();
  } catch {
    return [];
  }
}

/** @returns whether there may be more to read at once. */
function readOn(path: string, tail: Tail, events: LogEvent[]): boolean {
  const bytes = readFrom(path, tail.offset);
  if (bytes === undefined || bytes.length === 0) return false;
  const { records, damage } = readRecords(bytes);
  for (const record of records) {
    tail.offset += record.length + FRAMING_BYTES;
    try {
      for (const event of decodeEvent(record)) events.push(event);
    } catch {
      tail.isBroken = true;
      return false;
    }
  }
  const isFull = bytes.length === MOST_BYTES;
  tail.isBroken = damage === "corrupt" || (isFull && records.length === 0);
  return isFull && !tail.isBroken;
}

function readFrom(path: string, offset: number): Uint8Array | undefined {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return undefined;
  }
  try {
    const length = Math.min(fstatSync(file).size - offset, MOST_BYTES);
    if (length <= 0) return undefined;
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}
