import { describe, expect, it } from "vitest";
import type { EpisodeEnding, EpisodeSummary } from "../../src/trainer/episode.js";
import { summarise } from "../../src/trainer/evaluation.js";

const episode = (distance: number, ending: EpisodeEnding, frames = 100): EpisodeSummary => ({
  reward: distance - 40,
  distance,
  steps: 10,
  frames,
  ending,
  completed: ending === "completed",
  truncated: ending === "cut",
});

describe("summarise", () => {
  const result = summarise(
    [episode(100, "fell"), episode(400, "completed"), episode(300, "hit"), episode(200, "cut")],
    40,
    8,
  );

  it("has means, intervals and quantiles, by hand", () => {
    expect(result).toMatchObject({
      episodes: 4,
      distinctEpisodes: 4,
      meanReward: 210,
      meanDistance: 250,
      medianDistance: 250,
      maxDistance: 400,
      steps: 40,
      stepsPerSecond: 5,
      distanceQuantiles: { min: 100, p10: 130, p25: 175, p50: 250, p75: 325, p90: 370, max: 400 },
      rewardQuantiles: { min: 60, p50: 210, max: 360 },
    });
    // sqrt(sum of squares 50,000 / 3 / 4)
    expect(result.distanceStandardError).toBeCloseTo(64.5, 1);
    // Student's 97.5 % point with 3 degrees of freedom is 3.182.
    expect(result.meanDistanceInterval![0]).toBeCloseTo(250 - 3.1824 * 64.55, 0);
    expect(result.meanRewardInterval![1]).toBeCloseTo(210 + 3.1824 * 64.55, 0);
    const [low, high] = result.meanDistanceBootstrap!;
    expect(low).toBeGreaterThanOrEqual(100);
    expect(high).toBeLessThanOrEqual(400);
    expect(high - low).toBeGreaterThan(150);
  });

  it("counts endings, and says how sure the completion rate is", () => {
    expect(result.endings).toEqual({ completed: 1, fell: 1, hit: 1, timeUp: 0, died: 0, cut: 1 });
    expect(result.completionRate).toBe(0.25);
    // Wilson's and Clopper and Pearson's intervals of 1 of 4.
    expect(result.completionInterval.map((end) => end.toFixed(3))).toEqual(["0.046", "0.699"]);
    expect(result.completionIntervalExact.map((end) => end.toFixed(3))).toEqual(["0.006", "0.806"]);
  });

  it("knows how many episodes went differently", () => {
    const alike = [episode(100, "fell"), episode(100, "fell"), episode(100, "hit")];
    expect(summarise(alike, 1, 1).distinctEpisodes).toBe(2);
    expect(summarise([...alike, episode(100, "fell", 101)], 1, 1).distinctEpisodes).toBe(3);
  });

  it("times the way to the flag over the completed episodes alone", () => {
    const { framesToFlag, secondsToFlag } = summarise(
      [
        episode(3166, "completed", 2000),
        episode(500, "fell", 10),
        episode(3166, "completed", 3000),
        episode(3166, "completed", 2400),
      ],
      1,
      1,
    );
    expect(framesToFlag).toEqual({ median: 2400, min: 2000, max: 3000 });
    // 60.0988 frames a second
    expect(secondsToFlag).toEqual({ median: 39.93, min: 33.28, max: 49.92 });
  });

  it("has no NaN for no episodes, and null for what is not known", () => {
    const empty = summarise([], 0, 0);
    const unknown = {
      framesToFlag: null,
      secondsToFlag: null,
      meanRewardInterval: null,
      meanDistanceInterval: null,
      meanDistanceBootstrap: null,
    };
    expect(empty).toMatchObject({ ...unknown, meanDistance: 0 });
    const numbers = (value: unknown): unknown[] =>
      typeof value === "object" && value !== null ? Object.values(value).flatMap(numbers) : [value];
    const known = Object.entries(empty).filter(([name]) => !(name in unknown));
    for (const value of numbers(Object.fromEntries(known))) {
      expect(Number.isFinite(value)).toBe(true);
    }
  });
});
