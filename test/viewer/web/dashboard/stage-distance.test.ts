import { expect, it } from "vitest";
import { distanceOf } from "../../../../src/viewer/web/dashboard/stage-distance.js";

it("is that of the longest stage played, and of 1-1 where no run says", () => {
  const of = (...stages: string[]): number =>
    distanceOf(stages.map((stage) => ({ "environment.stage": stage })));
  expect(of("1-3")).toBe(2514);
  expect(of("1-3", "8-1", "1-1")).toBe(6114);
  expect(of("of another program")).toBe(3266);
  expect(distanceOf([{ seed: "1" }])).toBe(3266);
  expect(distanceOf([])).toBe(3266);
});
