// Addresses that the scripts read or write, of those in roms/src/ram.inc. The few that a trainer may
// know are in src/env/mario-ram.ts.
export const Ram = {
  playerState: 0x0e,
  floatState: 0x1d,
  speed: 0x57,
  playerPage: 0x6d,
  playerX: 0x86,
  speedDown: 0x9f,
  viewport: 0xb5,
  playerY: 0xce,
  leftPage: 0x71a,
  leftX: 0x71c,
  mastPage: 0x727,
  map: 0x733,
  columns: 0x734,
  warpTimer: 0x73c,
  door: 0x73d,
  stage: 0x75c,
  world: 0x75f,
  mode: 0x770,
  clock: 0x7f8,
};

/** @returns the player's x, pixels from the stage's left edge. */
export const positionOf = (ram) => ram[Ram.playerPage] * 256 + ram[Ram.playerX];
