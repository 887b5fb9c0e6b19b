import { basename, join } from "node:path";
import type { NamedTensors } from "../../agent/agent.js";
import { observeWrite, type WriteObserver } from "../../core/write-error.js";
import { saveModel } from "./model-file.js";
import { ownModelFiles, removeModel } from "./model-folder.js";
import type { ModelMetadata } from "./model-metadata.js";

/** Where best models go, relative to the project. */
export const MODEL_DIRECTORY = "models/deepq";

/** A mean over fewer episodes says too little. */
const FIRST_EPISODE = 10;
const NAME = /^mario_reward_(-?\d+\.\d)(?:_\d+)?\.safetensors$/;

export interface BestModelOptions {
  /** Usually {@link MODEL_DIRECTORY}. */
  readonly directory: string;
  /** Tells this run's files from those of other runs in the same folder; kept when resuming. */
  readonly runId: string;
  /** Told of a model that cannot be written, in place of a throw; the next better one is tried again. */
  readonly observer?: WriteObserver;
}

export interface Candidate {
  /** Over the last 100 episodes, or all if there are fewer. */
  readonly meanReward: number;
  /** Episodes finished so far in this run. */
  readonly episodes: number;
}

/** Weights and description of the moment; the run's id and mean reward are filled in. */
export interface CandidateModel {
  readonly weights: NamedTensors;
  readonly metadata: Omit<ModelMetadata, "runId" | "meanReward" | "episodes">;
}

export interface ModelEntry {
  readonly path: string;
  /** From the file's name, one decimal. */
  readonly meanReward: number;
}

/**
 * Keeps a run's best model. The original tutorial's rule: whenever the mean reward of the last 100
 * episodes, rounded to one decimal, from the 10th episode on, beats the best so far, the model is
 * saved and the run's older file removed.
 *
 * Files of this run that are already in the folder count: a run that was killed after its last
 * resume state does not lose the model it had saved since.
 */
export class BestModel {
  private readonly options: BestModelOptions;
  private best: ModelEntry | undefined;

  constructor(options: BestModelOptions) {
    this.options = options;
    this.best = highest(ownFiles(options));
  }

  /** The best so far, if one was saved. */
  get current(): ModelEntry | undefined {
    return this.best;
  }

  /**
   * Saves the model if the rule says so. The older file goes only after the new one is safely there.
   * @param model called only when it is saved, because copying weights takes time
   * @returns the new file, or undefined if nothing was saved
   * @throws MarioError NOT_FINITE; without an observer DISK_FULL, NOT_WRITABLE. The older file and the
   * best are then as before, and the next better mean tries again
   */
  offer(candidate: Candidate, model: () => CandidateModel): ModelEntry | undefined {
    const meanReward = oneDecimal(candidate.meanReward);
    if (candidate.episodes < FIRST_EPISODE || !Number.isFinite(meanReward)) return undefined;
    if (this.best !== undefined && meanReward <= this.best.meanReward) return undefined;
    return observeWrite(this.options.observer, () =>
      this.keep({ ...candidate, meanReward }, model),
    );
  }

  /**
   * Saves the model of a run that ends before the rule could save one; otherwise does nothing.
   * @throws as {@link BestModel.offer}
   */
  keepIfNone(candidate: Candidate, model: () => CandidateModel): ModelEntry | undefined {
    if (this.best !== undefined) return undefined;
    const meanReward = oneDecimal(candidate.meanReward);
    return observeWrite(this.options.observer, () =>
      this.keep({ ...candidate, meanReward }, model),
    );
  }

  private keep(candidate: Candidate, model: () => CandidateModel): ModelEntry {
    const { meanReward } = candidate;
    const { weights, metadata } = model();
    const { runId } = this.options;
    const path = this.save(meanReward, {
      weights,
      metadata: { ...metadata, runId, meanReward, episodes: candidate.episodes },
    });
    this.best = { path, meanReward };
    for (const older of ownFiles(this.options)) {
      if (older.path !== path && older.meanReward < meanReward) removeModel(older.path);
    }
    return this.best;
  }

  /** Never takes another run's name: `…_930.6.safetensors`, then `…_930.6_2.safetensors`, … */
  private save(meanReward: number, model: Parameters<typeof saveModel>[1]): string {
    const name = `mario_reward_${meanReward.toFixed(1)}`;
    for (let n = 1; ; n++) {
      const suffix = n === 1 ? "" : `_${n}`;
      const path = join(this.options.directory, `${name}${suffix}.safetensors`);
      if (saveModel(path, model, { overwrite: false })) return path;
    }
  }
}

function ownFiles({ directory, runId }: BestModelOptions): ModelEntry[] {
  return ownModelFiles(directory, NAME, runId).map(entryOf);
}

function entryOf(path: string): ModelEntry {
  return { path, meanReward: Number(NAME.exec(basename(path))![1]) };
}

function highest(entries: readonly ModelEntry[]): ModelEntry | undefined {
  return entries.reduce<ModelEntry | undefined>(
    (best, entry) => (best !== undefined && best.meanReward >= entry.meanReward ? best : entry),
    undefined,
  );
}

/** Newest first. */
/** To one decimal; never minus zero, which would show in a name. */
function oneDecimal(value: number): number {
  return Math.round(value * 10) / 10 + 0;
}
