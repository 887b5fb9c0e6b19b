import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { EpisodeTally, type EpisodeSummary, type GameInfo } from "../../src/trainer/episode.js";
import { RecentEpisodes } from "../../src/trainer/recent-episodes.js";
import {
  bootstrapMeanInterval,
  clopperPearson,
  meanInterval,
  quantile,
  standardError,
  wilson,
} from "../../src/trainer/statistics.js";

const episode = (distance: number, completed = false): EpisodeSummary => ({
  reward: distance - 40,
  distance,
  steps: 10,
  frames: 40,
  ending: completed ? "completed" : "fell",
  completed,
  truncated: false,
});

describe("EpisodeTally", () => {
  it("counts the tutorial's reward whatever the learner is paid", () => {
    const tally = new EpisodeTally();
    tally.start();
    const step = (moved: number, frames: number, terminated = false) =>
      tally.add({
        terminated,
        truncated: false,
        info: { moved, maxX: 2004, completed: false, frames, fell: true },
      });
    expect(step(10, 104)).toBeUndefined();
    expect(step(-6, 108)).toBeUndefined();
    expect(step(0, 112)).toBeUndefined();
    expect(step(4, 116, true)).toEqual({
      reward: 10 - 6 + 0 + 4,
      distance: 2004,
      steps: 4,
      frames: 116,
      ending: "fell",
      completed: false,
      truncated: false,
    });
  });
});

describe("an episode's end", () => {
  const end = (what: Partial<GameInfo>, terminated = true) => {
    const tally = new EpisodeTally();
    tally.start();
    const info = { moved: 10, maxX: 50, completed: false, frames: 4, ...what };
    return tally.add({ terminated, truncated: !terminated, info })?.ending;
  };

  it("is told as far as the game tells it", () => {
    expect(end({ completed: true, fell: false })).toBe("completed");
    expect(end({ fell: true, timeUp: false })).toBe("fell");
    expect(end({ fell: false, timeUp: false })).toBe("hit");
    expect(end({ fell: false, timeUp: true })).toBe("timeUp");
    expect(end({})).toBe("died");
    expect(end({ fell: false }, false)).toBe("cut");
  });
});

describe("RecentEpisodes", () => {
  it("averages the last 100 episodes, rounded to one decimal", () => {
    const recent = new RecentEpisodes();
    expect(recent.meanReward).toBe(0);
    for (let i = 0; i < 50; i++) recent.add(episode(1000));
    for (let i = 0; i < 100; i++) recent.add(episode(100 + i, i % 4 === 0));
    expect(recent.episodes).toBe(150);
    expect(recent.meanDistance).toBeCloseTo(149.5);
    expect(recent.meanReward).toBe(109.5);
    expect(recent.completionRate).toBe(0.25);
    expect(recent.maxDistance).toBe(199);
  });
});

describe("wilson", () => {
  // Reference values: Newcombe 1998, table I, method 3 (without continuity correction).
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("%i of %i", (successes, trials, low, high) => {
    const interval = wilson(successes, trials);
    expect(interval[0]).toBeCloseTo(low, 4);
    expect(interval[1]).toBeCloseTo(high, 4);
  });
});

describe("clopperPearson", () => {
  // Reference values: Newcombe 1998, table I, method 5.
  it.each([
    [81, 263, 0.2527, 0.3676],
    [15, 148, 0.0578, 0.1617],
    [0, 20, 0, 0.1684],
    [1, 29, 0.0009, 0.1776],
  ])("%i of %i", (successes, trials, low, high) => {
    const interval = clopperPearson(successes, trials);
    expect(interval[0]).toBeCloseTo(low, 4);
    expect(interval[1]).toBeCloseTo(high, 4);
    const [mirroredLow, mirroredHigh] = clopperPearson(trials - successes, trials);
    expect(mirroredLow).toBeCloseTo(1 - interval[1], 9);
    expect(mirroredHigh).toBeCloseTo(1 - interval[0], 9);
  });

  it("has the ends at which the binomial tails are 2.5 %", () => {
    const [low, high] = clopperPearson(95, 100);
    /** P(X ≤ most) by adding up. */
    const atMost = (most: number, p: number): number => {
      let term = (1 - p) ** 100;
      let sum = 0;
      for (let k = 0; k <= most; k++) {
        sum += term;
        term *= ((100 - k) / (k + 1)) * (p / (1 - p));
      }
      return sum;
    };
    expect(1 - atMost(94, low)).toBeCloseTo(0.025, 8);
    expect(atMost(95, high)).toBeCloseTo(0.025, 8);
  });
});

describe("meanInterval", () => {
  // Student's 97.5 % points, from any table.
  it.each([
    [2, 12.706],
    [5, 2.776],
    [10, 2.262],
    [31, 2.042],
    [1001, 1.962],
  ])("is Student's for %i values", (n, t) => {
    const values = Array.from({ length: n }, (_, i) => (i * 37) % 101);
    const [low, high] = meanInterval(values)!;
    expect((high - low) / 2 / standardError(values)).toBeCloseTo(t, 2);
  });

  it("is not known of fewer than two values", () => {
    expect(meanInterval([7])).toBeNull();
    expect(meanInterval([])).toBeNull();
    expect(bootstrapMeanInterval([7], new Rng(1))).toBeNull();
  });
});

describe("bootstrapMeanInterval", () => {
  it("is Student's for many values, and the same for the same seed", () => {
    const rng = new Rng(1);
    const values = Array.from({ length: 200 }, () => rng.uniform() ** 2);
    const interval = bootstrapMeanInterval(values, new Rng(2))!;
    const wanted = meanInterval(values)!;
    const width = wanted[1] - wanted[0];
    expect(Math.abs(interval[0] - wanted[0])).toBeLessThan(0.1 * width);
    expect(Math.abs(interval[1] - wanted[1])).toBeLessThan(0.1 * width);
    expect(bootstrapMeanInterval(values, new Rng(2))).toEqual(interval);
  });

  it("never leaves the range of the values, as Student's does", () => {
    const [low, high] = bootstrapMeanInterval([0, 0, 0, 0, 100], new Rng(3))!;
    expect(low).toBe(0);
    expect(high).toBeLessThanOrEqual(100);
    expect(high).toBeGreaterThan(40);
  });
});

describe("quantile", () => {
  it("interpolates between order statistics, in any order given", () => {
    const values = [4, 1, 3, 2];
    expect([0, 0.25, 0.5, 0.9, 1].map((level) => quantile(values, level))).toEqual([
      1, 1.75, 2.5, 3.7, 4,
    ]);
    expect(values).toEqual([4, 1, 3, 2]);
    expect(quantile([], 0.5)).toBe(0);
  });
});
