import { combine } from "../../logging/scalar-sink.js";
import type { Played } from "../../trainer/actor-group.js";
import { BestEvaluated, type EvaluatedEntry } from "../../trainer/checkpoint/best-evaluated.js";
import {
  BestModel,
  type CandidateModel,
  type ModelEntry,
} from "../../trainer/checkpoint/best-model.js";
import { loadModel } from "../../trainer/checkpoint/model-file.js";
import {
  resumeDirectory,
  ResumeWriter,
  type ResumePoint,
} from "../../trainer/checkpoint/resume-point.js";
import type { LearnSummary } from "../../trainer/learner.js";
import { PeriodicEvaluation } from "../../trainer/periodic-evaluation.js";
import { epsilonOf } from "../../trainer/schedules.js";
import type { LoopState, TrainObserver } from "../../trainer/train-loop.js";
import { TrainSession, type TrainProgress } from "../../trainer/train-session.js";
import type { Window } from "../../trainer/window.js";
import { LearnerSummaries } from "./learner-summaries.js";
import { modelDescriber, type DescribeModel } from "./model-description.js";
import type { BestFilms } from "../film/best-films.js";
import type { TrainContext } from "./context.js";
import { keptOptions } from "./resume-options.js";
import { openBestFilms } from "./films.js";
import { collapseWarning } from "./report.js";
import { ResumeKeeper } from "./resume-keeper.js";

/** Everybody who is told of a run's windows: books, page, evaluation, summaries, resume points. */
export class TrainObservers implements TrainObserver {
  readonly session: TrainSession;
  readonly #context: TrainContext;
  readonly #describe: DescribeModel;
  readonly #best: BestModel;
  readonly #bestEvaluated: BestEvaluated;
  readonly #evaluation: PeriodicEvaluation | undefined;
  readonly #summaries: LearnerSummaries | undefined;
  readonly #keeper: ResumeKeeper | undefined;
  readonly #films: BestFilms | undefined;

  static async open(context: TrainContext, from: LoopState): Promise<TrainObservers> {
    const { failures, options, report, rom, settings, summaries } = context;
    const films = options.recordBest
      ? await openBestFilms(rom, settings.environment, options, summaries, report, failures)
      : undefined;
    return new TrainObservers(context, from, films);
  }

