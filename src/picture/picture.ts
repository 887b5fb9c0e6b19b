import { SCREEN_HEIGHT, SCREEN_WIDTH } from "../nes/hardware.js";

/** A still: `[height, width] uint32`, 0x00RRGGBB, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;
}

/** The console's full picture. @param screen `[240, 256] uint32`, 0x00RRGGBB; not copied. */
export function nesPicture(screen: Uint32Array): Picture {
  return { width: SCREEN_WIDTH, height: SCREEN_HEIGHT, pixels: screen };
}

/**
 * Enlarges by whole pixels (nearest neighbour), so that every pixel stays what it was.
 * @param scale a whole number from 1 up.
 * @param out `[height × scale, stride, 3] uint8`, RGB; the picture's top left goes to pixel `at`.
 * @param stride pixels in a row of `out`.
 */
export function drawRgb(
  { width, height, pixels }: Picture,
  scale: number,
  out: Uint8Array,
  at: number,
  stride: number,
): void {
  for (let y = 0; y < height; y++) {
    const rowAt = 3 * (at + y * scale * stride);
    let to = rowAt;
    for (let x = 0; x < width; x++) {
      const rgb = pixels[y * width + x];
      for (let copy = 0; copy < scale; copy++) {
        out[to++] = rgb >> 16;
        out[to++] = rgb >> 8;
        out[to++] = rgb;
      }
    }
    for (let copy = 1; copy < scale; copy++) {
      out.copyWithin(rowAt + 3 * copy * stride, rowAt, to);
    }
  }
}
