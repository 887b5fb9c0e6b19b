/**
 * Measures mario beside what one would use instead, in the same run, in turns.
 *
 *   npm run build && node bench/peers/run.mjs --docs docs/performance.md
 *
 * Seven to nine minutes on two idle cores, after an installation of a few minutes. Leave the
 * machine alone meanwhile. More in README.md. Options:
 *
 *   --venvs FOLDER   where the peers are or get installed; default mario-peers in the temporary folder
 *   --python NAME    Python to make them with; default python3
 *   --pip "ARGS"     more arguments for pip install, e.g. an index of CPU builds
 *   --only TEXT      groups whose name contains it
 *   --rounds N       rounds that count, default 5
 *   --scale F        all times by this factor, default 1
 *   --json FILE      where the figures go; default peers.json in the folder of --venvs
 *   --docs FILE      puts the table between the marks of that file; otherwise it is printed
 *   --anyway         measures as on an idle machine even where other work runs
 *
 * MARIO_ROM names another cartridge than ours.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import { install, pythonOf } from "./install.mjs";
import { readOptions } from "./options.mjs";
import { conditions, markdown, writeBetweenMarks } from "./report.mjs";
import { Worker } from "./worker.mjs";

const options = readOptionsOrExit();
// Before the installation, which itself keeps the machine busy.
const where = conditions(options.rom, options.anyway);
mkdirSync(options.venvs, { recursive: true });
const failures = install(options.venvs, options.python, options.pipArguments);
const about = {};
const notMeasured = [];
const measured = [];
for (const group of options.groups) {
  if (where.busy && group.threads > 1) {
    const reason = "the machine had other work, and threads that share a core mostly wait";
    notMeasured.push({ label: group.name, reason });
  } else {
    measured.push(await measure(group));
  }
}
where.loadAtEnd = Number(os.loadavg()[0].toFixed(1));
const result = {
  conditions: where,
  rounds: options.rounds,
  about,
  notMeasured,
  groups: measured,
  versions: versions(),
};
writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
if (options.docs) writeBetweenMarks(options.docs, markdown(result));
else console.log(markdown(result));
console.error(`figures: ${options.json}`);

function readOptionsOrExit() {
  try {
    return readOptions();
  } catch (error) {
    console.error(`bench/peers: ${error.message}`);
    process.exit(2);
  }
}

/** One group, its contenders in turns. */
async function measure(group) {
  const { name, what, unit, seconds, threads, contenders, rounds = options.rounds } = group;
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
        const time = await lane.worker.run(lane.contender.work, seconds * options.scale);
        if (round >= 0) lane.times.push(time);
      });
    }
  }
  await Promise.all([...workers.values()].map((worker) => worker.stop()));
  const clock = where.busy ? "cpuMs" : "ms";
  const each = ({ times }) => times.map((time) => time[clock]);
  const [ours] = lanes;
  const comparable = ours.reason === undefined;
  const rows = lanes.filter(({ reason }) => reason === undefined);
  return {
    name,
    what,
    unit,
    threads,
    rounds,
    clock,
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
  const withRom = args.map((argument) => (argument === "ROM" ? options.rom : argument));
  const command = venv === undefined ? process.execPath : pythonOf(options.venvs, venv);
  const worker = new Worker(command, withRom, { cwd: import.meta.dirname });
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
    if (worker.backend)
      seen.set("mario's backend", worker.backend.replace(/, (fp32|bf16)?,? ?\d+ thread.*/, ""));
    if (worker.built) seen.set("PyTorch's", worker.built);
  }
  return [...seen].map(([name, value]) => `${name} ${value}`).join(", ");
}
