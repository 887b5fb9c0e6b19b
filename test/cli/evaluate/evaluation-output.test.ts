import { expect, it } from "vitest";
import { isWhole } from "../../../src/cli/evaluate/evaluation-output.js";

const every = {
  stage: "1-1",
  rom: "fenn.nes",
  seed: 1,
  noops: 30,
  everyStart: true,
  epsilon: 0,
  sticky: 0,
  actionRepeat: 4,
};

it("calls an evaluation whole where every start was played, and nothing drawn", () => {
  expect(isWhole(every, { episodes: 31 })).toBe(true);
  // Ctrl-C.
  expect(isWhole(every, { episodes: 5 })).toBe(false);
  expect(isWhole({ ...every, everyStart: false }, { episodes: 31 })).toBe(false);
  expect(isWhole({ ...every, sticky: 0.25 }, { episodes: 31 })).toBe(false);
  expect(isWhole({ ...every, epsilon: 0.02 }, { episodes: 31 })).toBe(false);
});
