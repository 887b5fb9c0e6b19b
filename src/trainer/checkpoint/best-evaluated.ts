import { basename, join } from "node:path";
import type { Evaluation } from "../evaluation.js";
import { observeWrite, type WriteObserver } from "../../core/write-error.js";
import type { CandidateModel } from "./best-model.js";
import { ownModelFiles, removeModel } from "./model-folder.js";
import { saveModel } from "./model-file.js";

const NAME = /^mario_eval_(\d+\.\d)_(-?\d+\.\d)(?:_\d+)?\.safetensors$/;

export interface EvaluatedEntry {
  readonly path: string;
  /** Share of the evaluation's episodes that finished the stage, percent. */
  readonly completedPercent: number;
  /** Pixels. */
  readonly meanDistance: number;
}

export interface BestEvaluatedOptions {
  readonly directory: string;
  readonly runId: string;
  /** Told of a model that cannot be written, in place of a throw. */
  readonly observer?: WriteObserver;
}

/**
 * Keeps the model that did best when it was evaluated: the most stages finished, then the greatest
 * mean distance. Beside the tutorial's rule (`BestModel`), whose figure has random actions in it and
 * is a mean over weights of a hundred episodes ago.
 */
export class BestEvaluated {
  readonly #options: BestEvaluatedOptions;
  #best: EvaluatedEntry | undefined;

  constructor(options: BestEvaluatedOptions) {
    this.#options = options;
    this.#best = ownModelFiles(options.directory, NAME, options.runId)
      .map((path) => entryOf(path))
      .sort(byMerit)[0];
  }

  get current(): EvaluatedEntry | undefined {
    return this.#best;
  }

  /**
   * Saves the model if it is better than the best so far, or as good and newer. The older file goes
   * only after the new one is safely there.
   * @param model called only when it is saved
   * @param averaged its weights are a moving average
   * @throws MarioError NOT_FINITE; without an observer DISK_FULL, NOT_WRITABLE. The older file is then
   * as before
   */
  offer(
    evaluation: Evaluation,
    training: { readonly meanReward: number; readonly episodes: number },
    model: () => CandidateModel,
    averaged = false,
  ): EvaluatedEntry | undefined {
    const candidate = {
      completedPercent: Math.round(evaluation.completionRate * 1000) / 10,
      meanDistance: evaluation.meanDistance,
    };
    if (this.#best !== undefined && byMerit(this.#best, candidate) < 0) return undefined;
    return observeWrite(this.#options.observer, () =>
      this.#keep(candidate, { training, evaluation, averaged }, model),
    );
  }

  #keep(
    candidate: Merit,
    about: {
      readonly training: { readonly meanReward: number; readonly episodes: number };
      readonly evaluation: Evaluation;
      readonly averaged: boolean;
    },
    model: () => CandidateModel,
  ): EvaluatedEntry {
    const { averaged, evaluation, training } = about;
    const { weights, metadata } = model();
    const { directory, runId } = this.#options;
    const file = {
      weights,
      metadata: {
        ...metadata,
        runId,
        meanReward: training.meanReward,
        episodes: training.episodes,
        evaluation: {
          episodes: evaluation.episodes,
          meanDistance: evaluation.meanDistance,
          meanReward: evaluation.meanReward,
          completed: evaluation.endings.completed,
          averaged,
        },
      },
    };
    const name = `mario_eval_${candidate.completedPercent.toFixed(1)}_${candidate.meanDistance.toFixed(1)}`;
    const older = ownModelFiles(directory, NAME, runId);
    for (let n = 1; ; n++) {
      const path = join(directory, `${name}${n === 1 ? "" : `_${n}`}.safetensors`);
      if (!saveModel(path, file, { overwrite: false })) continue;
      this.#best = { path, ...candidate };
      for (const other of older) removeModel(other);
      return this.#best;
    }
  }
}

function entryOf(path: string): EvaluatedEntry {
  const [, completed, distance] = NAME.exec(basename(path))!;
  return { path, completedPercent: Number(completed), meanDistance: Number(distance) };
}

type Merit = Pick<EvaluatedEntry, "completedPercent" | "meanDistance">;

/** The better one first. */
function byMerit(a: Merit, b: Merit): number {
  return b.completedPercent - a.completedPercent || b.meanDistance - a.meanDistance;
}
