import { basename, join } from "node:path";
import type { NamedTensors } from "../../agent/agent.js";
import { observeWrite, type WriteObserver } from "../../core/write-error.js";
import { readModelMetadata, saveModel, type Model } from "./model-file.js";
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
  /** Told of a model that cannot be written, in place of a throw; see {@link BestModel.retry}. */
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

/** A best model that could not be written; plain data. */
export interface UnsavedModel {
  /** One decimal. */
  readonly meanReward: number;
  readonly file: Model;
}

export interface ModelEntry {
  readonly path: string;
  /** From the file's name, one decimal. */
  readonly meanReward: number;
}

/** A best model, and what it is a mean of. */
interface RatedEntry extends ModelEntry {
  readonly episodes: number;
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
  private best: RatedEntry | undefined;
  private unsaved: UnsavedModel | undefined;

  constructor(options: BestModelOptions) {
    this.options = options;
    this.best = ownFiles(options).reduce<RatedEntry | undefined>(
      (best, entry) => (best !== undefined && merit(best) >= merit(entry) ? best : entry),
      undefined,
    );
  }

  /** The best so far, if one was saved. */
  get current(): ModelEntry | undefined {
    return this.best;
  }

  /** Whether the best could not be written; {@link retry} tries again. */
  get isUnsaved(): boolean {
    return this.unsaved !== undefined;
  }

  /**
   * Saves the model if the rule says so. The older file goes only after the new one is safely there.
   * @param model called only when it is saved, because copying weights takes time
   * @returns the new file, or undefined if nothing was saved
   * @throws MarioError NOT_FINITE; without an observer DISK_FULL, NOT_WRITABLE. The older file and the
   * best are then as before; with an observer the model is held until {@link retry} has written it
   */
  offer(candidate: Candidate, model: () => CandidateModel): ModelEntry | undefined {
    const meanReward = oneDecimal(candidate.meanReward);
    if (candidate.episodes < FIRST_EPISODE || !Number.isFinite(meanReward)) return undefined;
    if (meanReward <= this.merit) return undefined;
    return this.keep(this.describe({ ...candidate, meanReward }, model));
  }

  /**
   * Saves the model of a run that ends before the rule could save one; otherwise does nothing. If the
   * run is resumed, the first model that the rule saves takes its place, whatever the two means.
   * @throws as {@link BestModel.offer}
   */
  keepIfNone(candidate: Candidate, model: () => CandidateModel): ModelEntry | undefined {
    if ((this.unsaved ?? this.best) !== undefined) return undefined;
    const meanReward = oneDecimal(candidate.meanReward);
    return this.keep(this.describe({ ...candidate, meanReward }, model));
  }

  /** Tries to write a best model that could not be written; otherwise does nothing. */
  retry(): ModelEntry | undefined {
    return this.unsaved && this.keep(this.unsaved);
  }

  getState(): UnsavedModel | undefined {
    return this.unsaved;
  }

  /** @param unsaved of a run that continues; dropped where a file is as good by now */
  setState(unsaved: UnsavedModel | undefined): void {
    this.unsaved = undefined;
    if (unsaved !== undefined && (!this.best || merit(rated(unsaved)) > this.merit)) {
      this.unsaved = unsaved;
    }
  }

  /** What the next one has to beat. */
  private get merit(): number {
    if (this.unsaved !== undefined) return merit(rated(this.unsaved));
    return this.best === undefined ? -Infinity : merit(this.best);
  }

  private describe({ episodes, meanReward }: Candidate, model: () => CandidateModel): UnsavedModel {
    const { weights, metadata } = model();
    const { runId } = this.options;
    return {
      meanReward,
      file: { weights, metadata: { ...metadata, runId, meanReward, episodes } },
    };
  }

  private keep(candidate: UnsavedModel): ModelEntry | undefined {
    const before = this.best;
    const entry = observeWrite(this.options.observer, () => this.replaceWith(candidate));
    this.unsaved = this.best === before ? candidate : undefined;
    return entry;
  }

  private replaceWith({ meanReward, file }: UnsavedModel): ModelEntry {
    const path = this.save(meanReward, file);
    const best = { path, meanReward, episodes: file.metadata.episodes };
    this.best = best;
    for (const older of ownFiles(this.options)) {
      if (older.path !== path && merit(older) < merit(best)) removeModel(older.path);
    }
    return best;
  }

  /** Never takes another run's name: `…_930.6.safetensors`, then `…_930.6_2.safetensors`, … */
  private save(meanReward: number, model: Model): string {
    const name = `mario_reward_${meanReward.toFixed(1)}`;
    for (let n = 1; ; n++) {
      const suffix = n === 1 ? "" : `_${n}`;
      const path = join(this.options.directory, `${name}${suffix}.safetensors`);
      if (saveModel(path, model, { overwrite: false })) return path;
    }
  }
}

function ownFiles({ directory, runId }: BestModelOptions): RatedEntry[] {
  return ownModelFiles(directory, NAME, runId).map((path) => ({
    path,
    meanReward: Number(NAME.exec(basename(path))![1]),
    episodes: readModelMetadata(path).episodes,
  }));
}

/** The mean reward, if it is one of enough episodes: no other is a bar to any model. */
function merit({ meanReward, episodes }: Pick<RatedEntry, "meanReward" | "episodes">): number {
  return episodes < FIRST_EPISODE ? -Infinity : meanReward;
}

function rated({ meanReward, file }: UnsavedModel): Pick<RatedEntry, "meanReward" | "episodes"> {
  return { meanReward, episodes: file.metadata.episodes };
}

/** To one decimal; never minus zero, which would show in a name. */
function oneDecimal(value: number): number {
  return Math.round(value * 10) / 10 + 0;
}
