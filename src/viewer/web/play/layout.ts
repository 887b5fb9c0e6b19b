import { SCREEN_HEIGHT, SCREEN_WIDTH } from "../../../nes/hardware.js";

/** A television drew the console's pixels wider than high. */
const TV_PIXEL = 8 / 7;

/** `pixels`: all square. `tv`: as wide as a television showed them. */
export type Shape = "pixels" | "tv";

/** Browsers cut lengths to 1/64 of the screen's pixels: this keeps a whole one from losing that. */
const HAIR = 1 / 128;

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Largest size at which every pixel of the game is the same whole number of the screen's own pixels
 * (in `tv` shape: of the same height), placed in the middle, on a whole pixel.
 *
 * @param room in CSS pixels, as `getBoundingClientRect` gives it.
 * @param ratio the screen's pixels in a CSS pixel; may be fractional.
 * @returns CSS pixels from the room's left and top, and the enlargement. In a room smaller than the
 * picture, the largest that fits.
 */
export function place(room: Box, ratio: number, shape: Shape): Box & { readonly scale: number } {
  const shapeWidth = SCREEN_WIDTH * (shape === "tv" ? TV_PIXEL : 1);
  // A hair of tolerance: 480 × 1.1 / 1.1 is not 480 in floating point.
  const fit = Math.min(room.width / shapeWidth, room.height / SCREEN_HEIGHT) * ratio + 1e-6;
  const scale = fit >= 1 ? Math.floor(fit) : fit;
  const whole = (length: number): number => (Math.round(length * ratio) + HAIR) / ratio;
  const width = whole((shapeWidth * scale) / ratio);
  const height = whole((SCREEN_HEIGHT * scale) / ratio);
  return {
    left: whole(room.left + (room.width - width) / 2) - room.left,
    top: whole(room.top + (room.height - height) / 2) - room.top,
    width,
    height,
    scale,
  };
}
