import { describe, expect, it } from "vitest";
import {
  distanceReward,
  progressReward,
  scaledReward,
  type RewardInput,
} from "../../src/env/reward.js";

const still: RewardInput = { moved: 0, gained: 0, died: false, completed: false };

it("distance reward is the change of x, either way", () => {
  expect(distanceReward({ ...still, moved: 10 })).toBe(10);
  expect(distanceReward({ ...still, moved: -7 })).toBe(-7);
  expect(distanceReward({ ...still, died: true })).toBe(0);
});

describe("progress reward", () => {
  it("pays a tenth per new pixel, and nothing for going back and forth", () => {
    expect(progressReward({ ...still, moved: 10, gained: 10 })).toBe(1);
    expect(progressReward({ ...still, moved: -10 })).toBe(0);
    expect(progressReward({ ...still, moved: 10 })).toBe(0);
  });

  it("adds 5 for completion and takes 3 for death", () => {
    expect(progressReward({ ...still, completed: true })).toBe(5);
    expect(progressReward({ ...still, died: true })).toBe(-3);
    expect(progressReward({ ...still, gained: 5, died: true })).toBe(-2.5);
    expect(progressReward({ ...still, gained: 20, completed: true })).toBe(7);
  });
});

it("scales first, then cuts", () => {
  expect(scaledReward(-3, 0.5, 0)).toBe(-1.5);
  expect(scaledReward(-3, 0.5, 1)).toBe(-1);
  expect(scaledReward(7, 0.5, 1)).toBe(1);
  expect(scaledReward(0.5, 0.5, 1)).toBe(0.25);
});
