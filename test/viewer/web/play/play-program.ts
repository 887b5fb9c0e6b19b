import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { main } from "../../../cli/run-cli.js";

export interface PlayProgram {
  readonly url: string;
  readonly process: ChildProcess;
  /** Ctrl-C. @returns exit code, or null where a signal ended it, and what it wrote. */
  stop(): Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** `mario play`, built, as a person starts it; resolved when the page can be opened. */
export async function startPlay(args: readonly string[]): Promise<PlayProgram> {
  const child = spawn(process.execPath, [main, "play", "--no-open", ...args], {
    env: { ...process.env, MARIO_ROM: "", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit") as Promise<[number | null]>;
  let stdout = "";
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
      const address = /at (http:\S+) \(Ctrl-C ends it\)/.exec(stdout)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.on("exit", (code) => {
      reject(new Error(`mario play ended with ${code}: ${stderr}`));
    });
  });
  return {
    url,
    process: child,
    stop: async () => {
      child.kill("SIGINT");
      const [code] = await ended;
      return { code, stdout, stderr };
    },
  };
}
