import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileRun } from "../../../src/cli/dashboard/file-run.js";
import { openEventFile } from "../../../src/logging/event-file.js";
import { readRun } from "../../../src/logging/run-events.js";
import { RUN_SETTINGS_TAG } from "../../../src/logging/tags.js";
import { LiveFeed } from "../../../src/viewer/dashboard/live-feed.js";
import type { RunGrowth } from "../../../src/viewer/dashboard/series.js";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "mario-file-run-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const TAG = "episode/distance";
const HOUR = 3600;

/** A run on a clock of its own, in seconds. */
class Run {
  seconds = 1_000_000;
  readonly now = () => 1000 * this.seconds;

  /** Logs each step, so long after the one before. */
  session(from: number, to: number, secondsPerStep: number, resumeStep?: number): void {
    const { now } = this;
    const file = openEventFile({ directory, now, ...(resumeStep && { resumeStep }) });
    for (let step = from; step <= to; step++) {
      this.seconds += secondsPerStep;
      file.scalar(TAG, step, step);
    }
    file.close();
  }
}

/** Step and seconds of the points that hold, as the dashboard keeps them. */
function pointsOf(growth: readonly RunGrowth[]): [number, number][] {
  let points: [number, number][] = [];
  for (const { dropFrom = Infinity, points: more } of growth) {
    points = points.filter(([step]) => step < dropFrom);
    for (const { step, seconds } of more) points.push([step, seconds]);
  }
  return points;
}

describe("the clock of a run that was stopped and killed", () => {
  it("is the same in its files, in a file followed while it grows, and in plots", () => {
    const run = new Run();
    const followed = new FileRun(directory, "");
    const seen: RunGrowth[] = [];
    // Killed at step 8, with a resume point of step 5; the second time the machine is faster.
    run.session(1, 8, 60);
    seen.push(...followed.poll());
    run.seconds += 2 * HOUR;
    run.session(6, 9, 10, 6);
    seen.push(...followed.poll());
    run.seconds += HOUR;
    run.session(8, 10, 60, 8);
    seen.push(...followed.poll());
    const expected = [
      ...[60, 120, 180, 240, 300].map((seconds, i) => [i + 1, seconds]),
      ...[
        [6, 310],
        [7, 320],
        [8, 380],
        [9, 440],
        [10, 500],
      ],
    ];
    expect(pointsOf(seen)).toEqual(expected);
    expect(pointsOf(new FileRun(directory, "").poll())).toEqual(expected);
    const plotted = readRun(directory).scalars.get(TAG)!;
    expect(plotted.map(({ step, wallTime }) => [step, wallTime])).toEqual(expected);
  });

  it("goes on in the run of this process, which sets up for a while first", () => {
    const run = new Run();
    run.session(1, 8, 60);
    run.seconds += HOUR;
    const feed = new LiveFeed({ name: "", settings: {}, now: run.now });
    run.seconds += 30;
    const file = openEventFile({ directory, now: run.now, resumeStep: 6 });
    const before = new FileRun(directory, "");
    feed.begin(before.poll(), before.seconds);
    run.seconds += 60;
    file.scalar(TAG, 6, 6);
    feed.publishScalars(6, { [TAG]: 6 });
    file.close();
    const live = pointsOf(feed.poll());
    expect(live.at(-1)).toEqual([6, 360]);
    expect(live).toEqual(pointsOf(new FileRun(directory, "").poll()));
  });
});

it("a later figure about an earlier step counts for when that step was done with", () => {
  const run = new Run();
  const file = openEventFile({ directory, now: run.now });
  for (const step of [1, 2, 3, 2]) {
    run.seconds += 60;
    file.scalar(TAG, step, step);
  }
  file.close();
  run.seconds += HOUR;
  run.session(3, 3, 60, 3);
  expect(pointsOf(new FileRun(directory, "").poll()).at(-1)).toEqual([3, 300]);
});

it("reads a run's settings, and passes over rows that are none, however long", () => {
  const spaces = " ".repeat(100_000);
  const rows = [
    "| setting | value |",
    "| --- | --- |",
    "| learning.gamma | 0.9 |",
    `| ${spaces}`,
    `|${spaces}|${spaces}|`,
    "| one | two | three |",
    "|preset|  fast  |",
    `| note |${spaces}|`,
    "no row",
  ];
  const file = openEventFile({ directory });
  file.text(RUN_SETTINGS_TAG, rows.join("\n"), 0);
  file.close();
  const settings = new FileRun(directory, "").poll().find((growth) => growth.settings)?.settings;
  expect(settings).toEqual({ "learning.gamma": "0.9", preset: "fast", note: "" });
});
