import type { EpisodeEntry } from "../protocol/protocol.js";

/** What it takes to play an episode again, exactly. */
export interface Recording {
  readonly entry: EpisodeEntry;
  /** Of the environment's reset: it decides the idle frames at the start. */
  readonly seed: number;
  /** One action a decision. */
  readonly actions: Uint8Array;
}

/** A few hundred bytes each. */
const MOST_EPISODES = 1000;

/** The episodes played so far, the newest last; the oldest go when there are too many. */
export class EpisodeArchive {
  readonly #recordings = new Map<number, Recording>();
  #nextId = 1;

  add(seed: number, actions: Uint8Array, entry: Omit<EpisodeEntry, "id">): Recording {
    const id = this.#nextId++;
    const recording = { seed, actions, entry: { id, ...entry } };
    this.#recordings.set(id, recording);
    this.#recordings.delete(id - MOST_EPISODES);
    return recording;
  }

  get(id: number): Recording | undefined {
    return this.#recordings.get(id);
  }

  entries(): EpisodeEntry[] {
    return Array.from(this.#recordings.values(), ({ entry }) => entry);
  }
}
