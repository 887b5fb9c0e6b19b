import { stageName, type Stage } from "./stages.js";

/*
 * A stage of the classic is made of areas, each with an x of its own, which pipes, vines and falls
 * lead to. It keeps the number of the next one to load (its kind and its place in a list, 7 bits) at
 * 0x0750. Source: the disassembly's `AreaPointer`, `AreaAddrOffsets` and area-change objects.
 */
export const AREA_COUNT = 128;
/** Of a game that does not tell. */
export const SOLE_AREA = 0;

/** Where a stage begins, behind its intro scene if it has one; `[world - 1][stage - 1]`. */
const FIRST_AREAS = [
  [0x25, 0x40, 0x26, 0x60],
  [0x28, 0x01, 0x27, 0x62],
  [0x24, 0x35, 0x20, 0x63],
  [0x22, 0x41, 0x2c, 0x61],
  [0x2a, 0x31, 0x26, 0x62],
  [0x2e, 0x23, 0x2d, 0x60],
  [0x33, 0x01, 0x27, 0x64],
  [0x30, 0x32, 0x21, 0x65],
] as const;

/**
 * Coin rooms, all in one area and side by side. None is entered twice, since each leads out ahead of
 * its entrance; but 6-2 has two of them, and the second lies to the left of the first.
 */
const COIN_ROOMS = 0x42;

/**
 * Bonus rooms under the ground, water, clouds, a warp zone above 4-2: x in them is no way covered.
 * One of them, 8-4's water, is on the way; its x is less than where one comes from.
 */
const SIDE_AREAS: ReadonlySet<number> = new Set([COIN_ROOMS, 0x00, 0x02, 0x2b, 0x34, 0x2f]);

/** These lead through a pipe to an area with the flag, which has an x of its own. */
const FLAG_IS_ELSEWHERE: ReadonlySet<string> = new Set(["1-2", "2-2", "4-2", "7-2"]);

export function firstAreaOf({ world, stage }: Stage): number {
  return FIRST_AREAS[world - 1][stage - 1];
}

/** Whether nobody can have been where one now arrives in this area. */
export function isAlwaysNew(area: number): boolean {
  return area === COIN_ROOMS;
}

/** Whether x in it counts as distance of the stage. */
export function isOnTheWay(area: number): boolean {
  return !SIDE_AREAS.has(area);
}

/** Whether a stage's castle stands in this area of the classic, so that its x means something there. */
export function mayHaveCastle(stage: Stage, area: number): boolean {
  return (
    isOnTheWay(area) && !(FLAG_IS_ELSEWHERE.has(stageName(stage)) && area === firstAreaOf(stage))
  );
}
