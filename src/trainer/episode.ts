/** What the trainer needs to know of a step besides the observation and the reward. */
export interface GameInfo {
  /** Change of x in the last decision, pixels; 0 where the game put the player elsewhere (but see `MarioInfo`). */
  readonly moved: number;
  /** Furthest x of this episode, pixels. */
  readonly maxX: number;
  /** The stage was finished. */
  readonly completed: boolean;
  /** Emulator frames since the reset. */
  readonly frames: number;
  /** The clock ran out. */
  readonly timeUp?: boolean;
  /** The life was lost below the screen; undefined where the game does not tell. */
  readonly fell?: boolean;
}

/**
 * How an episode ended: `hit` is an enemy or another hazard, `died` a death of which no more is
 * known, `cut` a limit of ours.
 */
export const EPISODE_ENDINGS = ["completed", "fell", "hit", "timeUp", "died", "cut"] as const;
export type EpisodeEnding = (typeof EPISODE_ENDINGS)[number];

/** One episode, however the learner was paid for it. */
export interface EpisodeSummary {
  /** Sum of the tutorial's rewards: change of x, pixels. */
  readonly reward: number;
  /** Furthest x, pixels from the stage's left edge. */
  readonly distance: number;
  /** Decisions. */
  readonly steps: number;
  /** Emulator frames. */
  readonly frames: number;
  readonly ending: EpisodeEnding;
  readonly completed: boolean;
  /** Cut by a limit of ours, not ended by the game. */
  readonly truncated: boolean;
  /** It began at a saved state, so its reward counts from there: practice, not performance. */
  readonly restarted?: boolean;
}

/** What a tally has added up so far; plain data. */
export interface EpisodeTallyState {
  readonly reward: number;
  readonly steps: number;
  readonly restarted: boolean;
}

/** Adds up one running episode. */
export class EpisodeTally {
  #reward = 0;
  #steps = 0;
  #restarted = false;

  start(restarted = false): void {
    this.#restarted = restarted;
    this.#reward = 0;
    this.#steps = 0;
  }

  /** @returns the summary once the step ended the episode, else undefined. */
  add(step: {
    readonly terminated: boolean;
    readonly truncated: boolean;
    readonly info: GameInfo;
  }): EpisodeSummary | undefined {
    const { info } = step;
    this.#reward += info.moved;
    this.#steps++;
    if (!step.terminated && !step.truncated) return undefined;
    return {
      reward: this.#reward,
      distance: info.maxX,
      steps: this.#steps,
      frames: info.frames,
      ending: endingOf(info, step.terminated),
      completed: info.completed,
      truncated: step.truncated && !step.terminated,
      ...(this.#restarted && { restarted: true }),
    };
  }

  getState(): EpisodeTallyState {
    return { reward: this.#reward, steps: this.#steps, restarted: this.#restarted };
  }

  setState(state: EpisodeTallyState): void {
    this.#reward = state.reward;
    this.#steps = state.steps;
    this.#restarted = state.restarted;
  }
}

function endingOf({ completed, timeUp, fell }: GameInfo, terminated: boolean): EpisodeEnding {
  if (!terminated) return "cut";
  if (completed) return "completed";
  if (timeUp) return "timeUp";
  if (fell === undefined) return "died";
  return fell ? "fell" : "hit";
}
