import { describe, expect, it } from "vitest";
import { eachTextPixel } from "../../../src/viewer/overlay/font.js";
import { Overlay, OVERLAY_WIDTH } from "../../../src/viewer/overlay/overlay.js";
import { testScreen } from "../../picture/test-picture.js";

const ACTIONS = [0, 128, 128 | 1, 64 | 2];
const frame = Uint8Array.from({ length: 84 * 84 }, (_, i) => i & 0xff);
const GREEDY = 0xf0b429;
const EXPLORED = 0xe4572e;

function draw(
  qValues: number[] | undefined,
  action: number,
  overlay = new Overlay(ACTIONS),
  held = ACTIONS[action],
) {
  const screen = testScreen(3);
  const { width, height, pixels } = overlay.draw(screen, { frame, qValues, action, held });
  expect({ width, height }).toEqual({ width: 256 + OVERLAY_WIDTH, height: 240 });
  return { screen, at: (x: number, y: number) => pixels[y * width + x], pixels };
}

/** Pixels of a colour in the row of an action's bar. */
function barLength(at: (x: number, y: number) => number, action: number, rgb: number): number {
  const y = 6 + 84 + 12 + 7 * action + 2;
  let length = 0;
  for (let x = 256 + 6 + 16; x < 384; x++) if (at(x, y) === rgb) length++;
  return length;
}

describe("Overlay", () => {
  it("leaves the console's picture as it is and shows what the network sees beside it", () => {
    const { screen, at } = draw(undefined, 0);
    for (const [x, y] of [[0, 0], [255, 239], [100, 57]]) expect(at(x, y)).toBe(screen[y * 256 + x]); // prettier-ignore
    for (const [x, y] of [
      [0, 0],
      [83, 83],
      [10, 20],
    ]) {
      expect(at(256 + 22 + x, 6 + y)).toBe(frame[y * 84 + x] * 0x010101);
    }
  });

  it("draws a bar for every action, from the least Q-value to the greatest", () => {
    const { at } = draw([-1, 3, 1, 0], 1);
    const bar = 0x4c7dbd;
    expect(barLength(at, 1, GREEDY)).toBe(100);
    expect(barLength(at, 0, bar)).toBe(1);
    expect(barLength(at, 2, bar)).toBe(50);
    expect(barLength(at, 3, bar)).toBe(25);
    const random = draw([-1, 3, 1, 0], 2);
    expect(barLength(random.at, 2, EXPLORED)).toBe(50);
    expect(barLength(random.at, 1, bar)).toBe(100);
  });

  it("has a scale that widens at once and narrows slowly", () => {
    const overlay = new Overlay(ACTIONS);
    draw([0, 1, 1, 1], 0, overlay);
    draw([0, 10, 0, 0], 1, overlay);
    const { at } = draw([0, 5, 0, 0], 1, overlay);
    // 10 − 5 % of 5; of 10 it would be 50.
    expect(barLength(at, 1, GREEDY)).toBe(Math.round((100 * 5) / 9.75));
  });

  it("lights the buttons that are held, whatever the action", () => {
    const lit = (held: number, action = ACTIONS.indexOf(held)) => {
      const { at } = draw([0, 0, 0, 0], action, new Overlay(ACTIONS), held);
      // Middle of the controller's left, right, B and A for 4 actions.
      const top = 102 + 28 + ((240 - 130 - 36) >> 1);
      const left = 256 + 16;
      return [
        at(left + 8, top + 18),
        at(left + 24, top + 18),
        at(left + 96 - 40, top + 22),
        at(left + 96 - 19, top + 16),
      ].map((rgb) => rgb === GREEDY);
    };
    expect(lit(0)).toEqual([false, false, false, false]);
    expect(lit(128)).toEqual([false, true, false, false]);
    expect(lit(128 | 1)).toEqual([false, true, false, true]);
    expect(lit(64 | 2)).toEqual([true, false, true, false]);
    expect(lit(64 | 2, 2)).toEqual([true, false, true, false]);
  });

  it("has a place for 14 actions", () => {
    const overlay = new Overlay(Array(14).fill(128) as number[]);
    const qValues = Array.from({ length: 14 }, (_, i) => i);
    const { at } = draw(qValues, 13, overlay);
    expect(barLength(at, 13, GREEDY)).toBe(100);
  });
});

it("the font draws a digit as it is drawn here", () => {
  const rows = Array.from({ length: 5 }, () => Array(7).fill(" ") as string[]);
  eachTextPixel("4?2", (x, y) => {
    if (x < 7) rows[y][x] = "#";
    else expect(x).toBeLessThan(11);
  });
  expect(rows.map((row) => row.join("").trimEnd())).toEqual(["# #", "# #", "###", "  #", "  #"]);
});
