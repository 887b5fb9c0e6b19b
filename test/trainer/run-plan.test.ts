import { describe, expect, it } from "vitest";
import { resolveSettings, type SettingsOverrides } from "../../src/config/resolve.js";
import { updatesOf, windowPlanOf } from "../../src/trainer/run-plan.js";
import { windowAfter } from "../../src/trainer/window.js";

/** Counts as the learner does, whose memory has something from the second window on. */
function counted(changes: SettingsOverrides): number {
  const settings = resolveSettings("fast", changes);
  const { learning, replay, timesteps } = settings;
  let updates = 0;
  let window = windowAfter(0, 0, windowPlanOf(settings));
  while (window.last < timesteps) {
    window = windowAfter(window.last, window.index + 1, windowPlanOf(settings));
    for (let step = window.after + 1; step <= window.last; step++) {
      if (step > replay.learningStarts && step % learning.learnPeriod === 0) updates++;
    }
  }
  return updates;
}

describe("the updates of a run", () => {
  const cases: SettingsOverrides[] = [
    { timesteps: 5000 },
    { timesteps: 5001, learning: { learnPeriod: 7 }, replay: { learningStarts: 333 } },
    { timesteps: 1000, replay: { learningStarts: 0 } },
    { timesteps: 300, replay: { learningStarts: 0 }, actors: { windowSteps: 250 } },
  ];
  it.each(cases)("are as many as a learner makes: %j", (changes) => {
    const updates = updatesOf(resolveSettings("fast", changes));
    expect(updates).toBe(counted(changes));
    expect(updates).toBeGreaterThan(0);
  });

  it.each<SettingsOverrides>([
    { timesteps: 2000 },
    { timesteps: 60_000, actors: { windowSteps: 65_536 } },
  ])("are none where the run is over before: %j", (changes) => {
    expect(updatesOf(resolveSettings("fast", changes))).toBe(0);
  });
});
