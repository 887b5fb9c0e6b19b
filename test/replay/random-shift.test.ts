import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { shiftAtRandom } from "../../src/replay/random-shift.js";

const WIDTH = 7;
const HEIGHT = 6;
const BYTES = WIDTH * HEIGHT * 4;

/** Every byte of it tells where it is. */
function picture(): Uint8Array {
  return Uint8Array.from({ length: BYTES }, (_, i) => i);
}

/** The definition, pixel by pixel. */
function moved(source: Uint8Array, right: number, down: number): Uint8Array {
  return source.map((_, i) => {
    const x = Math.floor(i / 4) % WIDTH;
    const y = Math.floor(i / 4 / WIDTH);
    const fromX = Math.min(WIDTH - 1, Math.max(0, x + right));
    const fromY = Math.min(HEIGHT - 1, Math.max(0, y + down));
    return source[4 * (fromY * WIDTH + fromX) + (i % 4)];
  });
}

describe("shiftAtRandom", () => {
  it("moves each observation by its own distance, evenly drawn, and repeats the edge", () => {
    const rows = 2000;
    const observations = new Uint8Array(rows * BYTES);
    for (let row = 0; row < rows; row++) observations.set(picture(), row * BYTES);
    shiftAtRandom(observations, WIDTH, HEIGHT, 2, new Rng(3));

    const shifts = [-2, -1, 0, 1, 2].flatMap((x) => [-2, -1, 0, 1, 2].map((y) => [x, y] as const));
    const expected = new Map(
      shifts.map(([x, y]) => [moved(picture(), x, y).join(), `${x},${y}`] as const),
    );
    const counts = new Map<string, number>();
    for (let row = 0; row < rows; row++) {
      const shift = expected.get(observations.subarray(row * BYTES, (row + 1) * BYTES).join());
      expect(shift).toBeDefined();
      counts.set(shift!, (counts.get(shift!) ?? 0) + 1);
    }
    expect(counts.size).toBe(25);
    // Mean 80, standard deviation 8.8.
    for (const count of counts.values()) expect(Math.abs(count - 80)).toBeLessThan(40);
  });

  it("leaves all as it is for a distance of 0", () => {
    const observations = picture();
    shiftAtRandom(observations, WIDTH, HEIGHT, 0, new Rng(3));
    expect(observations).toEqual(picture());
  });
});
