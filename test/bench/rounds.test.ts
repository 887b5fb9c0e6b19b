import { describe, expect, it } from "vitest";
import { measureRounds, perSecond, ROUNDS, spreadOf } from "../../src/bench/rounds.js";

describe("spreadOf", () => {
  it("takes the middle by size, not by order or by digits", () => {
    expect(spreadOf([100, 9, 30])).toEqual({ min: 9, median: 30, max: 100 });
    expect(spreadOf([5])).toEqual({ min: 5, median: 5, max: 5 });
  });

  it("leaves the values as they are and refuses none", () => {
    const values = [3, 1, 2];
    spreadOf(values);
    expect(values).toEqual([3, 1, 2]);
    expect(() => spreadOf([])).toThrow(RangeError);
  });
});

describe("measureRounds", () => {
  it("alternates, and calls each at least once in every round, the first not counted", () => {
    let calls = "";
    const spreads = measureRounds([() => ((calls += "a"), 1), () => ((calls += "b"), 1)], 0);
    expect(calls).toBe("ab".repeat(ROUNDS + 1));
    expect(spreads).toHaveLength(2);
  });

  it("says how far it is after each measurement", () => {
    const shares: number[] = [];
    measureRounds([() => 1, () => 1], 0, (share) => shares.push(share));
    const all = 2 * (ROUNDS + 1);
    expect(shares).toEqual(Array.from({ length: all }, (_, i) => (i + 1) / all));
  });

  it("divides by the pieces that a call says it did", () => {
    // The same wait, called one piece and called a thousand.
    const wait = (pieces: number) => () => {
      const end = performance.now() + 2;
      while (performance.now() < end);
      return pieces;
    };
    const [one, thousand] = measureRounds([wait(1), wait(1000)], 0);
    expect(one.min).toBeGreaterThanOrEqual(2);
    expect(thousand.min).toBeLessThan(one.min);
    expect(thousand.min).toBeGreaterThanOrEqual(0.002);
  });
});

it("perSecond turns the least time into the greatest rate", () => {
  expect(perSecond({ min: 1, median: 2, max: 4 })).toEqual({ min: 250, median: 500, max: 1000 });
});
