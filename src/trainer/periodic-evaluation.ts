import { Rng } from "../core/rng.js";
import type { ScalarSink } from "../logging/scalar-sink.js";
import { TAGS } from "../logging/tags.js";
import type { BestEvaluated, EvaluatedEntry } from "./checkpoint/best-evaluated.js";
import type { CandidateModel } from "./checkpoint/best-model.js";
import type { EpisodeSummary } from "./episode.js";
import { summarise, type Evaluation } from "./evaluation.js";
import type { Window } from "./window.js";

export interface PeriodicEvaluationOptions {
  /** Steps of the run between two evaluations; the last one comes at its end. */
  readonly periodSteps: number;
  readonly episodes: number;
  /** Steps of the whole run. */
  readonly timesteps: number;
  /** The run's seed: each evaluation draws episodes of its own from it, the same in every run. */
  readonly seed: number;
  /** Plays greedily with the weights after a window. */
  readonly evaluate: (window: number, seeds: readonly number[]) => Promise<EpisodeSummary[]>;
  readonly sink: ScalarSink;
  readonly best: BestEvaluated;
  readonly modelAfter: (window: Window) => CandidateModel;
  /** Training's own figures, for the model's file. */
  readonly training: () => { readonly meanReward: number; readonly episodes: number };
  readonly onEvaluation: (
    step: number,
    evaluation: Evaluation,
    kept: EvaluatedEntry | undefined,
  ) => void;
}

/** Measures the greedy policy now and then, on environments apart from training's. */
export class PeriodicEvaluation {
  readonly #options: PeriodicEvaluationOptions;

  constructor(options: PeriodicEvaluationOptions) {
    this.#options = options;
  }

  async onWindow(window: Window): Promise<void> {
    const { periodSteps, timesteps } = this.#options;
    const periods = (step: number): number => Math.floor(step / periodSteps);
    const due = periods(window.last) > periods(window.after) || window.last === timesteps;
    if (due) await this.#evaluate(window);
  }

  async #evaluate(window: Window): Promise<void> {
    const { best, episodes, evaluate, modelAfter, onEvaluation, seed, sink, training } =
      this.#options;
    // Its own stream: what is evaluated does not change what is learned.
    const rng = new Rng(seed ^ Math.imul(window.last, 0x9e37_79b1));
    const seeds = Array.from({ length: episodes }, () => rng.nextUint32());
    const played = await evaluate(window.index, seeds);
    const steps = played.reduce((sum, episode) => sum + episode.steps, 0);
    const evaluation = summarise(played, steps, 0);
    const step = window.last;
    sink.scalar(TAGS.evalCompletionRate, evaluation.completionRate, step);
    sink.scalar(TAGS.evalCompletionLow, evaluation.completionInterval[0], step);
    sink.scalar(TAGS.evalCompletionHigh, evaluation.completionInterval[1], step);
    sink.scalar(TAGS.evalMeanDistance, evaluation.meanDistance, step);
    sink.scalar(TAGS.evalMeanReward, evaluation.meanReward, step);
    const kept = best.offer(evaluation, training(), () => modelAfter(window));
    onEvaluation(step, evaluation, kept);
  }
}
