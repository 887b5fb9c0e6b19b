import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { MarioError } from "../core/errors.js";
import { combine } from "../logging/scalar-sink.js";
import { BestEvaluated } from "../trainer/checkpoint/best-evaluated.js";
import { BestModel, type CandidateModel } from "../trainer/checkpoint/best-model.js";
import {
  readResumePoint,
  resumeDirectory,
  restoreFrames,
  ResumeWriter,
  type ResumePoint,
} from "../trainer/checkpoint/resume-point.js";
import { PeriodicEvaluation } from "../trainer/periodic-evaluation.js";
import { epsilonOf, replayPlanOf, windowPlanOf } from "../trainer/run-plan.js";
import { type LoopState, trainLoop } from "../trainer/train-loop.js";
import { TrainSession } from "../trainer/train-session.js";
import type { Window } from "../trainer/window.js";
import { TrainingThreads } from "../trainer/workers/training-threads.js";
import { openEnvironment } from "./environment.js";
import { watchForInterrupt } from "./interrupt.js";
import { LearnerSummaries } from "./learner-summaries.js";
import { requireMemory } from "./memory.js";
import { openBestFilms } from "./train-films.js";
import { describeModel } from "./model-description.js";
import { readRomFile } from "./rom-file.js";
import { createTrainReport, farewell, type TrainReport } from "./train-report.js";
import { ResumeKeeper } from "./train-resume.js";
import { settingsFrom } from "./train-settings.js";
import { openSink } from "./train-sink.js";
import { TrainWatch } from "./train-watch.js";
import type { TrainOptions } from "./train.js";
import { requireWritable } from "./writable.js";

const BEGINNING: LoopState = { step: 0, index: 0, incoming: [] };

