import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { defaultPreset } from "../../config/presets.js";
import type { TrainSettings } from "../../config/schema.js";
import type { ResumePoint } from "../../trainer/checkpoint/resume-point.js";
import { isPlainDqn } from "../../nn/architecture.js";
import { architectureOf } from "../../trainer/agent-options.js";
import { RunLock } from "../../trainer/checkpoint/run-lock.js";
import { replayPlanOf, updatesOf, windowPlanOf } from "../../trainer/run-plan.js";
import { type LoopState, trainLoop } from "../../trainer/train-loop.js";
import { TrainingThreads } from "../../trainer/workers/training-threads.js";
import { defaultActorThreads } from "../process/actor-threads.js";
import { openEnvironment } from "../environment.js";
import { refuseIdleMachineOptions } from "./ineffective-options.js";
import { watchForInterrupt } from "../process/interrupt.js";
import { requireMemory } from "../process/memory.js";
import { readRomFile, televisionNote, type RomFile } from "../rom-file.js";
import { resumedOptions } from "./resume-options.js";
import {
  lengthenedPoint,
  lockAndReadResumePoint,
  requireSameRom,
  restoreRun,
} from "./restore-run.js";
import type { TrainContext } from "./context.js";
import { TrainObservers } from "./observers.js";
import {
  createTrainReport,
  longerHint,
  failureHint,
  resumeHint,
  runSummary,
  type TrainReport,
} from "./report.js";
import { settingsFrom, settingsOn } from "./settings.js";
import { openSink, type RunSink } from "./sink.js";
import { TrainWatch } from "./watch.js";
import type { TrainCommand, TrainOptions } from "./command.js";
import { WriteFailures } from "./write-failures.js";
import { requireWritable } from "../writable.js";

const BEGINNING: LoopState = { step: 0, index: 0, incoming: [] };

/** `mario train`: starts the threads, runs the loop, leaves the best model. */
export async function runTrain(options: TrainOptions, command: TrainCommand): Promise<void> {
  // Models are its result: it has done well whether or not somebody read its output to the end.
  process.exitCode = 0;
  const started = performance.now();
  const lock = new RunLock();
  try {
    await runOnThreads(validated(options, command, lock), command, lock, started);
  } finally {
    lock.release();
  }
}

/** A run of which all is checked that the user can have got wrong. */
interface ValidRun {
  readonly options: TrainOptions;
  readonly point: ResumePoint | undefined;
  /** Of a run on this machine's CPU; on a GPU the preset may be another. */
  readonly expected: TrainSettings;
  readonly rom: RomFile;
  readonly modelDirectory: string;
}

/** Before anything is written or waited for. @throws MarioError about the first thing that is wrong */
function validated(asked: TrainOptions, { given }: TrainCommand, lock: RunLock): ValidRun {
  const point = asked.resume === undefined ? undefined : readPoint(asked, asked.resume, lock);
  const options = point ? resumedOptions(asked, given, point.options) : asked;
  refuseIdleMachineOptions(options, given);
  const expected = point?.settings ?? settingsFrom(options);
  const rom = readRomFile(options.rom);
  const modelDirectory = join(options.modelDir, "deepq");
  requireWritable(modelDirectory);
  requireMemory(replayPlanOf(expected));
  return { options, point, expected, rom, modelDirectory };
}

/** Where the run stood; with --timesteps it goes on for longer than it was to. */
function readPoint(asked: TrainOptions, directory: string, lock: RunLock): ResumePoint {
  const point = lockAndReadResumePoint(directory, lock);
  return asked.timesteps === undefined ? point : lengthenedPoint(point, asked.timesteps);
}

type Reporting = Pick<
  TrainContext,
  "sink" | "summaries" | "directory" | "report" | "failures" | "shouldStop"
>;
/** What there is of the context once the threads are set up. */
type ReadyRun = Omit<TrainContext, keyof Reporting | "arithmetic" | "runId">;

async function runOnThreads(
  { expected, ...run }: ValidRun,
  command: TrainCommand,
  lock: RunLock,
  started: number,
): Promise<void> {
  const { options, point, rom } = run;
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
    const backends = await threads.setUp(settings, rom.bytes, startState);
    const line = point?.command ?? commandOf(command, settings);
    const ready = { ...run, settings, command: line, emulator, threads, backends, watch };
    await runReported(ready, { lock, memory, started });
  } finally {
    await watch?.close();
    await threads.dispose();
  }
}

const STOPPING = "stopping; press Ctrl-C again to stop immediately";

