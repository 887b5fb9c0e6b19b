import { basename, join } from "node:path";
import type { Evaluation } from "../evaluation.js";
import { observeWrite, type WriteObserver } from "../../core/write-error.js";
import type { CandidateModel } from "./best-model.js";
import { ownModelFiles, removeModel } from "./model-folder.js";
import { saveModel, type Model } from "./model-file.js";

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

/** What a model was evaluated under. */
export interface EvaluatedUnder {
  /** Its weights are the average of `--eval-average`; default false. */
  readonly averaged?: boolean;
  /** In each frame, probability that the buttons of the frame before stayed held; default 0. */
  readonly stickyActions?: number;
}

/** A best model that could not be written; plain data. */
interface UnsavedEvaluated extends Merit {
  readonly file: Model;
}

/** Plain data. */
export interface BestEvaluatedState {
  readonly unsaved?: UnsavedEvaluated | undefined;
  /** Of the best so far, saved or not; undefined before the first. */
  readonly merit?: Merit | undefined;
}

/**
 * Keeps the model that did best when it was evaluated: the most stages finished, then the greatest
 * mean distance. Beside the tutorial's rule (`BestModel`), whose figure has random actions in it and
 * is a mean over weights of a hundred episodes ago.
 */
export class BestEvaluated {
  readonly #options: BestEvaluatedOptions;
  #best: EvaluatedEntry | undefined;
  #unsaved: UnsavedEvaluated | undefined;
  /**
   * What is to be surpassed. A run that was killed and goes on from before its best file does again
   * what it did: so not that file's.
   */
  #merit: Merit | undefined;

  constructor(options: BestEvaluatedOptions) {
    this.#options = options;
    this.#best = ownModelFiles(options.directory, NAME, options.runId)
      .map((path) => entryOf(path))
      .sort(byMerit)[0];
    this.#merit = this.#best;
  }

  /** The best that is saved. */
  get current(): EvaluatedEntry | undefined {
    return this.#best;
  }

  /** Whether the best could not be written; {@link retry} tries again. */
  get isUnsaved(): boolean {
    return this.#unsaved !== undefined;
  }

  /** Whether it is better than the best so far, or as good. */
  isBest(evaluation: Evaluation): boolean {
    return this.#merit === undefined || byMerit(this.#merit, meritOf(evaluation)) >= 0;
  }

  /**
   * Saves the model if it is better than the best so far, or as good and newer, unless a better file
   * is there from before the run was killed. The older file goes only after the new one is safely there.
   * @param model called only when it is saved
   * @throws MarioError NOT_FINITE; without an observer DISK_FULL, NOT_WRITABLE. The older file is then
   * as before; with an observer the model is held until {@link retry} has written it
   */
  offer(
    evaluation: Evaluation,
    training: { readonly meanReward: number; readonly episodes: number },
    model: () => CandidateModel,
    { averaged = false, stickyActions = 0 }: EvaluatedUnder = {},
  ): EvaluatedEntry | undefined {
    if (!this.isBest(evaluation)) return undefined;
    this.#merit = meritOf(evaluation);
    if (this.#best && byMerit(this.#best, asInName(this.#merit)) < 0) return undefined;
    const { weights, metadata } = model();
    const { episodes, meanDistance, meanReward } = evaluation;
    const evaluated = {
      episodes,
      meanDistance,
      meanReward,
      completed: evaluation.endings.completed,
      averaged,
      ...(stickyActions > 0 && { stickyActions }),
    };
    const about = {
      runId: this.#options.runId,
      meanReward: training.meanReward,
      episodes: training.episodes,
      evaluation: evaluated,
    };
    return this.#keep({
      ...meritOf(evaluation),
      file: { weights, metadata: { ...metadata, ...about } },
    });
  }

  /** Tries to write a best model that could not be written; otherwise does nothing. */
  retry(): EvaluatedEntry | undefined {
    return this.#unsaved && this.#keep(this.#unsaved);
  }

  getState(): BestEvaluatedState {
    return { unsaved: this.#unsaved, merit: this.#merit };
  }

  /**
   * Of a run that continues; what could not be written is dropped where a file is as good by now. In
   * another folder, or where its file has gone, it begins anew: else the run might keep no model.
   */
  setState({ unsaved, merit }: BestEvaluatedState): void {
    const isBetter = unsaved && (this.#best === undefined || byMerit(this.#best, unsaved) > 0);
    this.#unsaved = isBetter ? unsaved : undefined;
    this.#merit = this.#best || this.#unsaved ? merit : undefined;
  }

  #keep(candidate: UnsavedEvaluated): EvaluatedEntry | undefined {
    const before = this.#best;
    const entry = observeWrite(this.#options.observer, () => this.#save(candidate));
    this.#unsaved = this.#best === before ? candidate : undefined;
    return entry;
  }

  #save({ completedPercent, meanDistance, file }: UnsavedEvaluated): EvaluatedEntry {
    const { directory, runId } = this.#options;
    const name = `mario_eval_${completedPercent.toFixed(1)}_${meanDistance.toFixed(1)}`;
    const older = ownModelFiles(directory, NAME, runId);
    for (let n = 1; ; n++) {
      const path = join(directory, `${name}${n === 1 ? "" : `_${n}`}.safetensors`);
      if (!saveModel(path, file, { overwrite: false })) continue;
      this.#best = { path, completedPercent, meanDistance };
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

/** As far as a file's name tells it. */
function asInName({ completedPercent, meanDistance }: Merit): Merit {
  return { completedPercent, meanDistance: Number(meanDistance.toFixed(1)) };
}

function meritOf({ completionRate, meanDistance }: Evaluation): Merit {
  return { completedPercent: Math.round(completionRate * 1000) / 10, meanDistance };
}

/** The better one first. */
function byMerit(a: Merit, b: Merit): number {
  return b.completedPercent - a.completedPercent || b.meanDistance - a.meanDistance;
}
