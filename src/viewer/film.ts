import { MarioError } from "../core/errors.js";
import { checkScale, loadSharp } from "./load-sharp.js";
import { drawRgb, nesPicture } from "./picture.js";
import { saveFile } from "./save-file.js";

export interface FilmOptions {
  /** Emulator frames from one picture to the next. Default 1. */
  readonly framesPerPicture?: number;
  /** Whole-number enlargement, 1 to 16. Default 1. */
  readonly scale?: number;
  /** Pictures beyond this are not taken. Default 900: a minute at 4 frames a picture. */
  readonly maxPictures?: number;
}

export type FilmFormat = "webp" | "gif" | "png";

const WIDTH = 256;
const HEIGHT = 240;
/** NTSC: 1,789,773 Hz × 3 dots / 89,341.5 dots a frame, rendering on. */
const FRAMES_PER_SECOND = 60.0988;
/** All pictures lie in one raw image while they are encoded: 3 bytes each, so 750 MB at most. */
const MAX_PIXELS = 250_000_000;
/** Browsers show GIF pictures of less than 20 ms for 100 ms. */
const SHORTEST_GIF_MS = 20;
/** A strip shows this many pictures of the film, evenly spaced, in rows of four. */
const STRIP_PICTURES = 12;
const STRIP_COLUMNS = 4;
const STRIP_GAP = 4;

/**
 * Collects full-colour pictures and writes them as an animation (`.webp` lossless, `.gif`) or as a
 * strip of stills (`.png`). Memory: 240 KiB a picture.
 */
export class Film {
  readonly #framesPerPicture: number;
  readonly #scale: number;
  readonly #maxPictures: number;
  readonly #pictures: Uint32Array[] = [];

  /** @throws MarioError INVALID_OPTION, also when `maxPictures` × scale² is beyond 250 megapixels. */
  constructor({ framesPerPicture = 1, scale = 1, maxPictures = 900 }: FilmOptions = {}) {
    checkScale(scale);
    const most = Math.floor(MAX_PIXELS / (WIDTH * HEIGHT * scale * scale));
    checkCount("framesPerPicture", framesPerPicture, 1_000);
    checkCount("maxPictures", maxPictures, most);
    this.#framesPerPicture = framesPerPicture;
    this.#scale = scale;
    this.#maxPictures = maxPictures;
  }

  get length(): number {
    return this.#pictures.length;
  }

  /** @param screen `[240, 256] uint32`, 0x00RRGGBB; copied. @returns false when the film is full. */
  add(screen: Uint32Array): boolean {
    if (this.#pictures.length >= this.#maxPictures) return false;
    this.#pictures.push(screen.slice());
    return true;
  }

  /**
   * @param path its extension chooses the format: .webp, .gif or .png.
   * @throws MarioError INVALID_OPTION (extension, no pictures), NOT_WRITABLE, DISK_FULL.
   */
  async write(path: string): Promise<void> {
    await saveFile(path, await this.encode(formatOf(path)));
  }

  /** @throws MarioError INVALID_OPTION when there are no pictures, NOT_WRITABLE without sharp. */
  async encode(format: FilmFormat): Promise<Uint8Array> {
    if (this.#pictures.length === 0) {
      throw new MarioError("INVALID_OPTION", "The film has no pictures.", {
        remedy: "Play at least one step.",
      });
    }
    return format === "png" ? this.#encodeStrip() : this.#encodeAnimation(format);
  }

  async #encodeAnimation(format: "webp" | "gif"): Promise<Uint8Array> {
    const sharp = await loadSharp();
    const pictureMs = (1000 * this.#framesPerPicture) / FRAMES_PER_SECOND;
    const skip = format === "gif" && pictureMs < SHORTEST_GIF_MS ? 2 : 1;
    const pictures = this.#pictures.filter((_, i) => i % skip === 0);
    const width = WIDTH * this.#scale;
    const pageHeight = HEIGHT * this.#scale;
    const rgb = new Uint8Array(3 * width * pageHeight * pictures.length);
    pictures.forEach((pixels, i) => {
      drawRgb(nesPicture(pixels), this.#scale, rgb, i * width * pageHeight, width);
    });
    const image = sharp(rgb, {
      raw: { width, height: pageHeight * pictures.length, channels: 3, pageHeight },
      limitInputPixels: false,
    });
    const delay = delays(pictures.length, skip * pictureMs, format === "gif" ? 10 : 1);
    // No dithering: a console's picture has fewer colours than a GIF can hold.
    const encoded =
      format === "gif"
        ? image.gif({ delay, loop: 0, dither: 0 })
        : image.webp({ delay, loop: 0, lossless: true });
    return encoded.toBuffer();
  }

  async #encodeStrip(): Promise<Uint8Array> {
    const sharp = await loadSharp();
    const count = Math.min(STRIP_PICTURES, this.#pictures.length);
    const columns = Math.min(STRIP_COLUMNS, count);
    const rows = Math.ceil(count / columns);
    const gap = STRIP_GAP * this.#scale;
    const cellWidth = WIDTH * this.#scale + gap;
    const cellHeight = HEIGHT * this.#scale + gap;
    const width = columns * cellWidth - gap;
    const height = rows * cellHeight - gap;
    const rgb = new Uint8Array(3 * width * height);
    for (let i = 0; i < count; i++) {
      const chosen = count === 1 ? 0 : Math.round((i * (this.#pictures.length - 1)) / (count - 1));
      const at = Math.floor(i / columns) * cellHeight * width + (i % columns) * cellWidth;
      drawRgb(nesPicture(this.#pictures[chosen]), this.#scale, rgb, at, width);
    }
    return sharp(rgb, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
  }
}

/**
 * Whole delays in ms that never drift: each is the difference of two rounded moments.
 * @param unitMs what the format counts in: 1 for WebP, 10 for GIF.
 */
export function delays(pictures: number, pictureMs: number, unitMs: number): number[] {
  const moment = (i: number) => Math.round((i * pictureMs) / unitMs) * unitMs;
  return Array.from({ length: pictures }, (_, i) => moment(i + 1) - moment(i));
}

/** @throws MarioError INVALID_OPTION for any other extension. */
export function formatOf(path: string): FilmFormat {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1].toLowerCase();
  if (extension === "webp" || extension === "gif" || extension === "png") return extension;
  throw new MarioError("INVALID_OPTION", `A film cannot be written as '${path}'.`, {
    value: path,
    remedy: "Name it .webp (smallest), .gif or .png (a strip of stills).",
  });
}

function checkCount(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new MarioError("INVALID_OPTION", `${name} cannot be ${value}.`, {
    value,
    remedy: `Choose a whole number from 1 to ${most}.`,
  });
}
