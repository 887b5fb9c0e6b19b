import { movement } from "../env/reward.js";

/** What the trainer needs to know of a step besides the observation and the reward. */
export interface GameInfo {
  /** Player's x, pixels from the stage's left edge. */
  readonly x: number;
  /** Furthest x of this episode, pixels. */
  readonly maxX: number;
  /** The stage was finished. */
  readonly completed: boolean;
  /** Emulator frames since the reset. */
  readonly frames: number;
}

/** One episode, however the learner was paid for it. */
export interface EpisodeSummary {
  /** Sum of the tutorial's rewards: change of x, pixels. */
  readonly reward: number;
  /** Sum of what the learner was paid; equal to `reward` where it is paid by distance. */
  readonly learnerReward: number;
  /** Furthest x, pixels from the stage's left edge. */
  readonly distance: number;
  /** Decisions. */
  readonly steps: number;
  readonly completed: boolean;
  /** Cut by a limit of ours, not ended by the game. */
  readonly truncated: boolean;
  /** It began at a saved state, so its reward counts from there: practice, not performance. */
  readonly restarted?: boolean;
}

/** What a tally has added up so far; plain data. */
export interface EpisodeTallyState {
  readonly reward: number;
  readonly learnerReward: number;
  readonly steps: number;
  readonly restarted: boolean;
  readonly last: GameInfo;
}

/** Adds up one running episode. */
export class EpisodeTally {
  #reward = 0;
  #learnerReward = 0;
  #steps = 0;
  #restarted = false;
  #last: GameInfo = { x: 0, maxX: 0, completed: false, frames: 0 };

  /** @param info as `reset` of the environment gave it. */
  start(info: GameInfo, restarted = false): void {
    this.#restarted = restarted;
    this.#reward = 0;
    this.#learnerReward = 0;
    this.#steps = 0;
    this.#last = info;
  }

  /** @returns the summary once the step ended the episode, else undefined. */
  add(step: {
    readonly reward: number;
    readonly terminated: boolean;
    readonly truncated: boolean;
    readonly info: GameInfo;
  }): EpisodeSummary | undefined {
    const { info } = step;
    this.#reward += movement(this.#last.x, info.x, info.frames - this.#last.frames);
    this.#learnerReward += step.reward;
    this.#steps++;
    this.#last = info;
    if (!step.terminated && !step.truncated) return undefined;
    return {
      reward: this.#reward,
      learnerReward: this.#learnerReward,
      distance: info.maxX,
      steps: this.#steps,
      completed: info.completed,
      truncated: step.truncated && !step.terminated,
      ...(this.#restarted && { restarted: true }),
    };
  }

  getState(): EpisodeTallyState {
    const { x, maxX, completed, frames } = this.#last;
    return {
      reward: this.#reward,
      learnerReward: this.#learnerReward,
      steps: this.#steps,
      restarted: this.#restarted,
      last: { x, maxX, completed, frames },
    };
  }

  setState(state: EpisodeTallyState): void {
    this.#reward = state.reward;
    this.#learnerReward = state.learnerReward;
    this.#steps = state.steps;
    this.#restarted = state.restarted;
    this.#last = state.last;
  }
}
