import {
  constants,
  copyFileSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { MarioError } from "../../core/errors.js";
import { explainWriteErrors, isWriteError, systemErrorCode } from "../../core/write-error.js";
import { lacksHardLinks } from "./atomic-file.js";

const LOCK_FILE = "running.pid";

/**
 * Keeps two processes from going on with the same run, whose resume points would delete each other's
 * frames. The lock is a file in the run's folder with the process that holds it, on two lines: its
 * number, and when it was started, since numbers are used again. What a killed process left is taken
 * over.
 */
export class RunLock {
  #path: string | undefined;

  /**
   * @param directory of the run's logs; it exists
   * @throws MarioError INVALID_OPTION when another process has it; NOT_WRITABLE, DISK_FULL
   */
  take(directory: string): void {
    const path = join(directory, LOCK_FILE);
    if (this.#path === path) return;
    explainWriteErrors(path, () => {
      takeFile(path, directory);
    });
    this.#path = path;
  }

  /** What cannot be removed is taken over like that of a killed process. */
  release(): void {
    try {
      // If another process has taken it over meanwhile, that one keeps it.
      if (this.#path !== undefined && read(this.#path) === ownText()) rmSync(this.#path);
    } catch (error) {
      if (!isWriteError(error)) throw error;
    }
    this.#path = undefined;
  }
}

/**
 * Takes one lock file. A lock left by a killed process is replaced only while holding a second lock:
 * otherwise, of two processes that find it, the slower one would replace the lock that the faster one
 * has just taken. The second lock may have been left by a killed process, too.
 */
function takeFile(path: string, directory: string): void {
  if (create(path)) return;
  refuseIfHeld(path, directory);
  const takeover = `${path}.takeover`;
  takeFile(takeover, directory);
  try {
    // Checked again: from here on no other process replaces it.
    if (create(path)) return;
    refuseIfHeld(path, directory);
    withOwnFile(path, (own) => {
      renameSync(own, path);
    });
  } finally {
    rmSync(takeover, { force: true });
  }
}

/** @returns false when the file already exists */
function create(path: string): boolean {
  try {
    withOwnFile(path, (own) => {
      link(own, path);
    });
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** A hard link makes the file visible only with its complete text. */
function link(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!lacksHardLinks(error)) throw error;
    // Not atomic: a process that reads at this moment may see an empty file.
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
}

/** Calls `use` with a temporary file of this process that contains the lock's text. */
function withOwnFile(path: string, use: (own: string) => void): void {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, ownText());
  try {
    use(own);
  } finally {
    rmSync(own, { force: true });
  }
}

function ownText(): string {
  return `${process.pid}\n${startOf(process.pid)}\n`;
}

/** @throws MarioError INVALID_OPTION when the process named in it is still running; NOT_WRITABLE */
function refuseIfHeld(path: string, directory: string): void {
  const [pid, start] = read(path).split("\n");
  const isAlive = /^[1-9]\d*$/.test(pid) && isRunning(Number(pid));
  if (!isAlive || startOf(Number(pid)) !== start) return;
  // Without its start, it may be any process that was given the number of a killed one.
  const doubt = start ? "" : ` If that process is not mario, remove ${path}.`;
  throw new MarioError("INVALID_OPTION", `Process ${pid} is at work on ${directory}.`, {
    value: directory,
    remedy: `Wait until it ends, or stop it: kill ${pid} (it saves where it stands).${doubt}`,
  });
}

/** @returns a lock's text; empty when there is none @throws MarioError NOT_WRITABLE */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ENOENT") return "";
    throw new MarioError(
      "NOT_WRITABLE",
      `Cannot read the lock ${path} (${code ?? String(error)}).`,
      {
        value: path,
        remedy: "Remove it if no other process trains this run.",
        cause: error,
      },
    );
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's is none of ours to signal, but it runs.
    return systemErrorCode(error) === "EPERM";
  }
}

/**
 * On Linux the boot and the clock tick at which a process was started (proc_pid_stat(5), fields 3 and
 * 22); empty elsewhere, and of one that has ended and whose parent has not asked how.
 */
function startOf(pid: number): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    // The second field, the program's name in parentheses, may hold spaces.
    const [, fields] = /\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    const [state] = fields;
    return state === "Z" || state === "X" ? "" : `${boot} ${fields.split(" ")[19]}`;
  } catch {
    return "";
  }
}
