/**
 * Fastest believable movement, pixels a frame: running is 2.5. A larger change is the game putting
 * the player elsewhere (a pipe, a new area), not the player moving.
 */
const MAX_SPEED = 5;

/** @returns `xT − xTm1` in pixels, or 0 where the player was put elsewhere. */
export function movement(xTm1: number, xT: number, frames: number): number {
  const change = xT - xTm1;
  return Math.abs(change) <= MAX_SPEED * frames ? change : 0;
}
