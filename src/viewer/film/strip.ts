import type { Film, FilmOptions, FilmSummary } from "./film.js";
import type { FilmOutput } from "./film-output.js";
import { FRAME_RATE } from "../../nes/hardware.js";
import { loadSharp } from "../../picture/load-sharp.js";
import { drawRgb, type Picture } from "../../picture/picture.js";

/** A strip shows this many pictures of the film, evenly spaced, in rows of four. */
const STRIP_PICTURES = 12;
const STRIP_COLUMNS = 4;
const STRIP_GAP = 4;
/** Kept to choose from; of more, every other one goes. Memory: 240 KiB each. */
const MAX_KEPT = 96;

/** A PNG of stills. */
export class FilmStrip implements Film {
  readonly #options: Required<FilmOptions>;
  readonly #output: FilmOutput;
  #kept: Uint32Array[] = [];
  #period = 1;
  #pictures = 0;
  #last: Uint32Array = new Uint32Array();

  constructor(options: Required<FilmOptions>, output: FilmOutput) {
    this.#options = options;
    this.#output = output;
  }

  get pictures(): number {
    return this.#pictures;
  }

  add({ pixels }: Picture): void {
    this.#last = pixels.slice();
    if (this.#pictures % this.#period === 0) this.#kept.push(this.#last);
    this.#pictures++;
    if (this.#kept.length < MAX_KEPT) return;
    this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
    this.#period *= 2;
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  async finish(): Promise<FilmSummary> {
    const sharp = await loadSharp();
    const { width, height, scale, framesPerPicture } = this.#options;
    const stills = this.#stills();
    const columns = Math.min(STRIP_COLUMNS, stills.length);
    const rows = Math.ceil(stills.length / columns);
    const gap = STRIP_GAP * scale;
    const cellWidth = width * scale + gap;
    const cellHeight = height * scale + gap;
    const stripWidth = columns * cellWidth - gap;
    const stripHeight = rows * cellHeight - gap;
    const rgb = new Uint8Array(3 * stripWidth * stripHeight);
    stills.forEach((pixels, i) => {
      const at = Math.floor(i / columns) * cellHeight * stripWidth + (i % columns) * cellWidth;
      drawRgb({ width, height, pixels }, scale, rgb, at, stripWidth);
    });
    const raw = { width: stripWidth, height: stripHeight, channels: 3 } as const;
    // At 16 times the size with the overlay it is more than sharp allows by default.
    const png = await sharp(rgb, { raw, limitInputPixels: false }).png().toBuffer();
    await this.#output.write(png);
    await this.#output.commit();
    const seconds = (this.#pictures * framesPerPicture) / FRAME_RATE;
    return {
      bytes: png.length,
      pictures: this.#pictures,
      seconds,
      width: stripWidth,
      height: stripHeight,
    };
  }

  discard(): Promise<void> {
    return this.#output.discard();
  }

  /** First and last picture, and evenly spaced ones between. */
  #stills(): Uint32Array[] {
    const isLastKept = (this.#pictures - 1) % this.#period === 0;
    const kept = isLastKept ? this.#kept : [...this.#kept, this.#last];
    const count = Math.min(STRIP_PICTURES, kept.length);
    if (count === 1) return [kept[0]];
    return Array.from(
      { length: count },
      (_, i) => kept[Math.round((i * (kept.length - 1)) / (count - 1))],
    );
  }
}
