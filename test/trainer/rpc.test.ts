import { expect, it } from "vitest";
import { RemoteWorker } from "../../src/trainer/workers/rpc.js";

it("refuses calls of a thread that has ended, in place of waiting for it", async () => {
  const worker = new RemoteWorker(new URL("data:text/javascript,process.exit(3)"), "brief");
  const ended = "The brief thread ended with code 3.";
  await expect(worker.call("learn", undefined)).rejects.toThrow(ended);
  await expect(worker.call("settle", undefined)).rejects.toThrow(ended);
});

it("says why a thread failed, also when nobody waited for it then", async () => {
  const fails = new URL(
    `data:text/javascript,${encodeURIComponent("throw new Error('no memory');")}`,
  );
  const worker = new RemoteWorker(fails, "idle");
  const reason = "The idle thread failed: no memory";
  await expect(worker.call("play", undefined)).rejects.toThrow(reason);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await expect(worker.call("play", undefined)).rejects.toThrow(reason);
});

it("answers one request after the other, and carries an error's code and remedy across", async () => {
  const compiled = (path: string) => new URL(`../../dist/${path}`, import.meta.url).href;
  const source = `
    import { parentPort } from "node:worker_threads";
    import { setTimeout } from "node:timers/promises";
    import { serve } from "${compiled("trainer/workers/rpc.js")}";
    import { MarioError } from "${compiled("core/errors.js")}";
    const done = [];
    serve(parentPort, {
      wait: async (ms) => { await setTimeout(ms); done.push(ms); return [...done]; },
      refuse: () => { throw new MarioError("DISK_FULL", "no room", { remedy: "make some" }); },
    });`;
  const worker = new RemoteWorker(
    new URL(`data:text/javascript,${encodeURIComponent(source)}`),
    "test",
  );
  const first = worker.call("wait", 60);
  const refused = worker.call("refuse", undefined);
  const last = worker.call("wait", 1);
  await expect(refused).rejects.toMatchObject({
    code: "DISK_FULL",
    message: "no room",
    remedy: "make some",
  });
  expect(await last).toEqual([60, 1]);
  expect(await first).toEqual([60]);
  await worker.terminate();
});
