import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { hasAddon } from "../nn/onednn-addon.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** Who asks for the slow backend is not told that it is slow. */
export const BACKEND_HERE: readonly string[] = hasAddon ? [] : ["--backend", "wasm"];

/** Environment variables of a machine on which sharp is not installed. */
export const WITHOUT_SHARP = {
  NODE_OPTIONS: `--import=${new URL("no-sharp.mjs", import.meta.url).href}`,
};

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built program as a user runs it (`npm test` builds it first), in a folder of choice. */
export function mario(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; timeout?: number } = {},
): CliResult {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd: options.cwd ?? root,
    encoding: "utf8",
    env: { ...process.env, MARIO_ROM: "", NO_COLOR: "1", ...options.env },
    timeout: options.timeout ?? 120_000,
  });
  return { status, stdout, stderr };
}
