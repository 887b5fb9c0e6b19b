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

/** What is evaluated: the weights that play, and the moving average beside them. */
export const WEIGHT_CHOICES = ["playing", "average"] as const;
export type WeightChoice = (typeof WEIGHT_CHOICES)[number];

/** Plain data. */
export interface PeriodicEvaluationState {
  /** What a stop cut short: of the weights after the window, these are still to be tried. */
  readonly owed?:
    { readonly window: Window; readonly choices: readonly WeightChoice[] } | undefined;
}

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
  #owed: PeriodicEvaluationState["owed"];

  constructor(options: PeriodicEvaluationOptions) {
    this.#options = options;
  }

  /** Whether a stop cut an evaluation short. */
  get isOwed(): boolean {
    return this.#owed !== undefined;
  }

  async onWindow(window: Window): Promise<void> {
    const { periodSteps, timesteps } = this.#options;
    const periods = (step: number): number => Math.floor(step / periodSteps);
    const due = periods(window.last) > periods(window.after) || window.last === timesteps;
    if (due) await this.#evaluate({ window, choices: WEIGHT_CHOICES });
  }

  getState(): PeriodicEvaluationState {
    return { owed: this.#owed };
  }

  /** Goes on from there, and plays first what is owed; before the next window. */
  async resume({ owed }: PeriodicEvaluationState): Promise<void> {
    if (owed) await this.#evaluate(owed);
  }

  async #evaluate({
    window,
    choices,
  }: NonNullable<PeriodicEvaluationState["owed"]>): Promise<void> {
    const average = await this.#options.average();
    for (const [i, choice] of choices.entries()) {
      if (choice === "average" && !average) continue;
      this.#owed = { window, choices: choices.slice(i) };
      const isDone = await this.#try(window, choice, choice === "average" ? average : undefined);
      if (!isDone) return;
    }
    this.#owed = undefined;
  }

  /** @returns false where it was cut short. */
  async #try(window: Window, choice: WeightChoice, weights?: NamedTensors): Promise<boolean> {
    const { best, episodes, evaluate, modelAfter, onEvaluation, seed, training } = this.#options;
    // Its own stream: what is evaluated does not change what is learned.
    const rng = new Rng(seed ^ Math.imul(window.last, 0x9e37_79b1));
    const seeds = evenStarts(episodes, EVALUATION_NOOP_FRAMES, rng);
    const played = await evaluate(window.index, seeds, weights);
    if (!played) return false;
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
    return true;
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
