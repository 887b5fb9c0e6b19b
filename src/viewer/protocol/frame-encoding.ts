import { deflateRawSync } from "node:zlib";
import { PICTURE_HEADER_BYTES, writePictureHeader, type PictureHeader } from "./protocol.js";

/** Nearly as small as level 6 for a console's picture, in a third of the time. */
const LEVEL = 3;
const MOST_COLOURS = 256;

/** A picture as palette indices. */
export interface IndexedPicture {
  /** `[height, width] uint8`. */
  readonly indices: Uint8Array;
  /** `[colours, 3] uint8`, RGB; none: the indices are grey values. */
  readonly palette: Uint8Array;
}

/**
 * Colours of a picture to palette indices. A console's picture has some twenty colours; should one
 * have more than 256, the surplus share the nearest earlier slot. Owns scratch memory.
 */
export class Indexer {
  /** Open addressing: colour + 1, or 0 for an empty slot. */
  readonly #keys = new Uint32Array(1024);
  readonly #slots = new Uint8Array(1024);
  readonly #palette = new Uint8Array(3 * MOST_COLOURS);

  /**
   * @param pixels `[n] uint32`, 0x00RRGGBB.
   * @returns freshly allocated
   */
  index(pixels: Uint32Array): IndexedPicture {
    const indices = new Uint8Array(pixels.length);
    this.#keys.fill(0);
    let colours = 0;
    let before = -1;
    let slotBefore = 0;
    for (let i = 0; i < pixels.length; i++) {
      const colour = pixels[i];
      if (colour !== before) {
        const found = this.#find(colour, colours);
        if (found === colours && colours < MOST_COLOURS) {
          this.#palette.set([colour >> 16, (colour >> 8) & 0xff, colour & 0xff], 3 * colours++);
        }
        before = colour;
        slotBefore = Math.min(found, MOST_COLOURS - 1);
      }
      indices[i] = slotBefore;
    }
    return { indices, palette: this.#palette.slice(0, 3 * colours) };
  }

  /** The colour's slot; for a new one `next`, which is then taken. */
  #find(colour: number, next: number): number {
    const key = colour + 1;
    let at = Math.imul(colour, 0x9e37_79b1) >>> 22;
    while (this.#keys[at] !== 0) {
      if (this.#keys[at] === key) return this.#slots[at];
      at = (at + 1) & 1023;
    }
    if (next >= MOST_COLOURS) return MOST_COLOURS - 1;
    this.#keys[at] = key;
    this.#slots[at] = next;
    return next;
  }
}

/** @returns one binary message: header and deflated body */
export function encodePicture(
  header: Omit<PictureHeader, "colours" | "frames" | "held"> &
    Partial<Pick<PictureHeader, "frames" | "held">>,
  { indices, palette }: IndexedPicture,
): Uint8Array {
  const body = new Uint8Array(palette.length + indices.length);
  body.set(palette);
  body.set(indices, palette.length);
  const deflated = deflateRawSync(body, { level: LEVEL });
  const message = new Uint8Array(PICTURE_HEADER_BYTES + deflated.length);
  writePictureHeader({ frames: 1, held: 0, ...header, colours: palette.length / 3 }, message);
  message.set(deflated, PICTURE_HEADER_BYTES);
  return message;
}

/**
 * Interleaved frames one after another, which compresses better.
 * @param observation `[pixels, depth] uint8`
 * @returns `[depth, pixels] uint8`
 */
export function planar(observation: Uint8Array, depth: number): Uint8Array {
  const pixels = observation.length / depth;
  const planes = new Uint8Array(observation.length);
  for (let frame = 0; frame < depth; frame++) {
    for (let i = 0; i < pixels; i++) planes[frame * pixels + i] = observation[i * depth + frame];
  }
  return planes;
}
