import { Mode, type MarioRam } from "./mario-ram.js";
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
  /** At the last decision. */
  x: number;
  maxX: number;
  /** Emulator frames and decisions since `reset`. */
  frames: number;
  steps: number;
  /** Decisions since `maxX` last grew. */
  stalledSteps: number;
  livesAtStart: number;
  flag: boolean;
  died: boolean;
  timeUp: boolean;
  completed: boolean;
  truncated: boolean;
}

export function newEpisode(ram: MarioRam): Episode {
  return {
    x: ram.x,
    maxX: ram.x,
    frames: 0,
    steps: 0,
    stalledSteps: 0,
    livesAtStart: ram.lives,
    flag: false,
    died: false,
    timeUp: false,
    completed: false,
    truncated: false,
  };
}

/** Looks for the end of the episode; call it after every frame. */
export function watchFrame(episode: Episode, ram: MarioRam, stage: Stage, endAt: StageEnd): void {
  episode.frames++;
  episode.flag ||= ram.atFlag;
  const nextStage =
    ram.mode === Mode.worldEnd || ram.world !== stage.world || ram.stage !== stage.stage;
  const atCastle = ram.x >= stage.distance - CASTLE_REACH;
  episode.completed = (endAt === "flag" && episode.flag) || atCastle || nextStage;
  if (episode.completed) return;
  episode.died = ram.dying || ram.lives < episode.livesAtStart || ram.mode === Mode.gameOver;
  episode.timeUp = episode.died && ram.time === 0;
}

/** Brings the counters up to the end of a decision. */
export function closeStep(episode: Episode, ram: MarioRam): void {
  episode.steps++;
  episode.x = ram.x;
  if (ram.x > episode.maxX) {
    episode.maxX = ram.x;
    episode.stalledSteps = 0;
  } else if (!episode.flag) {
    // Behind the flag the game walks by itself; that is no stall.
    episode.stalledSteps++;
  }
}

/** As numbers, for a state; {@link episodeFromNumbers} is its inverse. */
export function episodeToNumbers(episode: Episode): number[] {
  return EPISODE_FIELDS.map((field) => Number(episode[field]));
}

export function episodeFromNumbers(numbers: ArrayLike<number>): Episode {
  const [x, maxX, frames, steps, stalledSteps, livesAtStart, ...flags] = Array.from(numbers);
  const [flag, died, timeUp, completed, truncated] = flags.map((value) => value !== 0);
  return {
    x,
    maxX,
    frames,
    steps,
    stalledSteps,
    livesAtStart,
    flag,
    died,
    timeUp,
    completed,
    truncated,
  };
}

export const EPISODE_FIELDS = [
  ...(["x", "maxX", "frames", "steps", "stalledSteps", "livesAtStart"] as const),
  ...(["flag", "died", "timeUp", "completed", "truncated"] as const),
] as const satisfies readonly (keyof Episode)[];
