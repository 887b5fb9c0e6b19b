import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openEventFile } from "../../../src/logging/event-file.js";
import { main } from "../run-cli.js";

// Whole programs, on machines that may be busy.
vi.setConfig({ testTimeout: 300_000 });

const has = (tool: string): boolean => spawnSync(tool, ["--version"]).status === 0;
const env = { ...process.env, MARIO_ROM: "", NO_COLOR: "1" };

let folder: string;
const children: ChildProcess[] = [];

function start(command: string, args: readonly string[]) {
  const child = spawn(command, args, { cwd: folder, env });
  children.push(child);
  return child;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mario-terminal-"));
});
afterEach(() => {
  // Those that a failed test has left: a trainer would go on for an hour.
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** What a program prints, until a pattern is in it. @throws Error when it ends before that. */
function printed(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  let text = "";
  return new Promise((resolve, reject) => {
    const look = (data: Buffer): void => {
      text += data.toString();
      const match = pattern.exec(text);
      if (match) resolve(match);
    };
    child.stdout!.on("data", look);
    child.stderr!.on("data", look);
    child.once("exit", () => {
      reject(new Error(`It ended: ${text}`));
    });
  });
}

/** @returns exit code, or the signal that ended it */
async function end(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode ?? child.signalCode;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The one run's resume point. */
function hasResumePoint(): boolean {
  const files = readdirSync(join(folder, "tensorboard"), { recursive: true, encoding: "utf8" });
  return files.some((file) => file.endsWith(join("resume", "point.bin")));
}

const TRAIN = ["train", "--threads=1", "--learning-starts=5e4", "--eval-episodes=0"];

describe("a program whose reader is gone", () => {
  it("goes on training; a hang-up, even twice, has it save and end well", async () => {
    const run = start(process.execPath, [main, ...TRAIN]);
    let errors = "";
    run.stderr.on("data", (data: Buffer) => (errors += data.toString()));
    await printed(run, /logs: /);
    run.stdout.destroy();
    await pause(3000);
    expect([run.exitCode, run.signalCode]).toEqual([null, null]);
    run.kill("SIGHUP");
    run.kill("SIGHUP");
    await pause(50);
    run.kill("SIGHUP");
    expect(await end(run)).toBe(0);
    expect(errors).toBe("");
    expect(hasResumePoint()).toBe(true);
  });

  it("ends quietly, as of a broken pipe, where its output was all that it was for", async () => {
    const run = start(process.execPath, [main, "random", "--episodes=1", "--json"]);
    run.stdout.destroy();
    let errors = "";
    run.stderr.on("data", (data: Buffer) => (errors += data.toString()));
    expect(await end(run)).toBe(141);
    expect(errors).toBe("");
  });
});

describe("a terminal that is closed", () => {
  it.skipIf(!has("script"))("has a run save its resume point and end", async () => {
    // A terminal of its own, and in it a shell that becomes the program.
    const command = `echo "pid $$"; exec '${process.execPath}' '${main}' ${TRAIN.join(" ")}`;
    const terminal = start("script", ["-qec", command, "/dev/null"]);
    const pid = Number((await printed(terminal, /pid (\d+)/))[1]);
    await printed(terminal, /logs: /);
    await pause(3000);
    terminal.kill("SIGKILL");
    await expect.poll(() => isRunning(pid), { timeout: 120_000, interval: 200 }).toBe(false);
    expect(hasResumePoint()).toBe(true);
  });
});

describe("SIGHUP", () => {
  /** `mario dashboard`, which waits for a signal and nothing else. */
  const dashboard = (): string[] => {
    openEventFile({ directory: join(folder, "run") }).close();
    return [main, "dashboard", join(folder, "run"), "--port=0", "--no-open"];
  };

  it("ends a program in peace", async () => {
    const run = start(process.execPath, dashboard());
    await printed(run, /page: /);
    run.kill("SIGHUP");
    expect(await end(run)).toBe(0);
  });

  it.skipIf(!has("nohup") || !has("bash"))("means nothing under nohup", async () => {
    const command = 'nohup "$@" & echo "pid $!"; wait $!';
    const node = [process.execPath, ...dashboard()];
    const shell = start("bash", ["-c", command, "bash", ...node]);
    const [, pid] = await printed(shell, /pid (\d+)[^]*page: /);
    process.kill(Number(pid), "SIGHUP");
    await pause(2000);
    expect(isRunning(Number(pid))).toBe(true);
    process.kill(Number(pid), "SIGINT");
    expect(await end(shell)).toBe(0);
    expect(existsSync(join(folder, "nohup.out"))).toBe(false);
  });
});
