import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { hasAddon } from "../nn/onednn-addon.js";

const build = new URL("../../native/build/", import.meta.url);
const script = new URL("./exercise-addon.mjs", import.meta.url);

function inWorker(): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData: { exerciseAddon: true } });
    let message: unknown;
    worker.on("message", (value) => {
      message = value;
    });
    worker.on("error", reject);
    worker.on("exit", (code) => {
      if (code === 0) resolve(message);
      else reject(new Error(`worker exited with ${code}`));
    });
  });
}

describe.skipIf(!hasAddon)("the addon", () => {
  it("computes what plain loops compute, at 1, 2 and 3 threads", async () => {
    const { exercise } = (await import(script.href)) as { exercise: () => void };
    exercise();
  });

  it("survives signals while it computes", () => {
    // Node's profiler interrupts the computing thread; oneDNN alone would corrupt the heap.
    const code = `
      const { createRequire } = require("node:module");
      const load = createRequire(process.argv[1]);
      load("./mario_environment.node");
      const addon = load("./mario_onednn.node");
      addon.setThreads(2);
      const [a, b, c] = [32 * 1000, 1000 * 256, 32 * 256].map((n) => new Float32Array(n).fill(0.5));
      for (let i = 0; i < 300; i++) {
        addon.matrixProduct(Int32Array.of(32, 1000, 256, 0, 0, 0), a, b, null, c, false);
        new Float32Array(500 + i);
      }
      if (c.some((value) => value !== 250)) throw new Error("wrong product");`;
    const folder = mkdtempSync(join(tmpdir(), "mario-signals-"));
    try {
      const profile = ["--cpu-prof", "--cpu-prof-interval=200", `--cpu-prof-dir=${folder}`];
      execFileSync(process.execPath, [...profile, "-e", code, fileURLToPath(build)]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("works in several worker threads at once, and after they have ended", async () => {
    expect(await Promise.all([inWorker(), inWorker()])).toEqual(["ok", "ok"]);
    expect(await inWorker()).toBe("ok");
  });

  it("outlives the last thread that used it, whose OpenMP helpers are still leaving", () => {
    const ends = fileURLToPath(new URL("./threads-end.mjs", import.meta.url));
    expect(execFileSync(process.execPath, [ends], { encoding: "utf8" })).toBe("done\n");
  });
});
