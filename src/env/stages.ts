import { MarioError } from "../core/errors.js";

/** One stage of the game; numbers are one-based, as on the screen. */
export interface Stage {
  readonly world: number;
  readonly stage: number;
  /** What the game counts internally; differs from `stage` where an intro scene comes before. */
  readonly area: number;
  /** Pixels from the stage's left edge to its castle. */
  readonly distance: number;
}

/**
 * Castle positions in pixels, `[world - 1][stage - 1]`.
 * Source: the original tutorial's environment (ppaquette gym-super-mario, `MAX_DISTANCE`).
 */
const DISTANCES = [
  [3266, 3266, 2514, 2430],
  [3298, 3266, 3682, 2430],
  [3298, 3442, 2498, 2430],
  [3698, 3266, 2434, 2942],
  [3282, 3298, 2514, 2429],
  [3106, 3554, 2754, 2429],
  [2962, 3266, 3682, 3453],
  [6114, 3554, 3554, 4989],
] as const;

/** Worlds whose second stage is entered through a cut-scene that has an area number of its own. */
const WORLDS_WITH_INTRO = [1, 2, 4, 7];

/** World and stage, e.g. `1-1`. */
export const STAGE_PATTERN = /^([1-8])-([1-4])$/;

/** @param world 1–8. @param stage 1–4. @throws MarioError INVALID_OPTION. */
export function stageOf(world: number, stage: number): Stage {
  const distance = DISTANCES[world - 1]?.[stage - 1] as number | undefined;
  if (distance === undefined) throw noSuchStage(`${world}-${stage}`);
  const afterIntro = stage >= 2 && WORLDS_WITH_INTRO.includes(world);
  return { world, stage, area: afterIntro ? stage + 1 : stage, distance };
}

/** @param text e.g. `1-1`. @throws MarioError INVALID_OPTION. */
export function parseStage(text: string): Stage {
  const match = STAGE_PATTERN.exec(text.trim());
  if (match === null) throw noSuchStage(text);
  return stageOf(Number(match[1]), Number(match[2]));
}

/** e.g. `1-1`. */
export function stageName({ world, stage }: Pick<Stage, "world" | "stage">): string {
  return `${world}-${stage}`;
}

function noSuchStage(text: string): MarioError {
  return new MarioError("INVALID_OPTION", `There is no stage '${text}'.`, {
    value: text,
    remedy: "Write world and stage as 1-1 to 8-4.",
  });
}
