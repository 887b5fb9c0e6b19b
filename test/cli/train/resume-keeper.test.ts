import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ResumeKeeper } from "../../../src/cli/train/resume-keeper.js";
import { WriteFailures } from "../../../src/cli/train/write-failures.js";
import { ResumeWriter, type RunState } from "../../../src/trainer/checkpoint/resume-point.js";
import { main, mario } from "../run-cli.js";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "mario-keeper-"));
});
afterEach(() => {
  limitFileSize("unlimited");
  rmSync(directory, { recursive: true, force: true });
});

/** Sets this process's limit on the size of a file: a full disk without being root. */
function limitFileSize(bytes: number | "unlimited"): boolean {
  const limit = `--fsize=${bytes}:unlimited`;
  return spawnSync("prlimit", ["--pid", String(process.pid), limit]).status === 0;
}
const canLimit = limitFileSize("unlimited");

/** A run in windows of 100 steps. */
function keeperOf(from = 0, isUnfinished = false, keepsLast = false, isChanged = false) {
  const warnings: string[] = [];
  const notes: string[] = [];
  const failures = new WriteFailures((message) => warnings.push(message));
  const keeper = new ResumeKeeper(
    {
      writer: new ResumeWriter(directory),
      periodSteps: 2000,
      timesteps: 10_000,
      stores: [],
      failures,
      keepsLast,
      isUnfinished: () => isUnfinished,
      isChanged,
      stateAt: (loop) =>
        Promise.resolve({ loop, session: "x".repeat(5000) } as unknown as RunState),
      note: (message) => notes.push(message),
    },
    { step: from, index: from / 100, incoming: [] },
  );
  const play = async (until: number, since: number) => {
    for (let last = since + 100; last <= until; last += 100) {
      await keeper.onWindow({ index: last / 100 - 1, after: last - 100, last }, []);
    }
  };
  const savedAt = () => notes.map((note) => Number(/step (\d+)/.exec(note)![1]));
  return { keeper, play, savedAt, warnings, failures };
}

describe("resume points", () => {
  it("come early first, then once a period, and when the run is stopped", async () => {
    const { keeper, play, savedAt } = keeperOf();
    expect(keeper.savedAt).toBeUndefined();
    await play(5000, 0);
    await keeper.finish();
    expect(savedAt()).toEqual([200, 2200, 4200, 5000]);
    expect(keeper.savedAt).toBe(5000);
    const resumed = keeperOf(5000);
    expect(resumed.keeper.savedAt).toBe(5000);
    await resumed.play(10_000, 5000);
    expect(resumed.savedAt()).toEqual([7000, 9000]);
    await resumed.keeper.finish();
    expect(existsSync(directory)).toBe(false);
    expect(resumed.keeper.savedAt).toBeUndefined();
  });

  it("come at once where the run was made longer", async () => {
    const { play, savedAt } = keeperOf(1000, false, false, true);
    await play(4000, 1000);
    expect(savedAt()).toEqual([1100, 3100]);
    // Stopped before it did anything.
    const stopped = keeperOf(1000, false, false, true);
    await stopped.keeper.finish();
    expect(stopped.savedAt()).toEqual([1000]);
  });

  it("are left at the end, too, where the last evaluation is still to be played", async () => {
    const { keeper, play, savedAt } = keeperOf(9000, true);
    await play(10_000, 9000);
    await keeper.finish();
    expect(savedAt()).toEqual([10_000]);
    expect(existsSync(directory)).toBe(true);
  });

  it("are left at the end where the run may be made longer", async () => {
    const { keeper, play, savedAt } = keeperOf(9000, false, true);
    await play(10_000, 9000);
    await keeper.finish();
    expect(savedAt()).toEqual([10_000]);
    expect(keeper.savedAt).toBe(10_000);
    // Nothing was done since: as it is.
    const again = keeperOf(10_000, false, true);
    await again.keeper.finish();
    expect(again.savedAt()).toEqual([]);
    expect(existsSync(directory)).toBe(true);
  });

  it("are written again where they are if the evaluation owed may have moved on", async () => {
    const stopped = keeperOf(9000, true);
    await stopped.keeper.finish();
    expect(stopped.savedAt()).toEqual([9000]);
    const idle = keeperOf(9000);
    await idle.keeper.finish();
    expect(idle.savedAt()).toEqual([]);
  });

  it.skipIf(!canLimit)("that cannot be written are tried again soon", async () => {
    const { failures, keeper, play, savedAt, warnings } = keeperOf();
    await play(300, 0);
    const files = readdirSync(directory);
    limitFileSize(1000);
    await play(2900, 300);
    await keeper.finish();
    expect(warnings).toEqual([
      expect.stringMatching(/^not written: a resume point: No space left/),
    ]);
    expect(failures.summary).toContain("a resume point");
    expect(keeper.savedAt).toBe(200);
    // Nothing half-done is left, and the older point is whole.
    expect(readdirSync(directory)).toEqual(files);
    limitFileSize("unlimited");
    await play(3200, 2900);
    expect(savedAt()).toEqual([200, 3100]);
    expect(failures.summary).toBeUndefined();
  });
});

