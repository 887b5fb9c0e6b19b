import { SCREEN_HEIGHT, SCREEN_WIDTH } from "../nes/hardware.js";
import type { Picture } from "./picture.js";

/** Rows of the screen that stand still while the stage scrolls: the status bar. */
export const STATUS_ROWS = 32;
/** Columns at the left that games hide while they draw what scrolls in. */
const HIDDEN_COLUMNS = 8;
const UNSEEN = 0xffff_ffff;

/**
 * A whole stage, put together from screens by the camera's position. Each pixel is what most screens
 * have there (majority vote, Boyer & Moore 1991), so that what moves, the player included, leaves no
 * trace; it takes two numbers a pixel however many screens there are. It knows nothing of how a game
 * keeps its levels.
 */
export class StagePicture {
  /** Pixels. */
  readonly maxWidth: number;
  readonly height = SCREEN_HEIGHT - STATUS_ROWS;
  readonly #colors: Uint32Array;
  readonly #votes: Uint16Array;
  #lastLeft = -1;
  #right = 0;
  #compared = 0;
  #agreed = 0;

  /** @param maxWidth pixels of the stage; what lies beyond is left out */
  constructor(maxWidth: number) {
    this.maxWidth = maxWidth;
    this.#colors = new Uint32Array(maxWidth * this.height).fill(UNSEEN);
    this.#votes = new Uint16Array(maxWidth * this.height);
  }

  /** Pixels from the left edge that screens have reached. */
  get width(): number {
    return this.#right;
  }

  /** Share of the pixels that were as they had been, 0 to 1: how well the positions fit. */
  get agreement(): number {
    return this.#compared === 0 ? 0 : this.#agreed / this.#compared;
  }

  /**
   * @param screen `[240, 256] uint32`, 0x00RRGGBB
   * @param left pixels of the stage to the left of it; a screen at the same place as the one before
   * has no vote, or who stands still would be taken for a part of the stage
   */
  add(screen: Uint32Array, left: number): void {
    if (left === this.#lastLeft) return;
    this.#lastLeft = left;
    const from = left === 0 ? 0 : HIDDEN_COLUMNS;
    const to = Math.min(SCREEN_WIDTH, this.maxWidth - left);
    if (to <= from) return;
    this.#right = Math.max(this.#right, left + to);
    for (let row = 0; row < this.height; row++) {
      const screenAt = (row + STATUS_ROWS) * SCREEN_WIDTH;
      const stageAt = row * this.maxWidth + left;
      for (let column = from; column < to; column++) {
        this.#vote(stageAt + column, screen[screenAt + column]);
      }
    }
  }

  /** @param unseen colour of what no screen had, 0x00RRGGBB */
  picture(width: number, unseen: number): Picture {
    const { height, maxWidth } = this;
    const pixels = new Uint32Array(width * height).fill(unseen);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < Math.min(width, maxWidth); column++) {
        const color = this.#colors[row * maxWidth + column];
        if (color !== UNSEEN) pixels[row * width + column] = color;
      }
    }
    return { width, height, pixels };
  }

  #vote(at: number, color: number): void {
    const votes = this.#votes[at];
    if (this.#colors[at] !== UNSEEN) {
      this.#compared++;
      if (this.#colors[at] === color) this.#agreed++;
    }
    if (votes === 0) {
      this.#colors[at] = color;
      this.#votes[at] = 1;
    } else if (this.#colors[at] !== color) this.#votes[at] = votes - 1;
    else if (votes < 0xffff) this.#votes[at] = votes + 1;
  }
}
