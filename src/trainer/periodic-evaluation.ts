import type { NamedTensors } from "../agent/agent.js";
import { Rng } from "../core/rng.js";
import type { ScalarSink } from "../logging/scalar-sink.js";
import { TAGS } from "../logging/tags.js";
import type {
  BestEvaluated,
  BestEvaluatedState,
  EvaluatedEntry,
} from "./checkpoint/best-evaluated.js";
import type { CandidateModel } from "./checkpoint/best-model.js";
import type { EpisodeSummary } from "./episode.js";
import { summarise, type Evaluation } from "./evaluation.js";
import { EVALUATION_NOOP_FRAMES, evenStarts } from "./starts.js";
import type { Window } from "./window.js";

/** What is evaluated: the weights that play, and the moving average beside them. */
export const WEIGHT_CHOICES = ["playing", "average"] as const;
export type WeightChoice = (typeof WEIGHT_CHOICES)[number];

/** All weights have a first evaluation; under sticky actions those that look best are confirmed. */
export type EvaluationRound = "first" | "confirmation";

/**
 * Times the episodes of a first evaluation. Under sticky actions a completion rate is an estimate, and
 * the highest of many estimates is too high. So what looks best is played again with other seeds, and
 * only that figure is compared and recorded.
 */
const CONFIRMATION_FACTOR = 4;

interface OwedEvaluation {
  readonly window: Window;
  /** Of the weights after the window, these are still to be evaluated. */
  readonly choices: readonly WeightChoice[];
  /** The first of them is to be confirmed: its first evaluation was played. */
  readonly isConfirmation?: boolean | undefined;
}

/** Plain data. */
export interface PeriodicEvaluationState {
  /** What a stop cut short. */
  readonly owed?: OwedEvaluation | undefined;
  readonly best?: BestEvaluatedState | undefined;
}

/** One evaluation that was played to its end. */
export interface EvaluationReport {
  /** Of the run. */
  readonly step: number;
  readonly weights: WeightChoice;
  readonly round: EvaluationRound;
  readonly evaluation: Evaluation;
  /** The model's file, if it is the best so far. */
  readonly kept: EvaluatedEntry | undefined;
}

export interface PeriodicEvaluationOptions {
  /** Steps of the run between two evaluations; the last one comes at its end. */
  readonly periodSteps: number;
  /** Of a first evaluation. */
  readonly episodes: number;
  /** Of the environment that `evaluate` plays in. */
  readonly stickyActions: number;
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
  readonly onEvaluation: (report: EvaluationReport) => void;
  /** Told of a best model that could be written only at a later attempt. */
  readonly onLateSave?: (entry: EvaluatedEntry) => void;
}

/** One for each: at one step all four may be logged, and readers keep one value per tag and step. */
const MAIN_TAGS = {
  first: {
    playing: { completionRate: TAGS.evalCompletionRate, meanDistance: TAGS.evalMeanDistance },
    average: {
      completionRate: TAGS.evalAverageCompletionRate,
      meanDistance: TAGS.evalAverageMeanDistance,
    },
  },
  confirmation: {
    playing: {
      completionRate: TAGS.evalConfirmedCompletionRate,
      meanDistance: TAGS.evalConfirmedMeanDistance,
    },
    average: {
      completionRate: TAGS.evalConfirmedAverageCompletionRate,
      meanDistance: TAGS.evalConfirmedAverageMeanDistance,
    },
  },
} as const satisfies Record<EvaluationRound, Record<WeightChoice, object>>;

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
    if (!due) return;
    this.#retry();
    await this.#evaluate({ window, choices: WEIGHT_CHOICES });
  }

  /** The run is over: a best model that could not be written is tried once more. */
  finish(): void {
    this.#retry();
  }

  getState(): PeriodicEvaluationState {
    return { owed: this.#owed, best: this.#options.best.getState() };
  }

  /** Continues from there, and plays first what is owed; before the next window. */
  async resume({ owed, best = {} }: PeriodicEvaluationState): Promise<void> {
    this.#options.best.setState(best);
    if (owed) await this.#evaluate(owed);
  }

  #retry(): void {
    const { best, onLateSave } = this.#options;
    const entry = best.retry();
    if (entry) onLateSave?.(entry);
  }

  async #evaluate({ window, choices, isConfirmation }: OwedEvaluation): Promise<void> {
    const average = await this.#options.average();
    const there = choices.filter((choice) => choice === "playing" || average);
    this.#owed = { window, choices: there, isConfirmation };
    while (this.#owed.choices.length > 0) {
      const left = await this.#playNext(this.#owed, average);
      if (!left) return;
      this.#owed = left;
    }
    this.#owed = undefined;
  }

  /** @returns what is then still owed; undefined where a stop cut the evaluation short */
  async #playNext(
    { window, choices, isConfirmation = false }: OwedEvaluation,
    average: NamedTensors | undefined,
  ): Promise<OwedEvaluation | undefined> {
    const { best, evaluate, onEvaluation, stickyActions } = this.#options;
    const [choice, ...others] = choices;
    const weights = choice === "average" ? average : undefined;
    const round = isConfirmation ? "confirmation" : "first";
    const played = await evaluate(window.index, this.#seedsOf(window.last, round), weights);
    if (!played) return undefined;
    const steps = played.reduce((sum, episode) => sum + episode.steps, 0);
    const evaluation = summarise(played, steps, 0);
    this.#log(window.last, choice, round, evaluation);
    const report = { step: window.last, weights: choice, round, evaluation } as const;
    if (round === "first" && stickyActions > 0) {
      onEvaluation({ ...report, kept: undefined });
      if (best.isBest(evaluation)) return { window, choices, isConfirmation: true };
    } else {
      onEvaluation({ ...report, kept: this.#offer(window, choice, evaluation, weights) });
    }
    return { window, choices: others };
  }

  #offer(
    window: Window,
    choice: WeightChoice,
    evaluation: Evaluation,
    weights: NamedTensors | undefined,
  ): EvaluatedEntry | undefined {
    const { best, modelAfter, stickyActions, training } = this.#options;
    return best.offer(evaluation, training(), () => modelAfter(window, weights), {
      averaged: choice === "average",
      stickyActions,
    });
  }

  /** A stream of its own: what is evaluated does not change what is learned. */
  #seedsOf(step: number, round: EvaluationRound): number[] {
    const { episodes, seed } = this.#options;
    const rng = new Rng(seed ^ Math.imul(step, 0x9e37_79b1));
    const first = evenStarts(episodes, EVALUATION_NOOP_FRAMES, rng);
    // Drawn after those of the first, so that they are others.
    return round === "first"
      ? first
      : evenStarts(CONFIRMATION_FACTOR * episodes, EVALUATION_NOOP_FRAMES, rng);
  }

  #log(step: number, choice: WeightChoice, round: EvaluationRound, evaluation: Evaluation): void {
    const { sink } = this.#options;
    const tags = MAIN_TAGS[round][choice];
    sink.scalar(tags.completionRate, evaluation.completionRate, step);
    sink.scalar(tags.meanDistance, evaluation.meanDistance, step);
    if (round === "confirmation" || choice === "average") return;
    sink.scalar(TAGS.evalCompletionLow, evaluation.completionInterval[0], step);
    sink.scalar(TAGS.evalCompletionHigh, evaluation.completionInterval[1], step);
    sink.scalar(TAGS.evalMeanReward, evaluation.meanReward, step);
  }
}
