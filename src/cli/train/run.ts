import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { defaultPreset } from "../../config/presets.js";
import type { TrainSettings } from "../../config/schema.js";
import { MarioError } from "../../core/errors.js";
import {
  readResumePoint,
  resumeDirectory,
  restoreFrames,
  type ResumePoint,
} from "../../trainer/checkpoint/resume-point.js";
import { RunLock } from "../../trainer/checkpoint/run-lock.js";
import { replayPlanOf, updatesOf, windowPlanOf } from "../../trainer/run-plan.js";
import { type LoopState, trainLoop } from "../../trainer/train-loop.js";
import { TrainingThreads } from "../../trainer/workers/training-threads.js";
import { defaultActorThreads } from "../process/actor-threads.js";
import { openEnvironment } from "../environment.js";
import { refuseIdleMachineOptions } from "./ineffective-options.js";
import { watchForInterrupt } from "../process/interrupt.js";
import { requireMemory } from "../process/memory.js";
import { readRomFile } from "../rom-file.js";
import { resumedOptions } from "./resume-options.js";
import type { TrainContext } from "./context.js";
import { TrainObservers } from "./observers.js";
import { createTrainReport, farewell, wayOn } from "./report.js";
import { settingsFrom, settingsOn } from "./settings.js";
import { openSink } from "./sink.js";
import { TrainWatch } from "./watch.js";
import type { TrainCommand, TrainOptions } from "./command.js";
import { WriteFailures } from "./write-failures.js";
import { requireWritable } from "../writable.js";

const BEGINNING: LoopState = { step: 0, index: 0, incoming: [] };

/** `mario train`: starts the threads, runs the loop, leaves the best model. */
export async function runTrain(options: TrainOptions, command: TrainCommand): Promise<void> {
  // Models are its result: it has done well whether or not somebody read its output to the end.
  process.exitCode = 0;
  const lock = new RunLock();
  try {
    await runAlone(options, command, lock);
  } finally {
    lock.release();
  }
}

async function runAlone(asked: TrainOptions, command: TrainCommand, lock: RunLock): Promise<void> {
  const started = performance.now();
  // Whatever the user can have got wrong comes first, before anything is written or waited for.
  const point = asked.resume === undefined ? undefined : takeUp(asked.resume, lock);
  const options = point ? resumedOptions(asked, command.given, point.options) : asked;
  refuseIdleMachineOptions(options, command.given);
  const expected = point?.settings ?? settingsFrom(options);
  const rom = readRomFile(options.rom);
  const modelDirectory = join(options.modelDir, "deepq");
  requireWritable(modelDirectory);
  requireMemory(replayPlanOf(expected));

  const threads = new TrainingThreads(expected.actors.environments, {
    ...options,
    actors: options.actors ?? defaultActorThreads(),
  });
  let watch: TrainWatch | undefined;
  try {
    // While they load their libraries.
    const { startState, emulator } = openEnvironment(rom, expected.environment);
    if (point) requireSameRom(point, emulator.rom.sha1);
    const settings = point?.settings ?? settingsOn(await threads.backend, options, command.given);
    const memory = requireMemory(replayPlanOf(settings));
    watch = options.watch
      ? await TrainWatch.open({ settings, logDirectory: options.logDir, page: options })
      : undefined;
    const backend = await threads.setUp(settings, rom.bytes, startState);
    const report = await createTrainReport({
      totalSteps: settings.timesteps,
      startSteps: point?.loop.step ?? 0,
      silent: options.log === "tensorboard",
    });
    const failures = new WriteFailures((message) => {
      report.warn(message);
    });
    const log = openSink(options, settings, failures.of("figures"), point && point.loop.step + 1);
    report.note(
      `${settings.preset} on ${rom.name} ${settings.environment.stage} (SHA-1 ${emulator.rom.sha1.slice(0, 8)}), seed ${settings.seed}, ${backend.description}`,
    );
    if (log.directory !== undefined) lock.take(log.directory);
    if (backend.note !== undefined) report.note(backend.note);
    report.note(memory);
    if (updatesOf(settings) === 0) report.warn(nothingLearned(settings));
    report.note(
      log.directory === undefined
        ? "--log stdout: no resume points, so a run that is stopped cannot go on"
        : `logs: ${log.directory}`,
    );
    watch?.begin({ ...log, stores: threads.stores, isResumed: point !== undefined });
    const interrupt = watchForInterrupt(() => {
      report.note("stopping; once more stops at once");
    });
    let lastWords: string;
    try {
      const runId = point?.runId ?? randomUUID();
      const { precision } = options;
      const arithmetic = { backend: backend.name, threads: backend.threads, precision };
      const shouldStop = (): boolean => interrupt.requested();
      lastWords = await learn(
        {
          ...{ options, settings, rom, emulator, modelDirectory, threads, backend, arithmetic },
          ...{
            command: point?.command ?? commandOf(command, settings),
            runId,
            point,
            report,
            failures,
            watch,
            shouldStop,
            ...log,
          },
        },
        started,
      );
    } finally {
      report.close();
      log.sink.close();
      interrupt.dispose();
    }
    // Only now is it known of the figures, too.
    const missing = failures.summary;
    if (missing !== undefined) {
      report.warn(missing);
      process.exitCode = 2;
    }
    process.stdout.write(lastWords);
  } finally {
    await watch?.close();
    await threads.dispose();
  }
}

