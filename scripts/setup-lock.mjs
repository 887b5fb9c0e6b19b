/**
 * One set-up at a time in a checkout: two would install and compile into the same folders. Node's
 * built-ins only.
 *
 * The lock is a local socket that somebody listens on: the system lets go of it when that process ends,
 * however it ends. So there is no lock to be left behind.
 */
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PERIOD_MS = 250;

function addressOf(root) {
  const name = `mario-setup-${createHash("sha256").update(root).digest("hex").slice(0, 16)}`;
  if (process.platform === "win32") return `\\\\.\\pipe\\${name}`;
  // Linux has names that are no files.
  return process.platform === "linux" ? `\0${name}` : join(tmpdir(), `${name}.sock`);
}

/** @returns undefined when it listens, until this process ends; else the system's reason */
function listen(address) {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", ({ code }) => resolve(code));
    server.listen(address, () => resolve(undefined));
    server.unref();
  });
}

/** Whether nobody listens behind a name that is a file, and stays when its process is killed. */
function isLeftBehind(address) {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", ({ code }) => resolve(code === "ECONNREFUSED"));
  });
}

/**
 * Waits for a set-up of the same checkout that is running, then holds the lock until this process ends.
 * @param root of the checkout
 * @param onWait called once if there is one
 */
export async function lockSetup(root, onWait) {
  const address = addressOf(root);
  const isFile = process.platform !== "linux" && process.platform !== "win32";
  for (let told = false; ;) {
    const reason = await listen(address);
    // Where there are no such sockets there is no lock.
    if (reason !== "EADDRINUSE") return;
    // Asked once: whoever holds it is busy and answers nobody, and too many questions are refused, too.
    if (!told && isFile && (await isLeftBehind(address))) {
      rmSync(address, { force: true });
      continue;
    }
    if (!told) onWait();
    told = true;
    await new Promise((resolve) => setTimeout(resolve, PERIOD_MS));
  }
}
