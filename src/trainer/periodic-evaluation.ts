import type { NamedTensors } from "../agent/agent.js";
import { Rng } from "../core/rng.js";
import type { ScalarSink } from "../logging/scalar-sink.js";
import { TAGS } from "../logging/tags.js";
import type { BestEvaluated, EvaluatedEntry } from "./checkpoint/best-evaluated.js";
import type { CandidateModel } from "./checkpoint/best-model.js";
import type { EpisodeSummary } from "./episode.js";
import { summarise, type Evaluation } from "./evaluation.js";
import { EVALUATION_NOOP_FRAMES, evenStarts } from "./starts.js";
import type { Window } from "./window.js";

/** What was evaluated: the weights that play, or the moving average beside them. */
export type WeightChoice = "playing" | "average";

export interface PeriodicEvaluationOptions {
  /** Steps of the run between two evaluations; the last one comes at its end. */
  readonly periodSteps: number;
  readonly episodes: number;
  /** Steps of the whole run. */
  readonly timesteps: number;
  /** The run's seed: each evaluation draws episodes of its own from it, the same in every run. */
  readonly seed: number;
  /** Plays greedily with the weights after a window, or with those given; undefined when stopped. */
  readonly evaluate: (
    window: number,
    seeds: readonly number[],
    weights?: NamedTensors,
  ) => Promise<EpisodeSummary[] | undefined>;
  /** The moving average that is tried as well; undefined where there is none (yet). */
  readonly average: () => Promise<NamedTensors | undefined>;
  readonly sink: ScalarSink;
  readonly best: BestEvaluated;
  /** Describes the weights after a window, or those given. */
  readonly modelAfter: (window: Window, weights?: NamedTensors) => CandidateModel;
  /** Training's own figures, for the model's file. */
  readonly training: () => { readonly meanReward: number; readonly episodes: number };
  readonly onEvaluation: (
    step: number,
    evaluation: Evaluation,
    kept: EvaluatedEntry | undefined,
    weights: WeightChoice,
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
    const average = await this.#options.average();
    await this.#try(window, "playing");
    if (average) await this.#try(window, "average", average);
  }

  async #try(window: Window, choice: WeightChoice, weights?: NamedTensors): Promise<void> {
    const { best, episodes, evaluate, modelAfter, onEvaluation, seed, training } = this.#options;
    // Its own stream: what is evaluated does not change what is learned.
    const rng = new Rng(seed ^ Math.imul(window.last, 0x9e37_79b1));
    const seeds = evenStarts(episodes, EVALUATION_NOOP_FRAMES, rng);
    const played = await evaluate(window.index, seeds, weights);
    if (!played) return;
    const steps = played.reduce((sum, episode) => sum + episode.steps, 0);
    const evaluation = summarise(played, steps, 0);
    this.#log(window.last, choice, evaluation);
    const kept = best.offer(
      evaluation,
      training(),
      () => modelAfter(window, weights),
      choice === "average",
    );
    onEvaluation(window.last, evaluation, kept, choice);
  }

  #log(step: number, choice: WeightChoice, evaluation: Evaluation): void {
    const { sink } = this.#options;
    if (choice === "average") {
      sink.scalar(TAGS.evalAverageCompletionRate, evaluation.completionRate, step);
      sink.scalar(TAGS.evalAverageMeanDistance, evaluation.meanDistance, step);
      return;
    }
    sink.scalar(TAGS.evalCompletionRate, evaluation.completionRate, step);
    sink.scalar(TAGS.evalCompletionLow, evaluation.completionInterval[0], step);
    sink.scalar(TAGS.evalCompletionHigh, evaluation.completionInterval[1], step);
    sink.scalar(TAGS.evalMeanDistance, evaluation.meanDistance, step);
    sink.scalar(TAGS.evalMeanReward, evaluation.meanReward, step);
  }
}
