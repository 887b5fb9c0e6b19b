import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { evenStarts } from "../../src/trainer/evaluation-starts.js";

const idleFrames = (episodes: number, noopMaxFrames: number): number[] =>
  evenStarts(episodes, noopMaxFrames, new Rng(1)).map((start) => start.idleFrames);

describe("evenStarts", () => {
  it("has every start once where there are as many episodes", () => {
    expect(idleFrames(31, 30)).toEqual(Array.from({ length: 31 }, (_, i) => i));
  });

  it("has every start equally often for a multiple", () => {
    const counts = new Map<number, number>();
    for (const idle of idleFrames(93, 30)) counts.set(idle, (counts.get(idle) ?? 0) + 1);
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 31 }, (_, i) => i),
    );
    expect(new Set(counts.values())).toEqual(new Set([3]));
  });

  it("spreads fewer over the whole range", () => {
    expect(idleFrames(4, 30)).toEqual([0, 7, 15, 23]);
    expect(idleFrames(3, 0)).toEqual([0, 0, 0]);
  });

  it("draws a seed for each, the same from the same generator", () => {
    const seeds = (seed: number) => evenStarts(31, 30, new Rng(seed)).map((start) => start.seed);
    expect(new Set(seeds(1)).size).toBe(31);
    expect(seeds(1)).toEqual(seeds(1));
    expect(seeds(1)).not.toEqual(seeds(2));
  });
});
