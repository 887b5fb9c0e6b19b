import { join } from "node:path";
import { MarioError } from "../../core/errors.js";
import { wilson } from "../statistics.js";
import { readModelMetadata } from "./model-file.js";
import { fileNamesIn } from "./model-folder.js";
import type { ModelMetadata } from "./model-metadata.js";

/** As `BestModel` and `BestEvaluated` name theirs. */
const NAME = /^mario_(?:eval|reward)_.*\.safetensors$/;

/** What a model should have learned; one that has comes before all that have not. */
export interface Wanted {
  /** SHA-1 of the cartridge. */
  readonly rom?: string | undefined;
  readonly stage?: string | undefined;
  /** Probability of sticky actions under which it is to play; default 0. */
  readonly stickyActions?: number | undefined;
}

interface Candidate {
  readonly path: string;
  readonly fitsRom: boolean;
  readonly fitsStage: boolean;
  /** It was evaluated under as much chance as wanted, or more: its figure holds there, too. */
  readonly fitsChance: boolean;
  /** Lower end of the interval of the share that finishes the stage: 31 of 31 is more than 1 of 1. */
  readonly surelyFinishes: number;
  /** Pixels: mean distance of its evaluation, else mean reward of its training. */
  readonly distance: number;
  /** ISO 8601. */
  readonly created: string;
}

/**
 * Of all models that runs left in a folder, the one that finishes its stage most surely, then the one
 * that gets furthest, then the newest. One that finishes every time where nothing is left to chance may
 * fail under sticky actions, so that there those evaluated under them come first. Damaged files do not
 * count, as far as their header and length tell.
 * @returns its path, undefined when there is none
 */
export function bestModelIn(directory: string, wanted: Wanted = {}): string | undefined {
  return fileNamesIn(directory)
    .filter((name) => NAME.test(name))
    .flatMap((name) => candidateOf(join(directory, name), wanted) ?? [])
    .sort(byMerit)[0]?.path;
}

function candidateOf(path: string, wanted: Wanted): Candidate | undefined {
  let metadata: ModelMetadata;
  try {
    metadata = readModelMetadata(path);
  } catch (error) {
    if (error instanceof MarioError) return undefined;
    throw error;
  }
  const { created, evaluation, meanReward, rom, stage } = metadata;
  return {
    ...{ path, created },
    fitsRom: wanted.rom === undefined || rom?.sha1 === wanted.rom,
    fitsStage: wanted.stage === undefined || stage === wanted.stage,
    fitsChance: (evaluation?.stickyActions ?? 0) >= (wanted.stickyActions ?? 0),
    surelyFinishes: evaluation ? wilson(evaluation.completed, evaluation.episodes)[0] : 0,
    distance: evaluation?.meanDistance ?? meanReward,
  };
}

function byMerit(a: Candidate, b: Candidate): number {
  return (
    Number(b.fitsRom) - Number(a.fitsRom) ||
    Number(b.fitsStage) - Number(a.fitsStage) ||
    Number(b.fitsChance) - Number(a.fitsChance) ||
    b.surelyFinishes - a.surelyFinishes ||
    b.distance - a.distance ||
    b.created.localeCompare(a.created)
  );
}
