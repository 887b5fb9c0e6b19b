import type { EpisodeSummary } from "./episode.js";

/** Episodes over which the tutorial's running means go. */
const WINDOW_EPISODES = 100;

/** Plain data. */
export interface EpisodeWindowState {
  readonly last: readonly EpisodeSummary[];
  readonly episodes: number;
}

/** Means over the last 100 episodes. */
export class EpisodeWindow {
  #last: EpisodeSummary[] = [];
  #episodes = 0;

  /** Episodes ever added. */
  get episodes(): number {
    return this.#episodes;
  }

  /** Whether there have been as many as the means go over. */
  get isFull(): boolean {
    return this.#episodes >= WINDOW_EPISODES;
  }

  add(episode: EpisodeSummary): void {
    this.#episodes++;
    this.#last.push(episode);
    if (this.#last.length > WINDOW_EPISODES) this.#last.shift();
  }

  /** Mean reward, rounded to one decimal as in the tutorial; 0 before the first episode. */
  get meanReward(): number {
    return Math.round(this.#mean((episode) => episode.reward) * 10) / 10;
  }

  /** Mean furthest x, pixels. */
  get meanDistance(): number {
    return this.#mean((episode) => episode.distance);
  }

  /** Share of completed episodes, 0 to 1. */
  get completionRate(): number {
    return this.#mean((episode) => (episode.completed ? 1 : 0));
  }

  /** Furthest x of the window, pixels. */
  get maxDistance(): number {
    return this.#last.reduce((most, episode) => Math.max(most, episode.distance), 0);
  }

  getState(): EpisodeWindowState {
    return { last: [...this.#last], episodes: this.#episodes };
  }

  setState(state: EpisodeWindowState): void {
    this.#last = [...state.last];
    this.#episodes = state.episodes;
  }

  #mean(of: (episode: EpisodeSummary) => number): number {
    if (this.#last.length === 0) return 0;
    return this.#last.reduce((sum, episode) => sum + of(episode), 0) / this.#last.length;
  }
}
