import { describe, expect, it } from "vitest";
import {
  distanceReward,
  movement,
  progressReward,
  scaledReward,
  type RewardInput,
} from "../../src/env/reward.js";

const still: RewardInput = {
  xTm1: 100,
  xT: 100,
  maxXTm1: 100,
  maxXT: 100,
  frames: 4,
  died: false,
  completed: false,
};

describe("distance reward", () => {
  it("is the change of x, either way", () => {
    expect(distanceReward({ ...still, xT: 110 })).toBe(10);
    expect(distanceReward({ ...still, xT: 93 })).toBe(-7);
    expect(distanceReward({ ...still, died: true })).toBe(0);
  });

  it("does not count what no player can run: pipes and new areas", () => {
    expect(distanceReward({ ...still, xT: 120 })).toBe(20);
    expect(distanceReward({ ...still, xT: 121 })).toBe(0);
    expect(distanceReward({ ...still, xT: 2600 })).toBe(0);
    expect(distanceReward({ ...still, xTm1: 920, xT: 24 })).toBe(0);
    expect(movement(100, 110, 2)).toBe(10);
    expect(movement(100, 111, 2)).toBe(0);
    // Back to the beginning of a maze, while walking on; and pipes back by other distances.
    expect(movement(2000, 986, 2)).toBe(-1014);
    expect(movement(2000, 987, 2)).toBe(0);
    expect(movement(2000, 966, 2)).toBe(-1034);
    expect(movement(976, 2000, 2)).toBe(0);
    expect(movement(900, 32, 2)).toBe(0);
  });
});

describe("progress reward", () => {
  it("pays a tenth per new pixel, and nothing for going back and forth", () => {
    expect(progressReward({ ...still, xT: 110, maxXT: 110 })).toBe(1);
    expect(progressReward({ ...still, xT: 90 })).toBe(0);
    expect(progressReward({ ...still, xTm1: 90, xT: 100 })).toBe(0);
  });

  it("adds 5 for completion and takes 3 for death", () => {
    expect(progressReward({ ...still, completed: true })).toBe(5);
    expect(progressReward({ ...still, died: true })).toBe(-3);
    expect(progressReward({ ...still, maxXT: 105, died: true })).toBe(-2.5);
  });

  it("does not pay for being put elsewhere, and is bounded", () => {
    expect(progressReward({ ...still, xT: 2600, maxXT: 2600 })).toBe(0);
    expect(progressReward({ ...still, maxXT: 120, completed: true })).toBe(7);
  });
});

it("scales first, then cuts", () => {
  expect(scaledReward(-3, 0.5, 0)).toBe(-1.5);
  expect(scaledReward(-3, 0.5, 1)).toBe(-1);
  expect(scaledReward(7, 0.5, 1)).toBe(1);
  expect(scaledReward(0.5, 0.5, 1)).toBe(0.25);
});
