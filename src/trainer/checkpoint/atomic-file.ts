import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { randomBytes } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { asWriteError, explainWriteErrors, systemErrorCode } from "../../core/write-error.js";

/** Error codes of `link` on file systems without hard links, e.g. FAT and exFAT; EISDIR on Windows. */
const NO_HARD_LINKS = new Set(["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EISDIR"]);

/** Whether `link` failed only because the file system has no hard links. */
export function lacksHardLinks(error: unknown): boolean {
  return NO_HARD_LINKS.has(systemErrorCode(error) ?? "");
}

export interface AtomicWriteOptions {
  /** Replace a file of that name (default), or leave it and return false. */
  readonly overwrite?: boolean;
}

/**
 * Writes a whole file or nothing: to a temporary name in the same folder, synced to the disk, renamed,
 * and the folder synced. Whatever fails, the temporary is removed and a previous file is untouched.
 *
 * @param contents one array of bytes, or several to be written one after the other
 * @returns false if `overwrite` is false and the name was taken; nothing is written then
 * @throws MarioError DISK_FULL, NOT_WRITABLE
 */
export function writeFileAtomically(
  path: string,
  contents: Uint8Array | Iterable<Uint8Array>,
  options: AtomicWriteOptions = {},
): boolean {
  const overwrite = options.overwrite ?? true;
  const folder = dirname(path);
  explainWriteErrors(path, () => mkdirSync(folder, { recursive: true }));
  if (!overwrite && existsSync(path)) return false;
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    writeSynced(temporary, contents instanceof Uint8Array ? [contents] : contents);
    const done = overwrite ? replace(temporary, path) : placeNew(temporary, path);
    if (done) syncFolder(folder);
    return done;
  } catch (error) {
    throw asWriteError(error, path);
  } finally {
    // Gone already after a rename; `force` makes that, and a folder that went away, no error.
    rmSync(temporary, { force: true });
  }
}

function writeSynced(path: string, contents: Iterable<Uint8Array>): void {
  const descriptor = openSync(path, "wx");
  try {
    for (const chunk of contents) {
      // A disk that fills up takes a part, and says so only at the next attempt.
      for (let at = 0; at < chunk.length;) at += writeSync(descriptor, chunk, at);
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function replace(temporary: string, path: string): boolean {
  renameSync(temporary, path);
  return true;
}

/** A hard link fails when the name is taken, where a rename would replace another run's file. */
function placeNew(temporary: string, path: string): boolean {
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return false;
    if (!lacksHardLinks(error)) throw error;
    return existsSync(path) ? false : replace(temporary, path);
  }
}

/**
 * Makes the rename itself survive a power cut, where that can be had: Windows cannot open folders, some
 * network file systems refuse. The file is complete and in place, so it counts as written.
 */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  let descriptor: number | undefined;
  try {
    descriptor = openSync(folder, "r");
    fsyncSync(descriptor);
  } catch {
    // As said above.
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
