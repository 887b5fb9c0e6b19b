/**
 * One set-up at a time in a checkout: two would install and compile into the same folders. Node's
 * built-ins only.
 */
import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PERIOD_MS = 250;

/** Outside the checkout, which may be read-only and whose dependencies are replaced as a whole. */
function lockOf(root) {
  const name = createHash("sha256").update(root).digest("hex").slice(0, 16);
  return join(tmpdir(), `mario-setup-${name}.lock`);
}

/** Of the process that holds it; undefined where it ended without letting go. */
function holderOf(lock) {
  try {
    const pid = Number(readFileSync(lock, "utf8"));
    if (!(pid > 0) || pid === process.pid) return undefined;
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // Another user's process is one all the same.
    return error.code === "EPERM" ? "another user" : undefined;
  }
}

/**
 * Waits for a set-up of the same checkout that is running, then holds the lock until this process ends.
 * @param root of the checkout
 * @param onWait called once if there is one, with its process
 */
export function lockSetup(root, onWait) {
  const lock = lockOf(root);
  let told = false;
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      process.on("exit", () => rmSync(lock, { force: true }));
      return;
    } catch (error) {
      // Where no lock can be written there is none.
      if (error.code !== "EEXIST") return;
    }
    const holder = holderOf(lock);
    if (holder === undefined) {
      try {
        rmSync(lock, { force: true });
      } catch {
        return;
      }
      continue;
    }
    if (!told) onWait(holder);
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PERIOD_MS);
  }
}
