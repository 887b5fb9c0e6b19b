import type { EpisodeSummary } from "./episode.js";

/** Episodes over which the tutorial's running means go. */
const MAX_EPISODES = 100;

/** Plain data. */
export interface RecentEpisodesState {
  readonly last: readonly EpisodeSummary[];
  readonly episodes: number;
}

/** The last 100 episodes, and means over them. */
export class RecentEpisodes {
  #last: EpisodeSummary[] = [];
  #episodes = 0;

  /** Episodes ever added. */
  get episodes(): number {
    return this.#episodes;
  }

  /** Whether there have been as many as the means go over. */
  get isFull(): boolean {
    return this.#episodes >= MAX_EPISODES;
  }

  add(episode: EpisodeSummary): void {
    this.#episodes++;
    this.#last.push(episode);
    if (this.#last.length > MAX_EPISODES) this.#last.shift();
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

  /** Furthest x of them, pixels. */
  get maxDistance(): number {
    return this.#last.reduce((most, episode) => Math.max(most, episode.distance), 0);
  }

  getState(): RecentEpisodesState {
    return { last: [...this.#last], episodes: this.#episodes };
  }

  setState(state: RecentEpisodesState): void {
    this.#last = [...state.last];
    this.#episodes = state.episodes;
  }

  #mean(of: (episode: EpisodeSummary) => number): number {
    if (this.#last.length === 0) return 0;
    return this.#last.reduce((sum, episode) => sum + of(episode), 0) / this.#last.length;
  }
}
