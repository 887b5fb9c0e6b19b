import { spawn } from "node:child_process";

/**
 * Asks the system to open an address in the person's browser, and does not wait.
 * @returns false where there is nobody to see it: over SSH, in a container, in a pipe.
 */
export function openInBrowser(url: string, env: NodeJS.ProcessEnv = process.env): boolean {
  const command = browserCommand(url, process.platform, env);
  if (command === undefined || !process.stdout.isTTY) return false;
  const [program, ...args] = command;
  const child = spawn(program, args, { detached: true, stdio: "ignore" });
  // No such program: the address is on the screen.
  child.on("error", () => undefined);
  child.unref();
  return true;
}

/** The command that opens `url`; undefined on a machine without a screen of its own. */
export function browserCommand(
  url: string,
  platform: NodeJS.Platform,
  env: NodeJS.ProcessEnv,
): readonly string[] | undefined {
  if (env["SSH_CONNECTION"] !== undefined || env["SSH_TTY"] !== undefined) return undefined;
  if (platform === "darwin") return ["open", url];
  // `start` reads its first quoted argument as a title; the address has no character it would mind.
  if (platform === "win32") return ["cmd", "/c", "start", "", url];
  if (env["DISPLAY"] === undefined && env["WAYLAND_DISPLAY"] === undefined) return undefined;
  return ["xdg-open", url];
}
