import { TAGS } from "../logging/tags.js";
import type { ScalarSink } from "../logging/scalar-sink.js";
import type {
  BestModel,
  CandidateModel,
  ModelEntry,
  UnsavedModel,
} from "./checkpoint/best-model.js";
import type { Played } from "./actor-group.js";
import { CollapseWatch, type Collapse, type CollapseWatchState } from "./collapse-watch.js";
import type { EpisodeSummary } from "./episode.js";
import { RecentEpisodes, type RecentEpisodesState } from "./recent-episodes.js";
import type { LearnSummary } from "./learner.js";
import type { TrainObserver } from "./train-loop.js";
import type { Window } from "./window.js";

/** Where a run stands, for a progress line. */
export interface TrainProgress {
  readonly step: number;
  readonly episodes: number;
  /** Over the last 100 episodes, pixels. */
  readonly meanReward: number;
  readonly meanDistance: number;
  /** Furthest x of the last 100 episodes, pixels. */
  readonly maxDistance: number;
  /** Share of the last 100 episodes that finished the stage. */
  readonly completionRate: number;
  readonly bestReward: number | undefined;
  readonly epsilon: number;
  readonly stepsPerSecond: number;
}

export interface TrainSessionOptions {
  readonly sink: ScalarSink;
  readonly best: BestModel;
  /** Copies the weights as they were after a window, and describes them; called only to save them. */
  readonly modelAfter: (window: Window) => CandidateModel;
  readonly epsilonAt: (step: number) => number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  readonly shouldStop: () => boolean;
  readonly onProgress?: (progress: TrainProgress) => void;
  readonly onBest?: (entry: ModelEntry, progress: TrainProgress) => void;
  readonly onCollapse?: (collapse: Collapse) => void;
}

/** Updates over which the learner's figures are averaged before they are logged. */
const LEARN_LOG_PERIOD = 100;
/** Milliseconds between two measurements of speed, and attempts to write a model that could not be. */
const SPEED_PERIOD_MS = 2000;

/** A session's books; plain data. */
export interface TrainSessionState {
  /** The last 100 episodes; saved resume points have them under this name. */
  readonly window: RecentEpisodesState;
  readonly learned: LearnSums;
  readonly last: Window;
  /** Not in points of before. */
  readonly collapse?: CollapseWatchState;
  /** The best model, if it could not be written yet. */
  readonly unsaved?: UnsavedModel | undefined;
}

/** Sums over the updates since the learner's figures were last logged. */
interface LearnSums {
  readonly updates: number;
  readonly loss: number;
  readonly meanQ: number;
  readonly gradientNorm: number;
}

const NOTHING_LEARNED: LearnSums = { updates: 0, loss: 0, meanQ: 0, gradientNorm: 0 };

/** Keeps the books of one run: statistics, logs, best model. */
export class TrainSession implements TrainObserver {
  readonly #options: TrainSessionOptions;
  /** The last 100 episodes. */
  readonly recent = new RecentEpisodes();
  readonly #collapse = new CollapseWatch();
  #learned = NOTHING_LEARNED;
  #speed: { since: number; steps: number; updates: number };
  #stepsPerSecond = 0;
  #last: Window = { index: -1, after: 0, last: 0 };
  #replaySize = 0;

  constructor(options: TrainSessionOptions) {
    this.#options = options;
    this.#speed = { since: options.now(), steps: 0, updates: 0 };
  }

  shouldStop(): boolean {
    return this.#options.shouldStop();
  }

  onWindow(window: Window, played: readonly Played[], learned: LearnSummary): void {
    this.#last = window;
    this.#replaySize = learned.replaySize;
    this.#speed.steps += window.last - window.after;
    this.#speed.updates += learned.updates;
    this.#logLearning(window.last, learned);
    const ended = played.flatMap(({ episodes }) => episodes).sort((a, b) => a.step - b.step);
    for (const { step, episode } of ended) this.#addEpisode(step, episode);
    if (ended.some(({ episode }) => !episode.restarted)) this.#offerModel(window);
    this.#measureSpeed();
  }

