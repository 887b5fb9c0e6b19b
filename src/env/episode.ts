import {
  AREA_COUNT,
  firstAreaOf,
  isAlwaysNew,
  isOnTheWay,
  mayHaveCastle,
  SOLE_AREA,
} from "./areas.js";
import { Mode, type MarioRam } from "./mario-ram.js";
import { movement } from "./movement.js";
import type { Stage } from "./stages.js";

/**
 * When a stage counts as completed: on touching the flagpole (nothing that the player does after it
 * matters), or only at the castle, as in the original tutorial. A stage without a flag ends at its
 * castle, or when the next stage begins, either way.
 */
export type StageEnd = "flag" | "castle";

/** Pixels before the castle at which the stage is over. Source: the original environment. */
const CASTLE_REACH = 15;

/** Numbers of a running episode. Positions in pixels. */
export interface Episode {
  /** At the last decision; between two areas, before them. */
  x: number;
  /** Furthest x, that in side rooms left out. */
  maxX: number;
  /**
   * What the last decision changed x by; 0 where the game put the player elsewhere, except within an
   * area of the classic.
   */
  moved: number;
  /** By how much it went beyond the furthest x in that area. */
  gained: number;
  /** In the classic, the area that the player is in, or is put into. */
  area: number;
  /** No decision has ended in that area yet. */
  arriving: boolean;
  /** Emulator frames and decisions since `reset`. */
  frames: number;
  steps: number;
  /** Decisions without new ground. */
  stalledSteps: number;
  livesAtStart: number;
  flag: boolean;
  died: boolean;
  timeUp: boolean;
  completed: boolean;
  truncated: boolean;
  /** `[128] uint16`, of each area: the furthest x there; 0: not been there. */
  readonly furthest: Uint16Array;
}

export function newEpisode(ram: MarioRam, stage: Stage): Episode {
  const area = ram.isClassic ? firstAreaOf(stage) : SOLE_AREA;
  const furthest = new Uint16Array(AREA_COUNT);
  furthest[area] = ram.x;
  return {
    x: ram.x,
    maxX: ram.x,
    moved: 0,
    gained: 0,
    area,
    arriving: false,
    frames: 0,
    steps: 0,
    stalledSteps: 0,
    livesAtStart: ram.lives,
    flag: false,
    died: false,
    timeUp: false,
    completed: false,
    truncated: false,
    furthest,
  };
}

/** Looks for the end of the episode; call it after every frame. */
export function watchFrame(episode: Episode, ram: MarioRam, stage: Stage, endAt: StageEnd): void {
  episode.frames++;
  episode.flag ||= ram.atFlag;
  watchArea(episode, ram.loadingArea);
  const nextStage =
    ram.mode === Mode.worldEnd || ram.world !== stage.world || ram.stage !== stage.stage;
  // When a pipe's area begins to load, x is that of the area before for a while.
  const atCastle =
    !ram.isBetweenAreas &&
    ram.x >= stage.distance - CASTLE_REACH &&
    isCastleHere(episode, ram, stage);
  episode.completed = (endAt === "flag" && episode.flag) || atCastle || nextStage;
  if (episode.completed) return;
  episode.died = ram.dying || ram.lives < episode.livesAtStart || ram.mode === Mode.gameOver;
  episode.timeUp = episode.died && ram.time === 0;
}

function isCastleHere({ area }: Episode, ram: MarioRam, stage: Stage): boolean {
  return !ram.isClassic || mayHaveCastle(stage, area);
}

/** @param loading the area that is being loaded, if any; afterwards the game forgets its number */
function watchArea(episode: Episode, loading: number | undefined): void {
  if (loading === undefined || loading === episode.area) return;
  episode.area = loading;
  episode.arriving = true;
  if (isAlwaysNew(loading)) episode.furthest[loading] = 0;
}

/** Whether x is a place of the stage: not in the classic's side rooms, nor between two areas. */
export function isOnStage({ area }: Episode, ram: MarioRam): boolean {
  return !ram.isClassic || (!ram.isBetweenAreas && isOnTheWay(area));
}

/** Brings the counters up to the end of a decision. @param frames that it took */
export function closeStep(episode: Episode, ram: MarioRam, stage: Stage, frames: number): void {
  episode.steps++;
  episode.moved = 0;
  episode.gained = 0;
  // Behind the flag the game walks by itself; that is no stall.
  if (!episode.flag) episode.stalledSteps++;
  if (!ram.isBetweenAreas) measure(episode, ram, stage, frames);
}

function measure(episode: Episode, ram: MarioRam, stage: Stage, frames: number): void {
  const { x } = ram;
  const { area, furthest } = episode;
  if (!episode.arriving) {
    // Within an area the classic puts the player back, by mazes and by pipes: were that not counted,
    // going round in them would pay.
    episode.moved = ram.isClassic ? x - episode.x : movement(episode.x, x, frames);
  }
  episode.arriving = false;
  episode.x = x;
  episode.maxX = Math.max(episode.maxX, distanceAt(x, episode, ram, stage));
  if (x <= furthest[area]) return;
  episode.gained = furthest[area] === 0 ? 0 : movement(furthest[area], x, frames);
  furthest[area] = x;
  episode.stalledSteps = 0;
}

/** What x counts for: nothing in side rooms, no more than the whole stage behind a rock of 4-2. */
function distanceAt(x: number, { area }: Episode, ram: MarioRam, stage: Stage): number {
  if (!ram.isClassic) return x;
  if (!isOnTheWay(area)) return 0;
  return mayHaveCastle(stage, area) ? x : Math.min(x, stage.distance);
}

/** Its numbers and marks, as numbers, for a state; {@link episodeFrom} is the inverse. */
export function episodeToNumbers(episode: Episode): number[] {
  return [...NUMBERS, ...MARKS].map((field) => Number(episode[field]));
}

/** @param furthest of each area; kept, not copied */
export function episodeFrom(numbers: readonly number[], furthest: Uint16Array): Episode {
  const episode: Record<string, unknown> = { furthest };
  NUMBERS.forEach((field, i) => (episode[field] = numbers[i]));
  MARKS.forEach((field, i) => (episode[field] = numbers[NUMBERS.length + i] !== 0));
  return episode as unknown as Episode;
}

const NUMBERS = [
  ...(["x", "maxX", "moved", "gained", "area"] as const),
  ...(["frames", "steps", "stalledSteps", "livesAtStart"] as const),
] as const satisfies readonly (keyof Episode)[];
const MARKS = [
  ...(["arriving", "flag", "died", "timeUp", "completed", "truncated"] as const),
] as const satisfies readonly (keyof Episode)[];

/** How many {@link episodeToNumbers} gives. */
export const EPISODE_NUMBERS = NUMBERS.length + MARKS.length;
