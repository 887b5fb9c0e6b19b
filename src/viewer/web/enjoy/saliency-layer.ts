import { SCREEN_WIDTH } from "../../../nes/hardware.js";
import type { DecodedPicture } from "../shared/picture.js";

const SIDE = 84;
/** The observation covers rows 8 to 231 of the screen, all columns (src/env/preprocess.ts). */
const TOP = 8;
const ROWS = 224;
/** A hot colour that no picture of a console drowns. */
const RED = 255;
const GREEN = 40;
const BLUE = 90;

/** The saliency map as a glow over the screen. */
export class SaliencyLayer {
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #image = new ImageData(SIDE, SIDE);
  #isEmpty = true;

  constructor() {
    this.#context = new OffscreenCanvas(SIDE, SIDE).getContext("2d")!;
  }

  /** @param picture one `[84, 84]` map, 0 nothing to 255 the most. */
  take(picture: DecodedPicture): void {
    const { data } = this.#image;
    for (let i = 0; i < SIDE * SIDE; i++) {
      data.set([RED, GREEN, BLUE, Math.round(0.85 * picture.indices[i])], 4 * i);
    }
    this.#context.putImageData(this.#image, 0, 0);
    this.#isEmpty = false;
  }

  clear(): void {
    this.#isEmpty = true;
  }

  /** @param context in the screen's own pixels. */
  draw(context: CanvasRenderingContext2D): void {
    if (this.#isEmpty) return;
    // What matters stands out all the better where the rest is dimmed.
    context.fillStyle = "rgb(0 0 0 / 35%)";
    context.fillRect(0, TOP, SCREEN_WIDTH, ROWS);
    context.imageSmoothingEnabled = true;
    context.drawImage(this.#context.canvas, 0, TOP, SCREEN_WIDTH, ROWS);
  }
}
