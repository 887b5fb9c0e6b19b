import { Rng, type RngState } from "../core/rng.js";

/** Plain data. */
export interface StickyState {
  readonly rng: RngState;
  /** Buttons held last. */
  readonly held: number;
}

/**
 * Sticky actions (Machado et al. 2018, section 5): with some probability the buttons of the decision
 * before are held on instead of the new ones, so that a memorised sequence of buttons fails.
 */
export class StickyButtons {
  readonly #probability: number;
  #rng = new Rng(0);
  #held = 0;

  /** @param probability 0 to 1 */
  constructor(probability: number) {
    this.#probability = probability;
  }

  /** Begins an episode, before which nothing was held. @param rng from here on its own */
  start(rng: Rng): void {
    this.#rng = rng;
    this.#held = 0;
  }

  /** @param wanted buttons of a decision @returns the buttons to hold */
  next(wanted: number): number {
    if (this.#probability === 0 || this.#rng.uniform() >= this.#probability) this.#held = wanted;
    return this.#held;
  }

  getState(): StickyState {
    return { rng: this.#rng.getState(), held: this.#held };
  }

  setState({ rng, held }: StickyState): void {
    this.#rng.setState(rng);
    this.#held = held;
  }
}
