/**
 * Measures mario beside what one would use instead, in the same run, in turns.
 *
 *   npm run build && node bench/peers/run.mjs [--venvs FOLDER] [--docs]
 *
 * About seven minutes on two cores, after an installation of a few minutes (PyTorch's package for
 * Linux takes 5 GB with its CUDA libraries; bench/peers/README.md says how to avoid that). Leave
 * the machine alone meanwhile. Options:
 *
 *   --venvs FOLDER   where the peers are or get installed; default mario-peers in the temporary folder
 *   --python NAME    Python to make them with; default python3
 *   --pip "ARGS"     more arguments for pip install, e.g. an index of CPU builds
 *   --only TEXT      groups whose name contains it
 *   --rounds N       rounds that count, default 7
 *   --scale F        all times by this factor, default 1
 *   --json FILE      where the figures go; default peers.json in the folder of --venvs
 *   --docs           puts the table into docs/performance.md; otherwise it is printed
 *
 * MARIO_ROM names another cartridge than ours.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { install, pythonOf } from "./install.mjs";
import { groups } from "./plan.mjs";
import { conditions, markdown, writeBetweenMarks } from "./report.mjs";
import { Worker } from "./worker.mjs";

const here = import.meta.dirname;
const root = join(here, "..", "..");
const { values: options } = parseArgs({
  options: {
    venvs: { type: "string", default: join(os.tmpdir(), "mario-peers") },
    python: { type: "string", default: "python3" },
    pip: { type: "string", default: "" },
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "7" },
    scale: { type: "string", default: "1" },
    json: { type: "string" },
    docs: { type: "boolean", default: false },
  },
});
const defaultRounds = Number(options.rounds);
const scale = Number(options.scale);
if (!(defaultRounds >= 1 && scale > 0))
  throw new Error("--rounds and --scale are positive numbers.");
const venvs = resolve(options.venvs);
const rom = resolve(process.env.MARIO_ROM || join(root, "roms", "fenn.nes"));

mkdirSync(venvs, { recursive: true });
const failures = install(venvs, options.python, options.pip.split(" ").filter(Boolean));
const about = {};
const notMeasured = [];
const where = conditions(rom);
const measured = [];
for (const group of groups.filter(({ name }) => name.includes(options.only))) {
  measured.push(await measure(group));
}
where.loadAtEnd = Number(os.loadavg()[0].toFixed(1));
const result = {
  ...{ conditions: where, rounds: defaultRounds, about, notMeasured, groups: measured },
  versions: versions(),
};
const json = options.json ?? join(venvs, "peers.json");
writeFileSync(json, `${JSON.stringify(result, undefined, 2)}\n`);
if (options.docs) writeBetweenMarks(join(root, "docs", "performance.md"), markdown(result));
else console.log(markdown(result));
console.error(`figures: ${json}`);

/** One group, its contenders in turns. */
async function measure(group) {
  const { name, what, unit, seconds, threads, contenders, rounds = defaultRounds } = group;
  console.error(name);
  const workers = new Map();
  const lanes = contenders.map((contender) => ({ contender, times: [] }));
  for (const lane of lanes) {
    await attempt(lane, async () => {
      const key = JSON.stringify(lane.contender.worker);
      if (!workers.has(key)) workers.set(key, await startWorker(lane.contender.worker));
      lane.worker = workers.get(key);
    });
  }
  for (let round = -1; round < rounds; round++) {
    for (const lane of lanes.filter(({ reason }) => reason === undefined)) {
      await attempt(lane, async () => {
        const time = await lane.worker.run(lane.contender.work, seconds * scale);
        if (round >= 0) lane.times.push(time);
      });
    }
  }
  for (const worker of workers.values()) worker.stop();
  const clock = where.busy && threads === 1 ? "cpuMs" : "ms";
  const each = ({ times }) => times.map((time) => time[clock]);
  const [ours] = lanes;
  const comparable = ours.times.length === rounds && (!where.busy || threads === 1);
  const rows = lanes.filter(({ reason }) => reason === undefined);
  return {
    ...{ name, what, unit, threads, rounds, clock },
    contenders: rows.map((lane) => ({
      label: lane.contender.label,
      figure: figureOf(each(lane), unit),
      ...(comparable && lane !== ours && { oursIs: ratio(each(ours), each(lane)) }),
      times: lane.times,
    })),
  };
}

/** Leaves a contender out from where it failed, and says so. */
async function attempt(lane, action) {
  try {
    await action();
  } catch (error) {
    const { venv } = lane.contender.worker;
    const failure = failures.find((failure) => failure.venv === venv);
    lane.reason = failure
      ? `${failure.name} could not be installed: ${failure.reason}`
      : error.message;
    notMeasured.push({ label: lane.contender.label, reason: lane.reason });
    console.error(`  ${lane.contender.label}: ${lane.reason}`);
  }
}

async function startWorker({ venv, args }) {
  const withRom = args.map((argument) => (argument === "ROM" ? rom : argument));
  const command = venv === undefined ? process.execPath : pythonOf(venvs, venv);
  const worker = new Worker(command, withRom, { cwd: here });
  await worker.start();
  about[args.join(" ")] = worker.about;
  return worker;
}

function figureOf(times, unit) {
  const values = unit === "ms" ? times : times.map((ms) => 1000 / ms);
  const sorted = [...values].sort((a, b) => a - b);
  return { min: sorted[0], median: sorted[sorted.length >> 1], max: sorted.at(-1) };
}

/** Median over the rounds of theirs to ours in the same round. */
function ratio(ours, theirs) {
  return figureOf(
    ours.map((ms, i) => theirs[i] / ms),
    "ms",
  ).median;
}

/** Each version once, in words. */
function versions() {
  const seen = new Map();
  for (const worker of Object.values(about)) {
    for (const [name, value] of Object.entries(worker)) {
      if (/^[A-Z]|-|^python$/.test(name)) seen.set(name === "python" ? "Python" : name, value);
    }
    if (worker.backend) seen.set("mario's backend", worker.backend.replace(/, \d+ thread.*/, ""));
    if (worker.built) seen.set("PyTorch's", worker.built);
  }
  return [...seen].map(([name, value]) => `${name} ${value}`).join(", ");
}
