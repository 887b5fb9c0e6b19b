import { spawn, type ChildProcess, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { idleFramesOf } from "../../../src/env/idle-frames.js";
import { readRun } from "../../../src/logging/run-events.js";
import { loadModel } from "../../../src/trainer/checkpoint/model-file.js";
import { BACKEND_HERE, main, mario, type CliResult } from "../run-cli.js";

/** A run of a minute at most: it learns nothing, but every part of it has worked once. */
const SHORT = [
  ...["--timesteps=1200", "--learning-starts=1100", "--seed=5", "--threads=2"],
  "--eval-episodes=3",
];

let folder: string;
let trained: CliResult;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mario-train-"));
  const args = ["train", ...SHORT, "--exploration_fraction=0.5", "--actors=1"];
  trained = mario(args, { cwd: folder, timeout: 280_000 });
}, 300_000);
const children: ChildProcess[] = [];
afterEach(() => {
  // Those that a failed test has left: a trainer would go on for an hour.
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** `mario train`, to be stopped. */
function start(args: readonly string[], cwd: string): ChildProcessByStdio<null, Readable, null> {
  const child = spawn(process.execPath, [main, "train", ...args], {
    cwd,
    env: { ...process.env, MARIO_ROM: "" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  return child;
}

const models = (): string[] => readdirSync(join(folder, "models", "deepq")).sort();

describe("mario train", () => {
  it("ends well and says where the model is and what to do with it", () => {
    expect(trained.stderr).toBe("");
    expect(trained.status).toBe(0);
    expect(trained.stdout).toMatch(/1,200 steps, \d+ episodes/);
    expect(trained.stdout).toContain(`mario enjoy --file models/deepq/${models()[0]}`);
  });

  it("leaves one model named after its evaluation, one after training's mean reward", () => {
    expect(models()).toEqual([
      expect.stringMatching(/^mario_eval_\d+\.\d_\d+\.\d\.safetensors$/),
      expect.stringMatching(/^mario_reward_-?\d+\.\d\.safetensors$/),
    ]);
    const { metadata } = loadModel(join(folder, "models", "deepq", models()[0]));
    expect(metadata.evaluation).toMatchObject({ episodes: 3 });
    expect(metadata.command).toBe(
      "mario train --timesteps 1200 --seed 5 --exploration-fraction 0.5 --learning-starts 1100 --threads 2",
    );
  });

  it("logs in the tutorial's folder layout, every metric", () => {
    const settings = join(folder, "tensorboard", "deepq");
    expect(readdirSync(settings)).toEqual(["1200_0.5_priofalse_dueltrue_lr0.00025"]);
    const parent = join(settings, readdirSync(settings)[0]);
    const run = readRun(join(parent, readdirSync(parent)[0]));
    // Too short for train/loss (100 updates) and practice/distance (a restart).
    // Written every two seconds, so perhaps never.
    const timed = ["replay/size", "speed/steps_per_second", "speed/updates_per_second"];
    expect([...run.scalars.keys()].filter((tag) => !timed.includes(tag)).sort()).toEqual([
      ...["episode/completed_100", "episode/distance", "episode/length_steps"],
      ...["episode/mean_distance_100", "episode/mean_reward_100", "episode/reward"],
      ...["eval/completion_high", "eval/completion_low", "eval/completion_rate"],
      ...["eval/mean_distance", "eval/mean_reward"],
      ...["eval_average/completion_rate", "eval_average/mean_distance"],
      "train/epsilon",
    ]);
    expect(run.scalars.get("train/epsilon")?.at(-1)?.value).toBeLessThan(0.5);
  });

  it("writes JSON lines where there is no terminal", () => {
    const lines = trained.stdout.split("\n").filter((line) => line.startsWith("{"));
    expect(lines.length).toBeGreaterThanOrEqual(2);
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty("msg");
  });

  it("gives the same model for the same seed, bit for bit, however many threads play", () => {
    const again = mkdtempSync(join(tmpdir(), "mario-again-"));
    const other = ["--exploration_fraction=0.5", "--actors=2", "--pipeline=turns"];
    const options = { cwd: again, timeout: 280_000 };
    expect(mario(["train", ...SHORT, ...other], options).status).toBe(0);
    const weightsIn = (root: string) => {
      const path = join(root, "models", "deepq");
      return readdirSync(path)
        .sort()
        .map((name) => {
          const bytes = readFileSync(join(path, name));
          return [name, bytes.subarray(8 + Number(bytes.readBigUInt64LE(0))).toString("base64")];
        });
    };
    expect(weightsIn(again)).toHaveLength(2);
    expect(weightsIn(again).flat().join() === weightsIn(folder).flat().join()).toBe(true);
    rmSync(again, { recursive: true, force: true });
  }, 300_000);

  it("stopped by Ctrl-C, leaves a usable model and exit code 0", async () => {
    const run = start(["--log", "stdout"], mkdtempSync(join(folder, "stopped-")));
    let output = "";
    for await (const chunk of run.stdout as AsyncIterable<Buffer>) {
      const before = output;
      output += chunk.toString();
      if (!before.includes('"msg"') && output.includes('"msg"')) {
        setTimeout(() => run.kill("SIGINT"), 2000);
      }
    }
    if (run.exitCode === null) await once(run, "exit");
    expect(run.exitCode).toBe(0);
    const file = /best model: (\S+)/.exec(output)?.[1];
    const [stopped] = readdirSync(folder).filter((name) => name.startsWith("stopped-"));
    const result = mario(
      [
        "eval",
        "--file",
        join(folder, stopped, file ?? ""),
        "--episodes=1",
        "--json",
        ...BACKEND_HERE,
      ],
      { timeout: 300_000 },
    );
    expect(result).toMatchObject({ status: 0, stderr: "" });
  }, 400_000);
});

describe("mario train --resume", () => {
  it("goes on with a run that was killed, in the same log, with the same best model", async () => {
    const cwd = mkdtempSync(join(folder, "killed-"));
    const args = [
      "--timesteps=2500",
      "--learning-starts=2400",
      "--resume-period=400",
      "--eval-episodes=0",
    ];
    const run = start(args, cwd);
    let output = "";
    for await (const chunk of run.stdout as AsyncIterable<Buffer>) {
      output += chunk.toString();
      // The second one: the first comes after a tenth of the period.
      if (/resume point at step \d{3}/.test(output)) run.kill("SIGKILL");
    }
    expect(output).not.toContain("best model:");
    const logs = /logs: ([^"]+)/.exec(output)![1];
    // What is not given is as before: no evaluations.
    const resumed = mario(["train", "--resume", logs], { cwd, timeout: 300_000 });
    expect(resumed).toMatchObject({ status: 0, stderr: "" });
    const [, from] = /resuming at step (\d+)/.exec(resumed.stdout)!;
    // It may have saved another one, and been killed before it could say so.
    const saved = [...output.matchAll(/resume point at step (\d+)/g)].map(([, at]) => Number(at));
    expect(saved[1]).toBe(512);
    expect(Number(from)).toBeGreaterThanOrEqual(saved.at(-1)!);
    expect(Number(from)).toBeLessThan(2500);
    expect(resumed.stdout).toMatch(/2,500 steps, \d+ episodes/);
    expect(resumed.stdout).not.toContain('"msg":"evaluation');
    expect(readdirSync(join(cwd, "models", "deepq"))).toHaveLength(1);
    const { scalars } = readRun(join(cwd, logs));
    const steps = scalars.get("episode/reward")!.map(({ step }) => step);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    const again = mario(["train", "--resume", logs], { cwd });
    expect(again.status).toBe(2);
    expect(again.stderr).toMatch(/no resume point in .*A run that reached its end has none/);
  }, 300_000);
});

describe("the model that was trained", () => {
  const model = () => join(folder, "models", "deepq", models()[0]);

  it("is measured by mario eval: one JSON document and nothing else", () => {
    const { status, stdout, stderr } = mario(
      ["eval", "--file", model(), "--episodes=2", "--epsilon=0.5", "--json", ...BACKEND_HERE],
      { timeout: 300_000 },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const result = JSON.parse(stdout) as Record<string, number>;
    expect(result).toMatchObject({ episodes: 2 });
    for (const key of ["meanReward", "meanDistance", "maxDistance", "completionRate", "steps"]) {
      expect(result[key]).toBeTypeOf("number");
    }
    expect(result["meanDistance"]).toBeGreaterThanOrEqual(40);
    expect(result["maxDistance"]).toBeGreaterThanOrEqual(result["meanDistance"]);
    expect(result["stepsPerSecond"]).toBeGreaterThan(0);
    expect(result).toMatchObject({ stage: "1-1", seed: 1, noops: 30, epsilon: 0.5, sticky: 0 });
    const { perEpisode } = JSON.parse(stdout) as { perEpisode: Record<string, number>[] };
    expect(perEpisode.length).toBe(2);
    const steps = perEpisode.reduce((sum, episode) => sum + episode["steps"], 0);
    expect(steps).toBe(result["steps"]);
  }, 300_000);

  it("is measured from every start by mario eval --every-start", () => {
    const every = ["eval", "--file", model(), "--noops", "2", "--every-start"];
    const asDocument = mario([...every, "--json"], { timeout: 300_000 });
    const result = JSON.parse(asDocument.stdout) as { perEpisode: { seed: number }[] };
    expect(result).toMatchObject({ episodes: 3, everyStart: true });
    const idle = result.perEpisode.map(({ seed }) => idleFramesOf(seed, 2));
    expect(idle).toEqual([0, 1, 2]);
    const forPeople = mario(every, { timeout: 300_000 });
    expect(forPeople.stdout).toContain("each of 0 to 2 no-op frames");
    // Nothing was drawn: there is nothing to be unsure of.
    expect(forPeople.stdout).toContain("all possible starts");
    expect(forPeople.stdout).not.toContain("interval");
    const drawn = mario([...every, "--sticky", "0.25"], { timeout: 300_000 });
    expect(drawn.stdout).toContain("interval");
    expect(mario([...every, "--episodes", "3"])).toMatchObject({ status: 2 });
  }, 300_000);

  it("is filmed by mario enjoy", async () => {
    const film = join(folder, "film.webp");
    const { status, stderr } = mario(
      ["enjoy", "--file", model(), "--record", film, "--epsilon", "0.7", "--seed", "3"],
      { timeout: 300_000 },
    );
    expect(status).toBe(0);
    const { pages, width, pageHeight, delay } = await sharp(film, { animated: true }).metadata();
    expect({ width, pageHeight }).toEqual({ width: 256, pageHeight: 240 });
    expect(pages).toBeGreaterThan(10);
    // 30 pictures a second; like pictures in a row are one that stays longer.
    const pictures = Number(/"pictures":(\d+)/.exec(stderr)?.[1]);
    const milliseconds = (delay ?? []).reduce((sum, ms) => sum + ms, 0);
    expect(Math.abs(milliseconds - (pictures * 2000) / 60.0988)).toBeLessThan(2);
  }, 300_000);

  it("is refused when it was altered or cut", () => {
    const bytes = readFileSync(model());
    const damaged = join(folder, "damaged.safetensors");
    bytes[bytes.length - 1000] ^= 1;
    writeFileSync(damaged, bytes);
    const altered = mario(["eval", "--file", damaged]);
    expect(altered.status).toBe(2);
    expect(altered.stderr).toMatch(/damaged\.safetensors: .*checksum/);
    writeFileSync(damaged, bytes.subarray(0, bytes.length / 2));
    const cut = mario(["enjoy", "--file", damaged]);
    expect(cut.status).toBe(2);
    expect(cut.stderr.trim().split("\n")).toHaveLength(1);
  });
});

describe("mario random", () => {
  it("prints one JSON document, the same for the same seed", () => {
    const play = () => {
      const result = mario(["random", "--episodes", "1", "--seed", "9", "--json"], {
        timeout: 300_000,
      });
      expect(result).toMatchObject({ status: 0, stderr: "" });
      const { stepsPerSecond, ...rest } = JSON.parse(result.stdout) as Record<string, number>;
      expect(stepsPerSecond).toBeGreaterThan(0);
      return rest;
    };
    const first = play();
    expect(first).toMatchObject({ episodes: 1, completionRate: 0 });
    expect(play()).toEqual(first);
  }, 300_000);
});

describe("mario bench train-step", () => {
  it("prints backend, threads, batch and the spread of the times", () => {
    const { status, stdout } = mario(
      ["bench", "train-step", "--batch", "4", "--updates", "3", "--json"],
      { timeout: 300_000 },
    );
    expect(status).toBe(0);
    const { backend, threads, batch, msPerUpdate } = JSON.parse(stdout) as {
      backend: string;
      threads: number;
      batch: number;
      msPerUpdate: { min: number; median: number; max: number };
    };
    expect(["onednn", "wasm", "webgpu", "tensorflow"]).toContain(backend);
    expect({ threads: threads >= 1, batch }).toEqual({ threads: true, batch: 4 });
    expect(msPerUpdate.min).toBeLessThanOrEqual(msPerUpdate.median);
    expect(msPerUpdate.median).toBeLessThanOrEqual(msPerUpdate.max);
    expect(msPerUpdate.min).toBeGreaterThan(0);
  }, 300_000);
});

describe("mario doctor", () => {
  it("says what works, why the rest does not, and what to do", () => {
    const { status, stdout } = mario(["doctor", "--json"], { timeout: 300_000 });
    expect(status).toBe(0);
    const report = JSON.parse(stdout) as {
      chosen: string;
      graphics: { adapters: string[] };
      backends: { name: string; available: boolean; detail: string; remedy?: string }[];
    };
    expect(report.backends.map(({ name }) => name)).toEqual([
      ...["tensorflow", "webgpu", "onednn", "wasm"],
    ]);
    expect(report.graphics.adapters).toBeInstanceOf(Array);
    const wasm = report.backends.find(({ name }) => name === "wasm");
    expect(wasm).toMatchObject({ available: true });
    expect(report.backends.find(({ name }) => name === report.chosen)?.available).toBe(true);
    for (const { available, detail, remedy } of report.backends) {
      expect(detail).not.toBe("");
      if (!available) expect(remedy).toBeTruthy();
    }
  }, 300_000);
});
