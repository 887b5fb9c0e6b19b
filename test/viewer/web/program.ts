import { spawn, type ChildProcess } from "node:child_process";
import { main } from "../../cli/run-cli.js";

/** The built program with a page, running. */
export interface Program {
  readonly url: string;
  readonly process: ChildProcess;
  /** What it has printed to standard error so far. */
  stderr(): string;
  /** As Ctrl-C does. @returns exit code, or null where a signal ended it, and what it printed. */
  stop(): Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** Starts it and waits for the page's address. @throws Error with its last words if it ends first. */
export function startProgram(args: readonly string[], cwd?: string): Promise<Program> {
  const child = spawn(process.execPath, [main, ...args, "--no-open"], {
    env: { ...process.env, MARIO_ROM: "", NO_COLOR: "1" },
    cwd,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
  const ended = new Promise<Awaited<ReturnType<Program["stop"]>>>((resolve) => {
    child.once("close", (code) => {
      resolve({ code, stdout, stderr });
    });
  });
  return new Promise((resolve, reject) => {
    child.stderr.on("data", (data: Buffer) => {
      stderr += data.toString();
      const url = /page: (http:\S+)/.exec(stderr)?.[1];
      if (url === undefined) return;
      resolve({
        url,
        process: child,
        stderr: () => stderr,
        stop: () => {
          child.kill("SIGINT");
          return ended;
        },
      });
    });
    void ended.then(() => {
      reject(new Error(stderr));
    });
  });
}
