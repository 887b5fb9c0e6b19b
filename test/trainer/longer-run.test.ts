import { describe, expect, it } from "vitest";
import { resolveSettings } from "../../src/config/resolve.js";
import { trainSettingsSchema } from "../../src/config/schema.js";
import { lengthened } from "../../src/trainer/longer-run.js";
import { epsilonOf, learningRateAt, priorityBetaAt } from "../../src/trainer/schedules.js";

const BEFORE = resolveSettings("fast", {
  timesteps: 300_000,
  exploration: { fraction: 0.7 },
  learning: { learningRateDecayFraction: 0.9, finalLearningRateFraction: 0.1 },
  replay: { prioritized: true, priorityBeta: 0.4 },
});
const STEP = 100_000;
const LONGER = lengthened(BEFORE, STEP, 700_000);

describe("a run that is made longer", () => {
  it("has valid settings, and all others as they were", () => {
    expect(trainSettingsSchema.parse(LONGER)).toEqual(LONGER);
    expect({
      ...LONGER,
      timesteps: BEFORE.timesteps,
      exploration: { ...LONGER.exploration, fraction: 0.7 },
      learning: { ...LONGER.learning, learningRateDecayFraction: 0.9 },
      replay: { ...LONGER.replay, priorityBeta: 0.4 },
    }).toEqual(BEFORE);
  });

  it("explores and learns at each step as it would have, then as at its former end", () => {
    for (let step = 0; step <= 700_000; step += 1000) {
      const then = Math.min(step, BEFORE.timesteps);
      expect(epsilonOf(LONGER)(step)).toBeCloseTo(epsilonOf(BEFORE)(then), 12);
      expect(learningRateAt(LONGER, step)).toBeCloseTo(learningRateAt(BEFORE, then), 12);
    }
  });

  it.each([0, STEP, 300_000])("raises beta from where it is at step %d to 1 at its end", (step) => {
    const longer = lengthened(BEFORE, step, 700_000);
    const beta = (at: number) => priorityBetaAt(longer, at);
    expect(beta(step)).toBeCloseTo(priorityBetaAt(BEFORE, step), 12);
    expect(beta((step + 700_000) / 2)).toBeCloseTo((beta(step) + 1) / 2, 12);
    expect(beta(700_000)).toBe(1);
  });

  it("can be made longer once more", () => {
    const once = lengthened(BEFORE, STEP, 400_000);
    const twice = lengthened(once, STEP, 700_000);
    expect(epsilonOf(twice)(STEP)).toBeCloseTo(epsilonOf(BEFORE)(STEP), 12);
    expect(priorityBetaAt(twice, STEP)).toBeCloseTo(priorityBetaAt(BEFORE, STEP), 12);
  });

  it("does not get shorter, nor a larger memory", () => {
    expect(() => lengthened(BEFORE, STEP, 300_000)).toThrow(
      "has 300000 timesteps; 300000 would not",
    );
    const short = resolveSettings("fast", { timesteps: 50_000 });
    expect(() => lengthened(short, 1000, 60_000)).toThrow("holds 50000 transitions, its length");
    const exact = resolveSettings("fast", { timesteps: 100_000 });
    expect(lengthened(exact, 1000, 600_000).timesteps).toBe(600_000);
  });
});
