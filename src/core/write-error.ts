import { MarioError } from "./errors.js";

/** EFBIG (a file-size limit) and EDQUOT (a quota) are full disks to the person who meets them. */
const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
/** A system's reason (EACCES, EIO, …), not one of Node's own (ERR_…). */
const SYSTEM_REASON = /^E[A-Z0-9]+$/;

/** The `code` of a system error such as `ENOSPC`, or undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/**
 * What to throw when writing `path` failed: DISK_FULL or NOT_WRITABLE for a system's reason,
 * otherwise the error itself (errors of ours included).
 */
export function asWriteError(error: unknown, path: string): unknown {
  const code = systemErrorCode(error);
  if (code === undefined) return error;
  if (FULL.has(code)) {
    return new MarioError("DISK_FULL", `No space left to write ${path} (${code}).`, {
      value: path,
      remedy: "Free some space on that disk, or choose a folder on another one.",
      cause: error,
    });
  }
  if (SYSTEM_REASON.test(code)) {
    return new MarioError("NOT_WRITABLE", `Cannot write ${path} (${code}).`, {
      value: path,
      remedy: "Choose a folder that exists or can be created, and that you may write to.",
      cause: error,
    });
  }
  return error;
}

/** Told of writing in place of a throw, so that what is worth more than a file can go on. */
export interface WriteObserver {
  /** @param error see {@link isWriteError} */
  failed(error: Error): void;
  /** It worked, perhaps after it had failed. */
  written(): void;
}

/** Whether it says that a file could not be written, and nothing else that is wrong. */
export function isWriteError(error: unknown): error is Error {
  if (error instanceof MarioError)
    return error.code === "DISK_FULL" || error.code === "NOT_WRITABLE";
  return SYSTEM_REASON.test(systemErrorCode(error) ?? "");
}

/**
 * Runs `write`; with an observer, a failure to write is told to it.
 * @returns undefined when it failed so
 */
export function observeWrite<T>(
  observer: WriteObserver | undefined,
  write: () => T,
): T | undefined {
  try {
    const result = write();
    observer?.written();
    return result;
  } catch (error) {
    if (observer === undefined || !isWriteError(error)) throw error;
    observer.failed(error);
    return undefined;
  }
}

/** Runs `write`, turning the system's reasons into errors of ours: see {@link asWriteError}. */
export function explainWriteErrors<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw asWriteError(error, path);
  }
}
