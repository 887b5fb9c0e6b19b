import { expect, it } from "vitest";
import { RemoteWorker } from "../../src/trainer/workers/rpc.js";

it("refuses calls of a thread that has ended, in place of waiting for it", async () => {
  const worker = new RemoteWorker(new URL("data:text/javascript,process.exit(3)"), "brief");
  const ended = "The brief thread ended with code 3.";
  await expect(worker.call("learn", undefined)).rejects.toThrow(ended);
  await expect(worker.call("settle", undefined)).rejects.toThrow(ended);
});
