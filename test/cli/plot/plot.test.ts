import { describe, expect, it } from "vitest";
import { parseRuns } from "../../../src/cli/plot/run.js";

describe("runs to plot", () => {
  it("are labelled, or named after what differs", () => {
    const labels = (...texts: string[]) => parseRuns(texts).map(({ label }) => label);
    expect(parseRuns(["ours=a/1,a/2", "b/run"])).toEqual([
      { label: "ours", directories: ["a/1", "a/2"] },
      { label: "run", directories: ["b/run"] },
    ]);
    expect(labels("t/deepq/lr1/monday", "t/deepq/lr1/tuesday/")).toEqual(["monday", "tuesday"]);
    expect(labels("t/deepq/lr1/monday", "t/deepq/lr2/monday")).toEqual(["lr1", "lr2"]);
    expect(labels("t/lr1/monday", "t/lr2/tuesday", "t/lr1/tuesday")).toEqual([
      "lr1/monday",
      "lr2/tuesday",
      "lr1/tuesday",
    ]);
  });
});
