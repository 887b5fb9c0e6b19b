/**
 * Where one update's time goes on the oneDNN backend: every native call, timed from JavaScript.
 *
 *   npm run build && node bench/train-step-kernels.mjs [threads] [batch] [updates]
 *
 * Per kernel and shape: milliseconds per update (median of one call × calls) and the fastest call.
 * The last line compares their sum, which no TypeScript of ours can beat, with the whole update.
 */
import { createDqnAgent } from "../dist/agent/dqn-agent.js";
import { loadAddon } from "../dist/nn/onednn/native.js";
import { selectBackend } from "../dist/nn/select-backend.js";

const [threads = 2, batch = 32, updates = 40] = process.argv.slice(2).map(Number);
const WARM_UP = 5;

const { addon } = loadAddon();
const calls = new Map();
for (const [name, kernel] of Object.entries(addon)) {
  addon[name] = (...args) => {
    const start = performance.now();
    const result = kernel(...args);
    const time = performance.now() - start;
    // Behind a convolution's 13 sizes: which weights these are, another number at each update.
    const sizes = args[0] instanceof Int32Array ? args[0].subarray(0, 13).join(",") : "";
    const key = `${name} ${sizes}`;
    if (!calls.has(key)) calls.set(key, []);
    calls.get(key).push(time);
    return result;
  };
}

const backend = await selectBackend("onednn", { threads });
const agent = createDqnAgent({ backend, actionCount: 14, seed: 1, learningRate: 1e-4 });
const noise = () => Uint8Array.from({ length: batch * 84 * 84 * 4 }, () => Math.random() * 256);
const transitions = {
  size: batch,
  sTm1: noise(),
  aTm1: new Int32Array(batch),
  rT: new Float32Array(batch).fill(1),
  discountT: new Float32Array(batch).fill(0.9),
  sT: noise(),
  weights: new Float32Array(batch).fill(1),
  indices: new Int32Array(batch),
};
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

for (let i = 0; i < WARM_UP; i++) agent.learn(transitions);
calls.clear();
const cpuBefore = process.cpuUsage();
const times = Array.from({ length: updates }, () => {
  const start = performance.now();
  agent.learn(transitions);
  return performance.now() - start;
});
const cpu = process.cpuUsage(cpuBefore);

let sum = 0;
let fastest = 0;
const rows = [...calls].map(([name, each]) => {
  const perUpdate = (median(each) * each.length) / updates;
  sum += perUpdate;
  fastest += (each[0] * each.length) / updates;
  return { name, perUpdate, least: each[0] };
});
rows.sort((a, b) => b.perUpdate - a.perUpdate);
console.log(backend.description);
console.log("ms/update  fastest call  kernel");
for (const { name, perUpdate, least } of rows.filter((row) => row.perUpdate >= 0.02)) {
  console.log(`${perUpdate.toFixed(3).padStart(9)}  ${least.toFixed(3).padStart(12)}  ${name}`);
}
const cpuMs = (cpu.user + cpu.system) / 1000 / updates;
console.log(
  `kernels ${sum.toFixed(1)} (fastest ${fastest.toFixed(1)}), update ${median(times).toFixed(1)} ` +
    `(fastest ${times[0].toFixed(1)}), CPU time ${cpuMs.toFixed(1)} ms`,
);
