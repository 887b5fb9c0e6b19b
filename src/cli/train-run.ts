import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { selectBackend } from "../nn/select-backend.js";
import { BestModel } from "../trainer/checkpoint/best-model.js";
import { trainLoop } from "../trainer/train-loop.js";
import { TrainSession } from "../trainer/train-session.js";
import { openEnvironment } from "./environment.js";
import { watchForInterrupt } from "./interrupt.js";
import { describeModel } from "./model-description.js";
import { readRomFile } from "./rom-file.js";
import { buildParts } from "./train-parts.js";
import { createTrainReport, farewell } from "./train-report.js";
import { settingsFrom } from "./train-settings.js";
import { openSink } from "./train-sink.js";
import type { TrainOptions } from "./train.js";
import { requireWritable } from "./writable.js";

/** `mario train`: builds the parts, runs the loop, leaves the best model. */
export async function runTrain(options: TrainOptions): Promise<void> {
  const started = performance.now();
  // Whatever the user can have got wrong comes first, before anything is written or waited for.
  const settings = settingsFrom(options);
  const rom = readRomFile(options.rom);
  const environment = openEnvironment(rom, settings.environment);
  const modelDirectory = join(options.modelDir, "deepq");
  requireWritable(modelDirectory);
  const backend = await selectBackend(options.backend, options);

  const best = new BestModel({ directory: modelDirectory, runId: randomUUID() });
  const parts = buildParts(settings, environment, backend);
  const { sink, directory } = openSink(options, settings);
  const report = await createTrainReport(settings, options.log === "tensorboard");
  report.note(
    `${settings.preset} on ${rom.name} ${settings.environment.stage} (SHA-1 ${environment.emulator.rom.sha1.slice(0, 8)}), seed ${settings.seed}, ${backend.description}`,
  );
  if (directory) report.note(`logs: ${directory}`);

  const interrupt = watchForInterrupt(() => {
    report.note("stopping; once more stops at once");
  });
  const session = new TrainSession({
    sink,
    best,
    modelAt: (step) =>
      describeModel({
        agent: parts.agent,
        settings,
        rom: environment.emulator.rom,
        romName: rom.name,
        backend,
        step,
      }),
    epsilonAt: parts.epsilonAt,
    replaySize: () => parts.replay.size,
    now: () => performance.now(),
    shouldStop: () => interrupt.requested(),
    onProgress: (progress) => {
      report.progress(progress);
    },
    onBest: (entry, progress) => {
      report.best(entry, progress);
    },
  });
  try {
    await trainLoop(
      parts,
      { timesteps: settings.timesteps, ...settings.replay, ...settings.learning },
      session,
    );
    session.finish();
  } finally {
    interrupt.dispose();
    report.close();
    sink.close();
    parts.agent.dispose();
  }
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(`${farewell(session.progress(), best.current, seconds)}\n`);
}
