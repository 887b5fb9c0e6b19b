import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { STATUS_ROWS, StagePicture } from "../../src/picture/stage-picture.js";

const WIDTH = 600;
const ROWS = 240 - STATUS_ROWS;
const PLAYER = 0xff00ff;

/** A stage without two like columns. */
const rng = new Rng(1);
const stage = Uint32Array.from({ length: WIDTH * ROWS }, () => rng.integer(0x100_0000));

/** What is seen of it: a status bar, hidden columns, and a player who stays where it is on the screen. */
function screenAt(left: number): Uint32Array {
  return Uint32Array.from({ length: 256 * 240 }, (_, i) => {
    const [column, row] = [i % 256, Math.floor(i / 256)];
    if (row < STATUS_ROWS) return 0x111111;
    if (column < 8 && left > 0) return 0;
    if (column >= 100 && column < 116 && row > 200) return PLAYER;
    return stage[(row - STATUS_ROWS) * WIDTH + left + column];
  });
}

describe("the picture of a stage", () => {
  it("is the stage, without the player and the bar, whatever the steps of the camera", () => {
    const picture = new StagePicture(WIDTH);
    let left = 0;
    for (let i = 0; left + 256 <= WIDTH; i++, left += i % 2 === 0 ? 2 : 3) {
      picture.add(screenAt(left), left);
    }
    const seen = left - 3 + 256;
    expect(picture.width).toBeGreaterThan(seen - 3);
    const { pixels, width, height } = picture.picture(WIDTH, 0xeeeeee);
    expect([width, height]).toEqual([WIDTH, ROWS]);
    // The last columns at the right were seen by too few to outvote anybody, but nobody stood there.
    let wrong = 0;
    for (let i = 0; i < pixels.length; i++) {
      const expected = i % WIDTH < picture.width ? stage[i] : 0xeeeeee;
      if (pixels[i] !== expected) wrong++;
    }
    expect(wrong).toBe(0);
    expect(picture.agreement).toBeGreaterThan(0.9);
  });

  it("gives who stands still one vote only", () => {
    const picture = new StagePicture(WIDTH);
    for (let i = 0; i < 50; i++) picture.add(screenAt(0), 0);
    for (const left of [20, 40, 60]) picture.add(screenAt(left), left);
    const { pixels } = picture.picture(WIDTH, 0);
    expect(pixels[(ROWS - 1) * WIDTH + 105]).toBe(stage[(ROWS - 1) * WIDTH + 105]);
  });

  it("agrees less where positions are wrong, and leaves out what lies beyond its end", () => {
    const [right, wrong] = [new StagePicture(300), new StagePicture(300)];
    for (let left = 0; left < 100; left += 2) {
      right.add(screenAt(left), left);
      wrong.add(screenAt(left), Math.max(0, left - (left % 3)));
    }
    expect(wrong.agreement).toBeLessThan(0.8 * right.agreement);
    expect(right.width).toBe(300);
    right.add(screenAt(300), 310);
    expect(right.width).toBe(300);
  });
});
