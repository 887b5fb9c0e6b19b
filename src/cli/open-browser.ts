import { spawn } from "node:child_process";

/**
 * Opens an address in the person's browser, where there is one: not over SSH, not without a display.
 * @returns whether it was tried
 */
export function openBrowser(url: string): boolean {
  const command = opener();
  if (command === undefined) return false;
  const [program, ...args] = command;
  const child = spawn(program, [...args, url], { stdio: "ignore", detached: true });
  // Without such a program the address stands in the terminal all the same.
  child.on("error", () => undefined);
  child.unref();
  return true;
}

function opener(): readonly [string, ...string[]] | undefined {
  const { env, platform } = process;
  if (isRemote()) return undefined;
  if (platform === "darwin") return ["open"];
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler"];
  return env["DISPLAY"] || env["WAYLAND_DISPLAY"] ? ["xdg-open"] : undefined;
}

/** Whether the person sits at another machine. */
export function isRemote(): boolean {
  return Boolean(process.env["SSH_CONNECTION"] ?? process.env["SSH_TTY"]);
}