describe("mario train on a full disk", () => {
  it.skipIf(!canLimit)(
    "goes on to its end, and says what is missing",
    () => {
      const args = ["--timesteps=1200", "--learning-starts=1100", "--resume-period=2000"];
      // Room for figures, but not for a model.
      const { status, stdout, stderr } = spawnSync(
        "prlimit",
        [
          ...["--fsize=300000:unlimited", process.execPath, main, "train", ...args],
          ...["--threads=1", "--eval-episodes=1", "--eval-period=500"],
        ],
        { cwd: directory, encoding: "utf8", env: { ...process.env, MARIO_ROM: "" } },
      );
      expect(stdout).toMatch(/1,200 steps, \d+ episodes/);
      const warnings = stderr
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { msg: string }).msg);
      const missing = ["the best model", "the model that was evaluated best", "a resume point"];
      for (const what of missing) {
        const about = warnings.filter((line) => line.startsWith(`not written: ${what}: No space`));
        // Once, and perhaps first in the last words.
        expect(about.length).toBeGreaterThanOrEqual(1);
        expect(about.length).toBeLessThanOrEqual(2);
        expect(warnings.at(-1)).toContain(`${what}: No space`);
      }
      expect(status).toBe(2);
    },
    300_000,
  );
});

describe("mario train whose models cannot be written to the end", () => {
  it.each([
    ["", []],
    [", also without evaluations", ["--eval-episodes=0"]],
  ])(
    "is unfinished: its resume point stays, and resuming writes the models%s",
    async (_, more) => {
      const models = join(directory, "models");
      const args = ["--timesteps=300", "--learning-starts=200", "--eval-episodes=2", "--threads=1"];
      const { output } = await runWithoutModels([...args, "--model-dir", models], models);
      const [, logs] = /resume: +npx mario train --resume (\S+)\n/.exec(output)!;
      expect(existsSync(join(directory, logs, "resume", "point.bin"))).toBe(true);

      rmSync(models);
      const resumed = mario(["train", "--resume", logs, ...more], {
        cwd: directory,
        timeout: 200_000,
      });
      expect(resumed).toMatchObject({ status: 0, stderr: "" });
      expect(readdirSync(join(models, "deepq"))).toEqual([
        expect.stringMatching(/^mario_eval_/),
        expect.stringMatching(/^mario_reward_/),
      ]);
      expect(existsSync(join(directory, logs, "resume"))).toBe(false);
    },
    300_000,
  );
});

/** Trains, with a folder for models that can no longer be written to once it was found to be so. */
async function runWithoutModels(args: readonly string[], models: string) {
  const run = spawn(process.execPath, [main, "train", ...args], {
    cwd: directory,
    env: { ...process.env, MARIO_ROM: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  run.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  run.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    if (!output.includes("logs: ") || (existsSync(models) && !isFolder(models))) return;
    rmSync(models, { recursive: true, force: true });
    writeFileSync(models, "in the way");
  });
  const [status] = (await once(run, "close")) as [number];
  expect(status).toBe(2);
  expect(errors).toContain("not written: the best model: Cannot write");
  expect(errors).toContain("the model that was evaluated best: Cannot write");
  return { output };
}

function isFolder(path: string): boolean {
  return statSync(path).isDirectory();
}
