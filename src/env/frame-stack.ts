import { MarioError } from "../core/errors.js";
import { STACK_FRAMES } from "../core/observation.js";

/**
 * The last four frames, interleaved: `[height, width, 4] uint8`, the newest last in each pixel.
 * Each pixel's four bytes are one 32-bit word, so that a push is one shift per pixel (little-endian,
 * as every machine that runs JavaScript today).
 */
export class FrameStack {
  /** `[height, width, 4] uint8`, live. */
  readonly observation: Uint8Array;
  /** `[height, width] uint8`, the newest, live. Fill it, then call {@link push} or {@link fill}. */
  readonly frame: Uint8Array;
  readonly #words: Uint32Array;

  /** @param pixels height × width. */
  constructor(pixels: number) {
    this.#words = new Uint32Array(pixels);
    this.observation = new Uint8Array(this.#words.buffer);
    this.frame = new Uint8Array(pixels);
  }

  /** Takes `frame` in as the newest and lets the oldest go. */
  push(): void {
    const words = this.#words;
    for (let i = 0; i < words.length; i++) words[i] = (words[i] >>> 8) | (this.frame[i] << 24);
  }

  /** Takes `frame` in four times: the start of an episode. */
  fill(): void {
    const words = this.#words;
    for (let i = 0; i < words.length; i++) words[i] = this.frame[i] * 0x0101_0101;
  }

  getState(): Uint8Array {
    return this.observation.slice();
  }

  /** @throws MarioError STATE_INVALID for another size. */
  setState(state: Uint8Array): void {
    if (state.length !== this.observation.length) {
      throw new MarioError("STATE_INVALID", `The frame stack has another size: ${state.length}.`);
    }
    this.observation.set(state);
    for (let i = 0; i < this.frame.length; i++) {
      this.frame[i] = state[STACK_FRAMES * i + STACK_FRAMES - 1];
    }
  }
}
