import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";

describe("Rng", () => {
  it("gives the same stream for the same seed and another for the next seed", () => {
    const stream = (seed: number) => {
      const rng = new Rng(seed);
      return Array.from({ length: 8 }, () => rng.nextUint32());
    };
    expect(stream(1)).toEqual(stream(1));
    expect(stream(1)).not.toEqual(stream(2));
  });

  it("keeps its stream for ever: golden values", () => {
    const rng = new Rng(42);
    expect([rng.nextUint32(), rng.nextUint32(), rng.nextUint32()]).toMatchInlineSnapshot(`
      [
        1959603763,
        2423114712,
        2466933512,
      ]
    `);
  });

  it("continues from a saved state", () => {
    const rng = new Rng(7);
    for (let i = 0; i < 100; i++) rng.nextUint32();
    const state = rng.getState();
    const expected = Array.from({ length: 50 }, () => rng.nextUint32());
    const other = new Rng(0);
    other.setState(state);
    expect(Array.from({ length: 50 }, () => other.nextUint32())).toEqual(expected);
  });

  it("draws integers uniformly: chi-square over 14 bins", () => {
    const rng = new Rng(3);
    const draws = 140_000;
    const counts = new Array<number>(14).fill(0);
    for (let i = 0; i < draws; i++) counts[rng.integer(14)]++;
    const expected = draws / 14;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 13 degrees of freedom: 34.5 is the 0.1 % point.
    expect(chiSquare).toBeLessThan(34.5);
    expect(chiSquare).toBeGreaterThan(2.6);
  });

  it("draws floats in [0, 1) with the right mean and variance", () => {
    const rng = new Rng(5);
    const draws = Array.from({ length: 100_000 }, () => rng.uniform());
    const mean = draws.reduce((a, b) => a + b) / draws.length;
    const variance = draws.reduce((a, b) => a + (b - mean) ** 2, 0) / draws.length;
    expect(Math.min(...draws.slice(0, 10_000))).toBeGreaterThanOrEqual(0);
    expect(mean).toBeCloseTo(0.5, 2);
    expect(variance).toBeCloseTo(1 / 12, 3);
  });
});
