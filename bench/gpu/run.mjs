// Measures a machine with a GPU, and prints the table for docs/performance.md:
//   npm run build && node bench/gpu/run.mjs [--backends webgpu,onednn] [--batches 32,512]
//     [--actors N] [--envs 8,32] [--seconds 20] [--python python3] [--json FILE]
// Without --backends: all that work here. PyTorch is measured where --python has it and sees a GPU.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const root = join(import.meta.dirname, "..", "..");
const main = join(root, "dist", "cli", "main.js");
const { values: options } = parseArgs({
  options: {
    backends: { type: "string" },
    batches: { type: "string", default: "32,512" },
    actors: { type: "string", default: String(os.availableParallelism()) },
    envs: { type: "string", default: "8,32" },
    seconds: { type: "string", default: "20" },
    python: { type: "string", default: "python3" },
    json: { type: "string" },
  },
});
const numbers = (text) => text.split(",").map(Number);

/** Runs a program that prints one JSON document; a failure is a document, too. */
function measure(command, args) {
  console.error(`… ${args.filter((arg) => arg !== main).join(" ")}`);
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return JSON.parse(stdout);
  const lines = (error?.message ?? stderr).trim().split("\n");
  return { failure: lines.at(-1) || `ended with ${status}` };
}
const mario = (...args) => measure(process.execPath, [main, ...args, "--json"]);

const doctor = mario("doctor");
if (doctor.failure) throw new Error(`Ours does not run (npm run build first): ${doctor.failure}`);
const available = doctor.backends.filter((backend) => backend.available);
const backends = options.backends?.split(",") ?? available.map(({ name }) => name);

const updates = numbers(options.batches).flatMap((batch) => [
  ...backends.map((backend) => ({
    who: backend,
    batch,
    ...mario(
      ...["bench", "train-step", "--backend", backend],
      ...["--batch", String(batch), "--seconds", options.seconds],
    ),
  })),
  {
    who: "PyTorch",
    batch,
    ...measure(options.python, [
      join(import.meta.dirname, "torch_update.py"),
      ...[String(batch), options.seconds],
    ]),
  },
]);

/** As `fast`, which looks at each decision 16 times: more environments, larger batches, fewer updates. */
const runs = numbers(options.envs).flatMap((envs) =>
  backends.map((backend) => {
    const batch = 4 * envs;
    const result = mario(
      ...["bench", "end-to-end", "--backend", backend, "--actors", options.actors],
      ...["--num-envs", String(envs), "--batch", String(batch)],
      ...["--learn-period", String(batch / 16), "--window-steps", String(8 * envs)],
      ...["--seconds", options.seconds],
    );
    return { who: backend, envs, batch, ...result };
  }),
);

const ms = (value) => (typeof value === "number" ? value.toFixed(2) : `not measured: ${value}`);
function updateRows({ who, batch, failure, msPerUpdate, dispatches, eager, compiled, torch }) {
  if (failure) return [`| ${who} | ${batch} | not measured: ${failure} | |`];
  if (who !== "PyTorch") {
    return [`| \`${who}\` | ${batch} | ${ms(msPerUpdate.median)} | ${dispatches ?? ""} |`];
  }
  return [
    `| PyTorch ${torch}, eager | ${batch} | ${ms(eager)} | |`,
    `| PyTorch ${torch}, compiled | ${batch} | ${ms(compiled)} | |`,
  ];
}
function runRow({ who, envs, batch, failure, stepsPerSecond, updatesPerSecond, ...rest }) {
  const head = `| \`${who}\` | ${envs} | ${batch} |`;
  if (failure) return `${head} not measured: ${failure} | | | |`;
  const { actorUtilisation, learnerUtilisation } = rest;
  return (
    `${head} ${stepsPerSecond.median.toFixed(0)} | ${updatesPerSecond.median.toFixed(1)} | ` +
    `${actorUtilisation.median.toFixed(2)} | ${learnerUtilisation.median.toFixed(2)} |`
  );
}

const cpu = os.cpus()[0]?.model ?? "unknown processor";
const conditions = [
  `${new Date().toISOString().slice(0, 10)}; ${os.availableParallelism()} cores of ${cpu}, ${process.platform} ${process.arch}, Node ${process.version}`,
  ...available
    .filter(({ name }) => backends.includes(name))
    .map(({ name, detail }) => `${name}: ${detail}`),
];
const table = [
  conditions.join("; "),
  "",
  "| who | batch | one update, median ms | dispatches |",
  "| --- | --- | --- | --- |",
  ...updates.flatMap(updateRows),
  "",
  `Training end to end, preset \`fast\`, ${options.actors} actor threads at most:`,
  "",
  "| backend | environments | batch | decisions/s | updates/s | actors busy | learner busy |",
  "| --- | --- | --- | --- | --- | --- | --- |",
  ...runs.map(runRow),
].join("\n");
console.log(table);
if (options.json) writeFileSync(options.json, JSON.stringify({ doctor, updates, runs }, null, 1));
