import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { BestModel } from "../trainer/checkpoint/best-model.js";
import { epsilonOf, replayPlanOf, windowPlanOf } from "../trainer/run-plan.js";
import { trainLoop } from "../trainer/train-loop.js";
import { TrainSession } from "../trainer/train-session.js";
import { TrainingThreads } from "../trainer/workers/training-threads.js";
import { openEnvironment } from "./environment.js";
import { watchForInterrupt } from "./interrupt.js";
import { requireMemory } from "./memory.js";
import { describeModel } from "./model-description.js";
import { readRomFile } from "./rom-file.js";
import { createTrainReport, farewell } from "./train-report.js";
import { settingsFrom } from "./train-settings.js";
import { openSink } from "./train-sink.js";
import type { TrainOptions } from "./train.js";
import { requireWritable } from "./writable.js";

/** `mario train`: starts the threads, runs the loop, leaves the best model. */
export async function runTrain(options: TrainOptions): Promise<void> {
  const started = performance.now();
  // Whatever the user can have got wrong comes first, before anything is written or waited for.
  const settings = settingsFrom(options);
  const rom = readRomFile(options.rom);
  const modelDirectory = join(options.modelDir, "deepq");
  requireWritable(modelDirectory);
  const memory = requireMemory(replayPlanOf(settings));

  const { environments } = settings.actors;
  const threads = new TrainingThreads(environments, {
    ...options,
    actors: options.actors ?? availableParallelism(),
  });
  try {
    // While they load their libraries.
    const environment = openEnvironment(rom, settings.environment);
    const backend = await threads.setUp(settings, rom.bytes, environment.startState);

    const best = new BestModel({ directory: modelDirectory, runId: randomUUID() });
    const { sink, directory } = openSink(options, settings);
    const report = await createTrainReport(settings, options.log === "tensorboard");
    report.note(
      `${settings.preset} on ${rom.name} ${settings.environment.stage} (SHA-1 ${environment.emulator.rom.sha1.slice(0, 8)}), seed ${settings.seed}, ${backend.description}`,
    );
    report.note(memory);
    if (directory) report.note(`logs: ${directory}`);

    const interrupt = watchForInterrupt(() => {
      report.note("stopping; once more stops at once");
    });
    const session = new TrainSession({
      sink,
      best,
      modelAfter: ({ index, last }) =>
        describeModel({
          weights: threads.weightsAfter(index),
          settings,
          rom: environment.emulator.rom,
          romName: rom.name,
          backend: backend.name,
          step: last,
        }),
      epsilonAt: epsilonOf(settings),
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
      const schedule = { ...windowPlanOf(settings), pipeline: options.pipeline };
      await trainLoop(threads, schedule, session);
      session.finish();
    } finally {
      interrupt.dispose();
      report.close();
      sink.close();
    }
    const seconds = (performance.now() - started) / 1000;
    process.stdout.write(`${farewell(session.progress(), best.current, seconds)}\n`);
  } finally {
    await threads.dispose();
  }
}
