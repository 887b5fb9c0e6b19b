import { Rng, type RngState } from "../core/rng.js";

/** Plain data. */
export interface StickyState {
  readonly rng: RngState;
  /** Buttons of the last frame. */
  readonly held: number;
}

/**
 * Sticky actions (Machado et al. 2018, section 5): in each frame, with some probability, the buttons of
 * the frame before are held on instead of the wanted ones, so that a memorised sequence of buttons
 * fails. Drawn per frame as in the Arcade Learning Environment: with probability p, a new decision is
 * late by k frames or more with p^k.
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

  /** @param wanted buttons of the decision @returns the buttons to hold in the next frame */
  next(wanted: number): number {
    if (this.#probability === 0 || this.#rng.uniform() >= this.#probability) this.#held = wanted;
    return this.#held;
  }

  /** Buttons of the last frame, 0 before the first. */
  get held(): number {
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
