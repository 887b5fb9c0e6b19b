import type { Rng } from "../core/rng.js";

/**
 * Moves each observation by its own random number of pixels, up to `most` each way, and repeats its
 * edge in what comes free: the augmentation of DrQ (Yarats et al. 2021, section 3.1). The network
 * sees the same moment at many places, and learns what does not depend on the place.
 * @param observations `[rows, height, width, 4] uint8`, changed in place; at a multiple of 4 bytes
 * @param width and height in pixels
 */
export function shiftAtRandom(
  observations: Uint8Array,
  width: number,
  height: number,
  most: number,
  rng: Rng,
): void {
  // One word is one pixel with its four frames.
  const pixels = new Uint32Array(
    observations.buffer,
    observations.byteOffset,
    observations.byteLength / 4,
  );
  const size = width * height;
  for (let start = 0; start < pixels.length; start += size) {
    const right = rng.integer(2 * most + 1) - most;
    const down = rng.integer(2 * most + 1) - most;
    shift(pixels.subarray(start, start + size), width, right, down);
  }
}

/** @param picture `[height, width]`, each pixel of which comes from (x + right, y + down), at most the edge. */
function shift(picture: Uint32Array, width: number, right: number, down: number): void {
  const height = picture.length / width;
  for (let i = 0; i < height; i++) {
    // Each row is read before it is written: from the top when rows come from below.
    const y = down >= 0 ? i : height - 1 - i;
    const from = Math.max(0, Math.min(height - 1, y + down)) * width;
    const to = y * width;
    if (right >= 0) {
      const edge = picture[from + width - 1];
      picture.copyWithin(to, from + right, from + width);
      picture.fill(edge, to + width - right, to + width);
    } else {
      const edge = picture[from];
      picture.copyWithin(to - right, from, from + width + right);
      picture.fill(edge, to, to - right);
    }
  }
}