/** The run itself. @returns what to say when it is over */
async function learn(context: TrainContext, started: number): Promise<string> {
  const { directory, options, point, settings, summaries, threads } = context;
  const from = point?.loop ?? BEGINNING;
  const observers = await TrainObservers.open(context, from);
  if (point) await goOn(point, context, observers);
  try {
    await trainLoop(threads, scheduleOf(settings, options), observers, from);
    await observers.finish();
    summaries?.endSession("success");
  } catch (error) {
    summaries?.endSession("failure");
    throw error;
  }
  const { best, progress } = observers;
  const seconds = (performance.now() - started) / 1000;
  const lines = [farewell(progress, best.byReward, best.evaluated, seconds)];
  if (directory && (progress.step < settings.timesteps || observers.isUnfinished)) {
    lines.push(wayOn(directory, progress.step, observers.savedAt));
  }
  return `${lines.join("\n")}\n`;
}

function scheduleOf(settings: TrainSettings, { pipeline }: TrainOptions) {
  return { ...windowPlanOf(settings), pipeline };
}

function nothingLearned({ replay, timesteps }: TrainSettings): string {
  return `nothing will be learned: ${timesteps} steps are over before the first update (--learning-starts ${replay.learningStarts}, --window-steps)`;
}

/** As it was given, and the preset that was not. */
function commandOf({ given, line }: TrainCommand, { preset }: TrainSettings): string {
  return given.has("preset") || preset === defaultPreset ? line : `${line} --preset ${preset}`;
}

/** Reads where a run stood, once no other process can change it. */
function takeUp(directory: string, lock: RunLock): ResumePoint {
  if (existsSync(resumeDirectory(directory))) lock.take(directory);
  return readResumePoint(directory);
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
  { arithmetic, options, report, threads }: TrainContext,
  observers: TrainObservers,
): Promise<void> {
  restoreFrames(options.resume!, point, threads.stores);
  await threads.setState(point.threads, point.loop.index);
  report.note(`going on from step ${point.loop.step}`);
  const before = point.arithmetic;
  if (!isDeepStrictEqual(before, arithmetic)) {
    report.warn(
      `the run computed ${inWords(before)}, and goes on ${inWords(arithmetic)}: its last bits will differ from one that was never stopped`,
    );
  }
  await observers.resume(point);
}

function inWords({ backend, threads, precision }: ResumePoint["arithmetic"]): string {
  return `on ${backend} with ${threads} thread(s) in ${precision}`;
}