  private constructor(context: TrainContext, from: LoopState, films: BestFilms | undefined) {
    const { failures, modelDirectory: directory, runId, summaries, threads } = context;
    const { backends, command, emulator, rom, settings } = context;
    this.#context = context;
    this.#describe = modelDescriber({
      command,
      settings,
      backend: backends.learner.name,
      rom: emulator.rom,
      romName: rom.name,
    });
    this.#films = films;
    this.#best = new BestModel({ directory, runId, observer: failures.of("the best model") });
    this.#bestEvaluated = new BestEvaluated({
      directory,
      runId,
      observer: failures.of("the model that was evaluated best"),
    });
    this.session = this.#openSession();
    this.#evaluation = this.#openEvaluation();
    this.#summaries =
      summaries &&
      new LearnerSummaries({ sink: summaries, snapshot: () => threads.snapshot(), failures });
    this.#keeper = this.#openKeeper(from);
  }

  get progress(): TrainProgress {
    return this.session.progress();
  }

  get best(): { readonly byReward?: ModelEntry; readonly evaluated?: EvaluatedEntry } {
    const byReward = this.#best.current;
    const evaluated = this.#bestEvaluated.current;
    return { ...(byReward && { byReward }), ...(evaluated && { evaluated }) };
  }

  /** Step of the run's resume point; undefined while it has none. */
  get savedAt(): number | undefined {
    return this.#keeper?.savedAt;
  }

  async onWindow(window: Window, played: readonly Played[], learned: LearnSummary): Promise<void> {
    this.session.onWindow(window, played, learned);
    this.#context.watch?.onWindow(window, played);
    await this.#evaluation?.onWindow(window);
    await this.#summaries?.onWindow(window);
    await this.#keeper?.onWindow(window, played);
  }

  shouldStop(): boolean {
    return this.session.shouldStop();
  }

  /** Whether a stop cut an evaluation short, or a best model could not be written. */
  get isUnfinished(): boolean {
    const isOwed = this.#evaluation?.isOwed ?? false;
    return isOwed || this.#best.isUnsaved || this.#bestEvaluated.isUnsaved;
  }

  /** Goes on from a point to which the threads are set; first it plays the evaluation that is owed. */
  async resume({ evaluation, session }: ResumePoint): Promise<void> {
    this.session.setState(session);
    if (this.#evaluation && evaluation) await this.#evaluation.resume(evaluation);
    // Resumed without evaluations: a model that could not be written is written all the same.
    else this.#bestEvaluated.setState(evaluation?.best ?? {});
  }

  /** The loop has ended. */
  async finish(): Promise<void> {
    this.session.finish();
    if (this.#evaluation) this.#evaluation.finish();
    else this.#bestEvaluated.retry();
    await this.#keeper?.finish();
    await this.#films?.finish();
    await this.#summaries?.finish();
  }

  /** From the file: its weights may be an average, or those of a step before. */
  #film(rule: "reward" | "evaluation", modelPath: string, step: number): void {
    this.#films?.offer({ rule, model: loadModel(modelPath), modelPath, step });
  }

  #modelAfter(
    { index, last }: Window,
    weights = this.#context.threads.weightsAfter(index),
  ): CandidateModel {
    return this.#describe(weights, last);
  }

  #openSession(): TrainSession {
    const { report, settings, shouldStop, sink, watch } = this.#context;
    return new TrainSession({
      sink: watch ? combine(sink, watch.sink) : sink,
      best: this.#best,
      modelAfter: (window) => this.#modelAfter(window),
      epsilonAt: epsilonOf(settings),
      now: () => performance.now(),
      shouldStop,
      onProgress: (progress) => {
        report.progress(progress);
      },
      onCollapse: (collapse) => {
        report.warn(collapseWarning(collapse));
      },
      onBest: (entry, progress) => {
        report.best(entry, progress);
        this.#film("reward", entry.path, progress.step);
      },
    });
  }

  #openEvaluation(): PeriodicEvaluation | undefined {
    const { options, report, settings, shouldStop, sink, threads, watch } = this.#context;
    if (options.evalEpisodes === 0) return undefined;
    return new PeriodicEvaluation({
      periodSteps: options.evalPeriod,
      episodes: options.evalEpisodes,
      stickyActions: settings.environment.stickyActions,
      timesteps: settings.timesteps,
      seed: settings.seed,
      evaluate: (window, seeds, weights) =>
        threads.evaluate(window, seeds, { weights, shouldStop }),
      average: () => threads.evaluationAverage(),
      sink: watch ? combine(sink, watch.sink) : sink,
      best: this.#bestEvaluated,
      modelAfter: (window, weights) => this.#modelAfter(window, weights),
      training: () => this.session.recent,
      onEvaluation: (evaluation) => {
        report.evaluation(evaluation);
        if (evaluation.kept) this.#film("evaluation", evaluation.kept.path, evaluation.step);
      },
      onLateSave: ({ path }) => {
        report.note(`the model that was evaluated best could be written: ${path}`);
        this.#film("evaluation", path, this.session.progress().step);
      },
    });
  }

  /** A run without a folder for its logs has none for its resume points, either. */
  #openKeeper(from: LoopState): ResumeKeeper | undefined {
    const { arithmetic, command, directory, emulator, failures, options, point } = this.#context;
    const { report, rom, runId, settings, threads } = this.#context;
    if (directory === undefined) return undefined;
    return new ResumeKeeper(
      {
        writer: new ResumeWriter(resumeDirectory(directory), point?.chunks),
        periodSteps: options.resumePeriod,
        timesteps: settings.timesteps,
        keepsLast: options.keepResumePoint ?? false,
        isUnfinished: () => this.isUnfinished,
        isChanged: point !== undefined && options.timesteps !== undefined,
        stateAt: async (loop) => ({
          settings,
          rom: { name: rom.name, sha1: emulator.rom.sha1 },
          runId,
          command,
          arithmetic,
          options: keptOptions(options),
          loop,
          session: this.session.getState(),
          // Without evaluations there may still be a model of earlier ones that is not written.
          evaluation: this.#evaluation?.getState() ?? { best: this.#bestEvaluated.getState() },
          threads: await threads.getState(),
        }),
        stores: threads.stores,
        failures,
        note: (message) => {
          report.note(message);
        },
      },
      from,
    );
  }
}
