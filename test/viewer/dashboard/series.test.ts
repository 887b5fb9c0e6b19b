import { describe, expect, it } from "vitest";
import { groupByTag, SeriesStore, type Point } from "../../../src/viewer/dashboard/series.js";

function point(step: number, value: number, tag = "train/loss"): Point {
  return { tag, step, seconds: step / 10, value };
}

describe("SeriesStore", () => {
  it("keeps each figure's points, and null for what JSON cannot say", () => {
    const store = new SeriesStore();
    store.add(point(1, 0.123456789));
    store.add(point(2, NaN));
    store.add(point(2, 7, "train/mean_q"));
    store.add(point(3, Infinity));
    expect(store.snapshot()).toEqual({
      "train/loss": { steps: [1, 2, 3], seconds: [0.1, 0.2, 0.3], values: [0.1234568, null, null] },
      "train/mean_q": { steps: [2], seconds: [0.2], values: [7] },
    });
  });

  it("forgets what a resumed run does again", () => {
    const store = new SeriesStore();
    for (let step = 1; step <= 5; step++) store.add(point(step, step));
    store.dropFrom(4);
    store.add(point(4, 40));
    expect(store.snapshot()["train/loss"].values).toEqual([1, 2, 3, 40]);
    store.dropFrom(100);
    expect(store.snapshot()["train/loss"].steps).toHaveLength(4);
  });

  it("thins out long series without losing a peak or a dip", () => {
    const store = new SeriesStore();
    const length = 100_000;
    for (let step = 0; step < length; step++) {
      store.add(
        point(step, step === 54_321 ? 1000 : step === 77_777 ? -1000 : Math.sin(step / 500)),
      );
    }
    const { steps, values } = store.snapshot()["train/loss"];
    expect(values.length).toBeLessThanOrEqual(8000);
    expect(values.length).toBeGreaterThan(4000);
    expect(steps[values.indexOf(1000)]).toBe(54_321);
    expect(steps[values.indexOf(-1000)]).toBe(77_777);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(new Set(steps).size).toBe(steps.length);
    // The newest value is shown as such.
    expect(steps.at(-1)).toBe(length - 1);
  });

  it("thins out no episodes, which are counted", () => {
    const store = new SeriesStore();
    for (let step = 0; step < 20_000; step++) store.add(point(step, step % 7, "episode/distance"));
    expect(store.snapshot()["episode/distance"].values).toHaveLength(20_000);
  });
});

it("groupByTag leaves order as it was", () => {
  const tags = groupByTag([point(1, 1, "a"), point(1, 2, "b"), point(2, 3, "a")]);
  expect(tags["a"].values).toEqual([1, 3]);
  expect(tags["b"].values).toEqual([2]);
});
