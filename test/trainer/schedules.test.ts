import { expect, it } from "vitest";
import { presetNames } from "../../src/config/presets.js";
import { resolveSettings } from "../../src/config/resolve.js";
import { epsilonOf, learningRateAt, priorityBetaAt } from "../../src/trainer/schedules.js";

it("lets epsilon fall over its share of the run", () => {
  const epsilonAt = epsilonOf(
    resolveSettings("fast", {
      timesteps: 1000,
      exploration: { fraction: 0.2, initialEpsilon: 0.9, finalEpsilon: 0.1 },
    }),
  );
  expect([0, 200, 201, 1000].map(epsilonAt)).toEqual([0.9, 0.1, 0.1, 0.1]);
  expect(epsilonAt(50)).toBeCloseTo(0.7, 12);
  expect(epsilonAt(150)).toBeCloseTo(0.3, 12);
});

it.each(presetNames)("explores in the beginning, whatever comes later: %s", (preset) => {
  expect(epsilonOf(resolveSettings(preset, {}))(0)).toBe(1);
});

it("raises beta linearly to 1 at the end", () => {
  const settings = resolveSettings("rainbow", { timesteps: 1000 });
  expect([0, 500, 1000, 2000].map((step) => priorityBetaAt(settings, step))).toEqual([
    0.4, 0.7, 1, 1,
  ]);
});

it("lets the learning rate fall linearly to its share of the first, and stay there", () => {
  const settings = resolveSettings("fast", {
    timesteps: 1000,
    learning: {
      learningRate: 0.004,
      finalLearningRateFraction: 0.25,
      learningRateDecayFraction: 0.8,
    },
  });
  const rates = [0, 400, 800, 900, 1000].map((step) => learningRateAt(settings, step));
  expect(rates[0]).toBe(0.004);
  expect(rates[1]).toBeCloseTo(0.0025, 12);
  expect(rates.slice(2)).toEqual([0.001, 0.001, 0.001]);
  const atOnce = resolveSettings("fast", {
    learning: {
      learningRate: 0.004,
      finalLearningRateFraction: 0.25,
      learningRateDecayFraction: 0,
    },
  });
  expect(learningRateAt(atOnce, 1)).toBe(0.001);
  const constant = resolveSettings("tutorial", {});
  expect(learningRateAt(constant, constant.timesteps)).toBe(constant.learning.learningRate);
});
