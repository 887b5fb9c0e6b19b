import type { Picture } from "./picture.js";

const GAP = 2;
const GAP_RGB = 0x3050a0;

/**
 * What the network sees, as a picture: the frames of the stack side by side, oldest first.
 * @param observation `[height, width, frames] uint8`, grey
 * @param shape its shape
 */
export function observationPicture(
  observation: Uint8Array,
  [height, width, frames]: readonly [number, number, number],
): Picture {
  const stride = frames * (width + GAP) - GAP;
  const pixels = new Uint32Array(stride * height).fill(GAP_RGB);
  for (let frame = 0; frame < frames; frame++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const grey = observation[(y * width + x) * frames + frame];
        pixels[y * stride + frame * (width + GAP) + x] = grey * 0x010101;
      }
    }
  }
  return { width: stride, height, pixels };
}
