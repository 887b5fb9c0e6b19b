import { expect, it } from "vitest";
import { tutorialSpelling } from "../../src/cli/tutorial-spelling.js";

it.each([
  ["--exploration_fraction=0.5", "--exploration-fraction=0.5"],
  ["--log_dir", "--log-dir"],
  ["--dueling", "--dueling"],
  ["--dueling=True", "--dueling"],
  ["--prioritized=1", "--prioritized"],
  ["--prioritized=False", "--no-prioritized"],
  ["--dueling=0", "--no-dueling"],
  ["--noprioritized", "--no-prioritized"],
  // Left to the parser, which says what is wrong, or are right as they are.
  ["--dueling=maybe", "--dueling=maybe"],
  ["--noprioritized=True", "--noprioritized=True"],
  ["--noops", "--noops"],
  ["--noops=3", "--noops=3"],
  ["--file=a_b", "--file=a_b"],
  ["a_b", "a_b"],
  ["-x_y", "-x_y"],
])("reads %s as %s", (theirs, ours) => {
  expect(tutorialSpelling(["train", theirs])).toEqual(["train", ours]);
});

it("leaves alone what follows --", () => {
  expect(tutorialSpelling(["--a_b", "--", "--a_b", "--nodueling"])).toEqual([
    "--a-b",
    "--",
    "--a_b",
    "--nodueling",
  ]);
});
