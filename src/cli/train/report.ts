import type { Logger } from "pino";
import { MarioError } from "../../core/errors.js";
import { createConsoleLog, type TextOutput } from "../../logging/console-log.js";
import { formatDuration, ProgressLine } from "../../logging/progress.js";
import type { EvaluatedEntry } from "../../trainer/checkpoint/best-evaluated.js";
import type { Collapse } from "../../trainer/collapse-watch.js";
import type { ModelEntry } from "../../trainer/checkpoint/best-model.js";
import type { EvaluationReport } from "../../trainer/periodic-evaluation.js";
import type { TrainProgress } from "../../trainer/train-session.js";

/** What a person sees of a run: a progress line, and above it what is worth keeping in sight. */
export interface TrainReport {
  progress(progress: TrainProgress): void;
  best(entry: ModelEntry, progress: TrainProgress): void;
  evaluation(report: EvaluationReport): void;
  note(message: string): void;
  /** To standard error, whatever else is shown. */
  warn(message: string): void;
  close(): void;
}

export interface TrainReportOptions {
  /** Of the whole run. */
  readonly totalSteps: number;
  /** Steps that a resumed run had done before. */
  readonly startSteps: number;
  /** Only the progress line, that on a terminal only, and warnings (`--log tensorboard`). */
  readonly silent: boolean;
  /** Default standard output. */
  readonly output?: TextOutput;
  /** Default standard error. */
  readonly errors?: TextOutput;
  /** Milliseconds; for tests. */
  readonly now?: () => number;
}

/** Milliseconds between two summaries above the progress line. */
const SUMMARY_PERIOD_MS = 30_000;

export async function createTrainReport(options: TrainReportOptions): Promise<TrainReport> {
  const { output = process.stdout, errors = process.stderr } = options;
  const line = new ProgressLine({ ...options, output });
  const level = options.silent ? "silent" : "info";
  const log: Logger = await createConsoleLog({ output: line, level });
  const warnings: Logger = await createConsoleLog({
    output: {
      ...(errors.isTTY !== undefined && { isTTY: errors.isTTY }),
      write: (text) => {
        line.write(text, errors);
      },
    },
  });
  let summarisedAt = performance.now();
  return {
    progress(progress) {
      line.update({
        steps: progress.step,
        meanReward: progress.episodes > 0 ? progress.meanReward : undefined,
        bestReward: progress.bestReward,
      });
      const now = performance.now();
      if (now - summarisedAt < SUMMARY_PERIOD_MS) return;
      summarisedAt = now;
      log.info(fieldsOf(progress), "last 100 episodes");
    },
    best({ path, meanReward }, { step, episodes }) {
      log.info({ step, episodes, meanReward, path }, "new best model");
    },
    evaluation({ step, weights, round, evaluation, kept }) {
      const { episodes, completionRate, meanDistance } = evaluation;
      const path = kept && { path: kept.path };
      const what = round === "confirmation" ? "confirming evaluation" : "evaluation";
      log.info(
        { step, episodes, completionRate, meanDistance, ...path },
        [
          weights === "average" ? `${what} of averaged weights` : what,
          ...(kept ? ["the best so far"] : []),
        ].join(": "),
      );
    },
    note(message) {
      log.info(message);
    },
    warn(message) {
      warnings.warn(message);
    },
    close() {
      line.end();
    },
  };
}

/** The live summary: distances in pixels over the last 100 episodes. */
function fieldsOf(progress: TrainProgress): Record<string, number | string> {
  return {
    step: progress.step,
    episodes: progress.episodes,
    meanDistance: Math.round(progress.meanDistance * 10) / 10,
    maxDistance: progress.maxDistance,
    completionRate: progress.completionRate,
    epsilon: Math.round(progress.epsilon * 1000) / 1000,
    stepsPerSecond: Math.round(progress.stepsPerSecond),
  };
}

/** For a run whose mean reward has collapsed. */
export function collapseWarning({ best, bestStep, mean }: Collapse): string {
  return (
    `the mean reward of the last 100 episodes has fallen to ${mean.toFixed(1)}, from ${best.toFixed(1)} at step ` +
    `${whole(bestStep)}; the best models are kept. If it does not come back, try a smaller --lr`
  );
}

/**
 * What a run has reached, once it is over; for people.
 * @param seconds of this process
 * @param stickyActions of training; to be evaluated under the same
 * @param resumedAt step at which this process began
 */
export function runSummary(
  progress: TrainProgress,
  model: ModelEntry | undefined,
  evaluated: EvaluatedEntry | undefined,
  seconds: number,
  stickyActions: number,
  resumedAt = 0,
): string {
  const { step, episodes } = progress;
  const done = `${whole(step)} steps, ${whole(episodes)} episodes`;
  const time = formatDuration(seconds);
  const figures =
    (resumedAt > 0
      ? `${done}, of which ${whole(step - resumedAt)} steps since it was resumed, in ${time}; `
      : `${done} in ${time}; `) +
    `last 100 episodes: mean distance ${progress.meanDistance.toFixed(1)} px, ` +
    `finished ${(progress.completionRate * 100).toFixed(0)} %`;
  const best = evaluated ?? model;
  if (!best) return figures;
  const sticky = stickyActions > 0 ? ` --sticky ${stickyActions}` : "";
  return [
    figures,
    `best model: ${best.path}`,
    `watch:      npx mario enjoy --file ${best.path}${sticky}`,
    `evaluate:   npx mario eval --file ${best.path} --episodes 100${sticky}`,
  ].join("\n");
}

/**
 * How to resume a run that was stopped, and from where.
 * @param step at which it was stopped
 * @param savedAt step of its resume point, if it has one
 */
export function resumeHint(directory: string, step: number, savedAt: number | undefined): string {
  if (savedAt === undefined) return "resume:     not possible: no resume point could be written";
  const command = `resume:     npx mario train --resume ${directory}`;
  if (savedAt === step) return command;
  return `${command}  # from step ${whole(savedAt)}: what came since could not be saved`;
}

/**
 * What is left of a run that an error ended; undefined where that is nothing.
 * @param savedAt step of its resume point, if it has one
 * @param best path of its best model, if it has one
 */
export function failureHint(
  error: unknown,
  directory: string | undefined,
  savedAt: number | undefined,
  best: string | undefined,
): string | undefined {
  // The same numbers would come again.
  const comesAgain =
    error instanceof MarioError && (error.code === "NOT_FINITE" || error.code === "DIVERGED");
  const parts = [
    ...(best === undefined ? [] : [`its best model so far: ${best}`]),
    ...(comesAgain || directory === undefined || savedAt === undefined
      ? []
      : [`to go on from step ${whole(savedAt)}: npx mario train --resume ${directory}`]),
  ];
  return parts.length === 0 ? undefined : `the run has failed; ${parts.join("; ")}`;
}

/** How to make a finished run longer, whose resume point was kept. */
export function longerHint(directory: string): string {
  return `longer:     npx mario train --resume ${directory} --timesteps <n>`;
}

function whole(value: number): string {
  return value.toLocaleString("en-US");
}
