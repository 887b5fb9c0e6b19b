import { describe, expect, it } from "vitest";
import { EpisodeTally, type EpisodeSummary } from "../../src/trainer/episode.js";
import { EpisodeWindow } from "../../src/trainer/episode-window.js";
import { summarise, wilson } from "../../src/trainer/evaluator.js";

const episode = (distance: number, completed = false): EpisodeSummary => ({
  reward: distance - 40,
  learnerReward: 0,
  distance,
  steps: 10,
  completed,
  truncated: false,
});

describe("EpisodeTally", () => {
  it("counts the tutorial's reward whatever the learner is paid, and no jump of the game's own", () => {
    const tally = new EpisodeTally();
    tally.start({ x: 40, maxX: 40, completed: false, frames: 100 });
    const step = (x: number, frames: number, terminated = false) =>
      tally.add({
        reward: 0.5,
        terminated,
        truncated: false,
        info: { x, maxX: Math.max(40, x), completed: false, frames },
      });
    expect(step(50, 104)).toBeUndefined();
    expect(step(44, 108)).toBeUndefined();
    expect(step(2000, 112)).toBeUndefined();
    expect(step(2004, 116, true)).toEqual({
      reward: 10 - 6 + 0 + 4,
      learnerReward: 2,
      distance: 2004,
      steps: 4,
      completed: false,
      truncated: false,
    });
  });
});

describe("EpisodeWindow", () => {
  it("averages the last 100 episodes, rounded to one decimal", () => {
    const window = new EpisodeWindow();
    expect(window.meanReward).toBe(0);
    for (let i = 0; i < 50; i++) window.add(episode(1000));
    for (let i = 0; i < 100; i++) window.add(episode(100 + i, i % 4 === 0));
    expect(window.episodes).toBe(150);
    expect(window.meanDistance).toBeCloseTo(149.5);
    expect(window.meanReward).toBe(109.5);
    expect(window.completionRate).toBe(0.25);
    expect(window.maxDistance).toBe(199);
    expect(window.completed).toBe(25);
  });
});

describe("summarise", () => {
  it("by hand", () => {
    const result = summarise([episode(100), episode(400, true), episode(300), episode(200)], 40, 8);
    expect(result).toMatchObject({
      episodes: 4,
      meanReward: 210,
      meanDistance: 250,
      medianDistance: 250,
      maxDistance: 400,
      completionRate: 0.25,
      steps: 40,
      stepsPerSecond: 5,
    });
    // sqrt(sum of squares 50,000 / 3 / 4)
    expect(result.distanceStandardError).toBeCloseTo(64.5, 1);
  });

  it("has no NaN for no episodes", () => {
    for (const value of Object.values(summarise([], 0, 0)).flat()) {
      expect(Number.isFinite(value)).toBe(true);
    }
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
