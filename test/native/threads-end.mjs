// Worker threads that compute with several OpenMP threads, and end. In a process of its own, since
// what may go wrong is a crash: Node closes the addon after its last thread.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { isMainThread, Worker } from "node:worker_threads";

const ROUNDS = 30;

if (isMainThread) {
  for (let round = 0; round < ROUNDS; round++) {
    const workers = [0, 1].map(() => new Worker(fileURLToPath(import.meta.url)));
    await Promise.all(
      workers.map((worker) => new Promise((resolve) => worker.once("message", resolve))),
    );
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  console.log("done");
} else {
  const { parentPort } = await import("node:worker_threads");
  const require = createRequire(import.meta.url);
  require("../../native/build/mario_environment.node");
  const addon = require("../../native/build/mario_onednn.node");
  addon.setThreads(2);
  const m = 256;
  const [a, b, c] = [0, 1, 2].map(() => new Float32Array(m * m).fill(1));
  addon.matrixProduct(Int32Array.of(m, m, m, 0, 0, 0), a, b, null, c, false);
  parentPort.postMessage(c[0]);
  // As a worker that waits for its next request.
  parentPort.ref();
  parentPort.on("message", () => undefined);
}