async function runReported(
  run: ReadyRun,
  { lock, memory, started }: { lock: RunLock; memory: string; started: number },
): Promise<void> {
  const { options, point, settings, threads, watch } = run;
  const report = await createTrainReport({
    totalSteps: settings.timesteps,
    startSteps: point?.loop.step ?? 0,
    silent: options.log === "tensorboard",
  });
  const failures = new WriteFailures((message) => {
    report.warn(message);
  });
  const log = openSink(options, settings, failures.of("figures"), point?.loop.step);
  if (log.directory !== undefined) lock.take(log.directory);
  announce(run, report, log, memory);
  watch?.begin({ ...log, stores: threads.stores, isResumed: point !== undefined });
  const interrupt = watchForInterrupt(() => {
    report.note(STOPPING);
    // Whoever pressed the keys is to see it, wherever the log goes.
    const isSeen = process.stdout.isTTY && options.log !== "tensorboard";
    if (!isSeen && process.stderr.isTTY) report.warn(STOPPING);
  });
  let summary: string;
  try {
    const shouldStop = (): boolean => interrupt.requested();
    summary = await learn(contextOf(run, { ...log, report, failures, shouldStop }), started);
  } finally {
    report.close();
    log.sink.close();
    interrupt.dispose();
  }
  warnOfMissing(failures, report);
  process.stdout.write(summary);
}

function contextOf(run: ReadyRun, reporting: Reporting): TrainContext {
  const { backends, options, point } = run;
  const { learner, actors } = backends;
  return {
    ...run,
    ...reporting,
    arithmetic: {
      backend: learner.name,
      threads: learner.threads,
      precision: options.precision,
      learner: learner.description,
      actors: actors.description,
    },
    runId: point?.runId ?? randomUUID(),
  };
}

/** Once everything is closed: only then is it known of the figures, too. */
function warnOfMissing({ summary }: WriteFailures, report: TrainReport): void {
  if (summary === undefined) return;
  report.warn(summary);
  process.exitCode = 2;
}

/** What runs on what, and where its files are. @param memory what `requireMemory` said */
function announce(run: ReadyRun, report: TrainReport, log: RunSink, memory: string): void {
  const { backends, emulator, rom, settings } = run;
  const { learner, actors } = backends;
  report.note(
    `${settings.preset} on ${rom.name} ${settings.environment.stage} (SHA-1 ${emulator.rom.sha1.slice(0, 8)}), seed ${settings.seed}, ${learner.description}`,
  );
  const television = televisionNote(rom);
  if (television !== undefined) report.warn(television);
  if (learner.note !== undefined) report.note(learner.note);
  if (actors.note !== undefined && actors.note !== learner.note) {
    report.note(`actors use ${actors.name}. ${actors.note}`);
  }
  const isPlain = isPlainDqn(architectureOf(settings));
  if (learner.advice !== undefined && isPlain) report.note(learner.advice);
  report.note(memory);
  if (updatesOf(settings) === 0) report.warn(nothingLearned(settings));
  report.note(
    log.directory === undefined
      ? "--log stdout: no resume points, so a run that is stopped cannot go on"
      : `logs: ${log.directory}`,
  );
}

/** The run itself. @returns what to say when it is over */
async function learn(context: TrainContext, started: number): Promise<string> {
  const { directory, options, point, settings, summaries, threads } = context;
  const from = point?.loop ?? BEGINNING;
  const observers = await TrainObservers.open(context, from);
  if (point) await restoreRun(point, context, observers);
  try {
    const schedule = { ...windowPlanOf(settings), pipeline: options.pipeline };
    await trainLoop(threads, schedule, observers, from);
    await observers.finish();
    summaries?.endSession("success");
  } catch (error) {
    summaries?.endSession("failure");
    const { byReward, evaluated } = observers.best;
    const path = (evaluated ?? byReward)?.path;
    const hint = failureHint(error, directory, observers.savedAt, path);
    if (hint !== undefined) context.report.warn(hint);
    throw error;
  }
  const { best, progress } = observers;
  const seconds = (performance.now() - started) / 1000;
  const { stickyActions } = settings.environment;
  const lines = [
    runSummary(progress, best.byReward, best.evaluated, seconds, stickyActions, from.step),
  ];
  if (directory && (progress.step < settings.timesteps || observers.isUnfinished)) {
    lines.push(resumeHint(directory, progress.step, observers.savedAt));
  } else if (directory && observers.savedAt === progress.step) lines.push(longerHint(directory));
  return `${lines.join("\n")}\n`;
}

function nothingLearned({ replay, timesteps }: TrainSettings): string {
  return `nothing will be learned: ${timesteps} steps are over before the first update (--learning-starts ${replay.learningStarts}, --window-steps)`;
}

/** As it was given, and the preset that was not. */
function commandOf({ given, line }: TrainCommand, { preset }: TrainSettings): string {
  return given.has("preset") || preset === defaultPreset ? line : `${line} --preset ${preset}`;
}
