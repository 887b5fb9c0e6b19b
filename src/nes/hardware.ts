/** What everybody who shows or plays a game has to know of the console; needs no emulator. */

/** Bits of the controller mask; combine with `|`. */
export const Button = {
  a: 1 << 0,
  b: 1 << 1,
  select: 1 << 2,
  start: 1 << 3,
  up: 1 << 4,
  down: 1 << 5,
  left: 1 << 6,
  right: 1 << 7,
} as const;

/** Pixels of the picture (`Emulator.screen`). */
export const SCREEN_WIDTH = 256;
export const SCREEN_HEIGHT = 240;
/** NTSC frames a second: 1,789,773 Hz × 3 dots / 89,341.5 dots a frame, rendering on. */
export const FRAME_RATE = 60.0988;