  /**
   * At the end: a model that could not be written is tried once more, and a run that was stopped before
   * its tenth episode leaves its model, too.
   */
  finish(): void {
    this.#retryModel();
    const { meanReward, episodes } = this.recent;
    this.#options.best.keepIfNone({ meanReward, episodes }, () =>
      this.#options.modelAfter(this.#last),
    );
    this.#options.sink.flush();
    this.#options.onProgress?.(this.progress());
  }

  getState(): TrainSessionState {
    return {
      window: this.recent.getState(),
      learned: this.#learned,
      last: this.#last,
      collapse: this.#collapse.getState(),
      unsaved: this.#options.best.getState(),
    };
  }

  setState(state: TrainSessionState): void {
    this.recent.setState(state.window);
    this.#learned = state.learned;
    this.#last = state.last;
    if (state.collapse) this.#collapse.setState(state.collapse);
    this.#options.best.setState(state.unsaved);
  }

  #logLearning(step: number, learned: LearnSummary): void {
    const before = this.#learned;
    const sums = {
      updates: before.updates + learned.updates,
      loss: before.loss + learned.loss * learned.updates,
      meanQ: before.meanQ + learned.meanQ * learned.updates,
      gradientNorm: before.gradientNorm + learned.gradientNorm * learned.updates,
    };
    this.#learned = sums;
    if (sums.updates < LEARN_LOG_PERIOD) return;
    const { sink } = this.#options;
    sink.scalar(TAGS.trainLoss, sums.loss / sums.updates, step);
    sink.scalar(TAGS.trainMeanQ, sums.meanQ / sums.updates, step);
    sink.scalar(TAGS.trainGradientNorm, sums.gradientNorm / sums.updates, step);
    this.#learned = NOTHING_LEARNED;
  }

  #addEpisode(step: number, episode: EpisodeSummary): void {
    const { recent } = this;
    const { sink } = this.#options;
    if (episode.restarted) {
      sink.scalar(TAGS.practiceDistance, episode.distance, step);
      return;
    }
    recent.add(episode);
    sink.scalar(TAGS.episodeReward, episode.reward, step);
    sink.scalar(TAGS.episodeDistance, episode.distance, step);
    sink.scalar(TAGS.episodeLengthSteps, episode.steps, step);
    sink.scalar(TAGS.episodeMeanReward100, recent.meanReward, step);
    sink.scalar(TAGS.episodeMeanDistance100, recent.meanDistance, step);
    sink.scalar(TAGS.episodeCompleted100, recent.completionRate, step);
    sink.scalar(TAGS.trainEpsilon, this.#options.epsilonAt(step), step);
    if (!recent.isFull) return;
    const collapse = this.#collapse.add(step, recent.meanReward);
    if (collapse) this.#options.onCollapse?.(collapse);
  }

  #offerModel(after: Window): void {
    const { best, modelAfter, onBest } = this.#options;
    const { meanReward, episodes } = this.recent;
    const saved = best.offer({ meanReward, episodes }, () => modelAfter(after));
    if (saved) onBest?.(saved, this.progress());
  }

  #retryModel(): void {
    const saved = this.#options.best.retry();
    if (saved) this.#options.onBest?.(saved, this.progress());
  }

  /** Where the run stands now. */
  progress(): TrainProgress {
    const { recent } = this;
    return {
      step: this.#last.last,
      episodes: recent.episodes,
      meanReward: recent.meanReward,
      meanDistance: recent.meanDistance,
      maxDistance: recent.maxDistance,
      completionRate: recent.completionRate,
      bestReward: this.#options.best.current?.meanReward,
      epsilon: this.#options.epsilonAt(this.#last.last),
      stepsPerSecond: this.#stepsPerSecond,
    };
  }

  #measureSpeed(): void {
    const { sink, now, onProgress } = this.#options;
    const { since, steps, updates } = this.#speed;
    const elapsed = now() - since;
    if (elapsed < SPEED_PERIOD_MS) return;
    const step = this.#last.last;
    this.#stepsPerSecond = (steps / elapsed) * 1000;
    this.#speed = { since: now(), steps: 0, updates: 0 };
    sink.scalar(TAGS.speedStepsPerSecond, this.#stepsPerSecond, step);
    sink.scalar(TAGS.speedUpdatesPerSecond, (updates / elapsed) * 1000, step);
    sink.scalar(TAGS.replaySize, this.#replaySize, step);
    onProgress?.(this.progress());
    this.#retryModel();
  }
}