/** `mario train`: starts the threads, runs the loop, leaves the best model. */
export async function runTrain(options: TrainOptions): Promise<void> {
  const started = performance.now();
  // Whatever the user can have got wrong comes first, before anything is written or waited for.
  const point = options.resume === undefined ? undefined : readResumePoint(options.resume);
  const settings = point?.settings ?? settingsFrom(options);
  const rom = readRomFile(options.rom);
  const modelDirectory = join(options.modelDir, "deepq");
  requireWritable(modelDirectory);
  const memory = requireMemory(replayPlanOf(settings));

  const watch = options.watch
    ? await TrainWatch.open({ settings, logDirectory: options.logDir, page: options })
    : undefined;

  const threads = new TrainingThreads(settings.actors.environments, {
    ...options,
    actors: options.actors ?? availableParallelism(),
  });
  try {
    // While they load their libraries.
    const { startState, emulator } = openEnvironment(rom, settings.environment);
    if (point) requireSameRom(point, emulator.rom.sha1);
    const backend = await threads.setUp(settings, rom.bytes, startState);
    const runId = point?.runId ?? randomUUID();
    const best = new BestModel({ directory: modelDirectory, runId });
    const { sink, summaries, directory } = openSink(options, settings, point?.loop.step);
    const report = await createTrainReport(settings, options.log === "tensorboard");
    report.note(
      `${settings.preset} on ${rom.name} ${settings.environment.stage} (SHA-1 ${emulator.rom.sha1.slice(0, 8)}), seed ${settings.seed}, ${backend.description}`,
    );
    report.note(memory);
    if (directory) report.note(`logs: ${directory}`);

    watch?.begin({ stores: threads.stores, directory, isResumed: point !== undefined });

    const interrupt = watchForInterrupt(() => {
      report.note("stopping; once more stops at once");
    });
    const modelAfter = ({ index, last }: Window): CandidateModel =>
      describeModel({
        weights: threads.weightsAfter(index),
        settings,
        rom: emulator.rom,
        romName: rom.name,
        backend: backend.name,
        step: last,
      });
    const session = new TrainSession({
      sink: watch ? combine(sink, watch.sink) : sink,
      best,
      modelAfter,
      epsilonAt: epsilonOf(settings),
      now: () => performance.now(),
      shouldStop: () => interrupt.requested(),
      onProgress: (progress) => {
        report.progress(progress);
      },
      onBest: (entry, progress) => {
        report.best(entry, progress);
        films?.offer({
          model: modelAfter(session.lastWindow),
          modelPath: entry.path,
          step: progress.step,
        });
      },
    });
    const bestEvaluated = new BestEvaluated({ directory: modelDirectory, runId });
    const evaluation =
      options.evalEpisodes === 0
        ? undefined
        : new PeriodicEvaluation({
            periodSteps: options.evalPeriod,
            episodes: options.evalEpisodes,
            timesteps: settings.timesteps,
            seed: settings.seed,
            evaluate: (window, seeds) => threads.evaluate(window, seeds),
            sink,
            best: bestEvaluated,
            modelAfter,
            training: () => session.window,
            onEvaluation: (step, result, kept) => {
              report.evaluation(step, result, kept);
            },
          });
    const films = options.recordBest
      ? await openBestFilms(rom, settings.environment, options, summaries, report)
      : undefined;
    const looks =
      summaries && new LearnerSummaries({ sink: summaries, look: () => threads.look() });
    const arithmetic = { backend: backend.name, threads: backend.threads };
    if (point && options.resume !== undefined) {
      await goOn(point, options.resume, { threads, session, report, arithmetic });
    }
    const from = point?.loop ?? BEGINNING;
    const keeper =
      directory === undefined
        ? undefined
        : new ResumeKeeper(
            {
              writer: new ResumeWriter(resumeDirectory(directory), point?.chunks),
              periodSteps: options.resumePeriod,
              timesteps: settings.timesteps,
              stateAt: async (loop) => ({
                settings,
                rom: { name: rom.name, sha1: emulator.rom.sha1 },
                runId,
                arithmetic,
                loop,
                session: session.getState(),
                threads: await threads.getState(),
              }),
              stores: threads.stores,
              note: (message) => {
                report.note(message);
              },
            },
            from,
          );
    let steps: number;
    try {
      const schedule = { ...windowPlanOf(settings), pipeline: options.pipeline };
      const observer = {
        onWindow: async (...[window, played, learned]: Parameters<TrainSession["onWindow"]>) => {
          session.onWindow(window, played, learned);
          watch?.onWindow(window, played);
          await evaluation?.onWindow(window);
          await looks?.onWindow(window);
          await keeper?.onWindow(window, played);
        },
        shouldStop: () => session.shouldStop(),
      };
      steps = await trainLoop(threads, schedule, observer, from);
      session.finish();
      await keeper?.finish();
      await films?.finish();
      await looks?.finish();
      summaries?.endSession("success");
    } catch (error) {
      summaries?.endSession("failure");
      throw error;
    } finally {
      interrupt.dispose();
      report.close();
      sink.close();
    }
    const seconds = (performance.now() - started) / 1000;
    process.stdout.write(
      `${farewell(session.progress(), best.current, bestEvaluated.current, seconds)}\n`,
    );
    if (directory && steps < settings.timesteps) {
      process.stdout.write(`go on:      npx mario train --resume ${directory}\n`);
    }
  } finally {
    await watch?.close();
    await threads.dispose();
  }
}

function requireSameRom({ rom }: ResumePoint, sha1: string): void {
  if (rom.sha1 === sha1) return;
  throw new MarioError(
    "ROM_INVALID",
    `The run played ${rom.name} (SHA-1 ${rom.sha1.slice(0, 8)}), not this cartridge (${sha1.slice(0, 8)}).`,
    { value: sha1, remedy: "Name the run's cartridge with --rom." },
  );
}

/** Sets every part to where the run stood. */
async function goOn(
  point: ResumePoint,
  runDirectory: string,
  parts: {
    readonly threads: TrainingThreads;
    readonly session: TrainSession;
    readonly report: TrainReport;
    readonly arithmetic: ResumePoint["arithmetic"];
  },
): Promise<void> {
  const { threads, session, report, arithmetic } = parts;
  restoreFrames(runDirectory, point, threads.stores);
  await threads.setState(point.threads, point.loop.index);
  session.setState(point.session);
  report.note(`going on from step ${point.loop.step}`);
  const before = point.arithmetic;
  if (before.backend !== arithmetic.backend || before.threads !== arithmetic.threads) {
    report.note(
      `the run began on ${before.backend} with ${before.threads} thread(s): its last bits will differ from one that was never stopped`,
    );
  }
}
