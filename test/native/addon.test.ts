import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";

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

describe.skipIf(!existsSync(new URL("mario_onednn.node", build)))("the addon", () => {
  it("computes what plain loops compute, at 1, 2 and 3 threads", async () => {
    const { exercise } = (await import(script.href)) as { exercise: () => void };
    exercise();
  });

  it("works in several worker threads at once, and after they have ended", async () => {
    expect(await Promise.all([inWorker(), inWorker()])).toEqual(["ok", "ok"]);
    expect(await inWorker()).toBe("ok");
  });
});
