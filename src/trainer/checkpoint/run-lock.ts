import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MarioError } from "../../core/errors.js";
import { explainWriteErrors, isWriteError, systemErrorCode } from "../../core/write-error.js";

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
    const holder = holderOf(path);
    if (holder !== undefined) {
      throw new MarioError("INVALID_OPTION", `Process ${holder} is at work on ${directory}.`, {
        value: directory,
        remedy: `Wait until it ends, or stop it: kill ${holder} (it saves where it stands).`,
      });
    }
    explainWriteErrors(path, () => {
      rmSync(path, { force: true });
      try {
        writeFileSync(path, `${process.pid}\n${startOf(process.pid)}\n`, { flag: "wx" });
      } catch (error) {
        if (systemErrorCode(error) !== "EEXIST") throw error;
        throw new MarioError("INVALID_OPTION", `Another process took up ${directory} just now.`, {
          remedy: "Let it go on.",
        });
      }
    });
    this.#path = path;
  }

  /** What cannot be removed is taken over like that of a killed process. */
  release(): void {
    try {
      if (this.#path !== undefined) rmSync(this.#path, { force: true });
    } catch (error) {
      if (!isWriteError(error)) throw error;
    }
    this.#path = undefined;
  }
}

/** The process that holds a lock, if it is still there. */
function holderOf(path: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  const [pid, start] = text.split("\n");
  const isAlive = /^[1-9]\d*$/.test(pid) && isRunning(Number(pid));
  return isAlive && startOf(Number(pid)) === start ? Number(pid) : undefined;
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
