import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModel } from "../../../src/trainer/checkpoint/model-file.js";
import { webgpuHere } from "../../nn/webgpu-device.js";
import { main, mario } from "../run-cli.js";

const here = await webgpuHere();
const isSoftware = typeof here !== "string" && here.isGpu === false;

/** Two updates, of two transitions each: a software device takes seconds for one. */
const SHORT = [
  ...["--backend=webgpu", "--timesteps=48", "--learning-starts=16", "--learn-period=16"],
  ...["--batch-size=2", "--num-envs=2", "--window-steps=16", "--hidden-units=16", "--prioritized"],
  ...["--actors=1", "--eval-episodes=1", "--log=stdout"],
];
/** In place of that: several updates in a window, the first of which throws all weights far off. */
const DIVERGING = ["--learn-period=4", "--lr=1"];

const LONG = ["--timesteps=480", "--batch-size=64"];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mario-webgpu-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(typeof here === "string")("mario train --backend webgpu", () => {
  it("trains in the learner's thread and ends by itself, with a model", () => {
    const { status, stdout } = mario(["train", ...SHORT], { cwd: folder, timeout: 280_000 });
    expect(status).toBe(0);
    expect(stdout).toContain("TensorFlow.js 4.22 on WebGPU");
    expect(stdout.includes("warning: this WebGPU device computes on the processor")).toBe(
      isSoftware,
    );
    const [, file] = /best model: (\S+)/.exec(stdout)!;
    const { weights } = loadModel(join(folder, file));
    const values = [...weights.values()].flatMap(({ data }) => [...data]);
    expect(values.every(Number.isFinite)).toBe(true);
  }, 300_000);

  it("ends with one line where learning fails while the next update is under way", () => {
    const args = ["train", ...SHORT, ...DIVERGING];
    const { status, stderr } = mario(args, { cwd: folder, timeout: 280_000 });
    expect(stderr).toMatch(/^mario: The (mean Q-value|loss|gradient's norm) became .+\n$/);
    expect(status).toBe(1);
  }, 300_000);

  it.runIf(isSoftware)(
    "ends by a second Ctrl-C, not by an abort, in the midst of an update",
    async () => {
      // An update of so many takes far more than a second here.
      const run = spawn(process.execPath, [main, "train", ...SHORT, ...LONG], {
        cwd: folder,
        env: { ...process.env, MARIO_ROM: "" },
        stdio: ["ignore", "pipe", "inherit"],
      });
      let output = "";
      for await (const chunk of run.stdout as AsyncIterable<Buffer>) {
        const before = output;
        output += chunk.toString();
        // Not at once: one Ctrl-C may come twice.
        if (!before.includes("again to stop") && output.includes("again to stop")) {
          setTimeout(() => run.kill("SIGINT"), 1000);
        }
        if (before.includes("no resume points") || !output.includes("no resume points")) continue;
        setTimeout(() => run.kill("SIGINT"), 4000);
      }
      if (run.exitCode === null && run.signalCode === null) await once(run, "exit");
      expect(output).toContain("press Ctrl-C again");
      expect([run.exitCode, run.signalCode]).toEqual([null, "SIGINT"]);
    },
    300_000,
  );

  it.runIf(isSoftware)(
    "is never chosen by itself on a software device",
    () => {
      const { stdout } = mario(["doctor", "--json"], { timeout: 120_000 });
      const report = JSON.parse(stdout) as {
        chosen: string;
        graphics: { adapters: string[] };
        backends: { name: string; available: boolean }[];
      };
      expect(report.backends.find(({ name }) => name === "webgpu")?.available).toBe(true);
      expect(report.graphics.adapters.length).toBeGreaterThan(0);
      expect(["onednn", "wasm"]).toContain(report.chosen);
    },
    120_000,
  );
});

it("is refused, in one line, where it cannot play", () => {
  const { status, stderr } = mario(["bench", "act", "--backend=webgpu"]);
  expect(stderr).toBe(
    "mario: The webgpu backend learns only; it does not play. Leave out --backend, or choose onednn or wasm.\n",
  );
  expect(status).toBe(2);
});
