import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { WriteFailures } from "../../src/cli/train/write-failures.js";
import { TAGS } from "../../src/logging/tags.js";
import { BestModel } from "../../src/trainer/checkpoint/best-model.js";
import type { Played } from "../../src/trainer/actor-group.js";
import type { Collapse } from "../../src/trainer/collapse-watch.js";
import type { EpisodeSummary } from "../../src/trainer/episode.js";
import type { LearnSummary } from "../../src/trainer/learner.js";
import { exampleModel } from "./checkpoint/example-model.js";
import { quietSession } from "./quiet-session.js";

const LEARNED = { updates: 0, loss: 0, meanQ: 0, gradientNorm: 0, replaySize: 0 };

function playedOf(...episodes: readonly { step: number; episode: EpisodeSummary }[]): Played[] {
  const transitions = { size: 0 } as Played["transitions"];
  return [{ lane: 0, frameCount: 0, transitions, episodes }];
}

function episode(distance: number, restarted?: true): EpisodeSummary {
  const numbers = { reward: distance - 40, distance, steps: 9, frames: 36 };
  return {
    ...numbers,
    ending: distance > 3000 ? "completed" : "fell",
    completed: distance > 3000,
    truncated: false,
    ...(restarted && { restarted }),
  };
}

/** Epsilon from 1 to 0 in 100 steps. */
const falling = (step: number): number => 1 - step / 100;

it("tells when what was learned is lost, but not while there are few episodes", () => {
  const collapses: [number, Collapse][] = [];
  let step = 0;
  const { session } = quietSession({
    onCollapse: (collapse) => collapses.push([step, collapse]),
  });
  const play = (times: number, distance: number) => {
    for (let i = 0; i < times; i++) {
      step++;
      const window = { index: step - 1, after: step - 1, last: step };
      session.onWindow(window, playedOf({ step, episode: episode(distance) }), LEARNED);
    }
  };
  play(1, 3000);
  play(98, 100);
  play(101, 1040);
  expect(collapses).toEqual([]);
  play(200, 140);
  // 44 of 100 at 1,000 and 56 at 100.
  expect(collapses).toEqual([[256, { best: 1000, bestStep: 199, mean: 496 }]]);
});

it("counts practice from saved states in no figure but its own", () => {
  const offered: number[] = [];
  const { session, scalars } = quietSession({
    best: {
      offer: ({ meanReward }: { meanReward: number }) => void offered.push(meanReward),
    } as never,
  });
  const window = (index: number) => ({ index, after: 64 * index, last: 64 * (index + 1) });
  session.onWindow(window(0), playedOf({ step: 5, episode: episode(540) }), LEARNED);
  session.onWindow(window(1), playedOf({ step: 70, episode: episode(3162, true) }), LEARNED);

  const { episodes, meanReward, meanDistance, maxDistance, completionRate } = session.progress();
  expect({ episodes, meanReward, meanDistance, maxDistance, completionRate }).toEqual({
    episodes: 1,
    meanReward: 500,
    meanDistance: 540,
    maxDistance: 540,
    completionRate: 0,
  });
  expect(offered).toEqual([500]);
  const distances = scalars.filter(([tag]) => tag.endsWith("/distance"));
  expect(distances).toEqual([
    [TAGS.episodeDistance, 540, 5],
    [TAGS.practiceDistance, 3162, 70],
  ]);
});

it("logs means over a hundred updates or more, each update counted once", () => {
  const { session, scalars } = quietSession({ epsilonAt: falling });
  const learned = (index: number, summary: Omit<LearnSummary, "replaySize">) => {
    const window = { index, after: 64 * index, last: 64 * (index + 1) };
    session.onWindow(window, [], { ...summary, replaySize: 0 });
  };
  learned(0, { updates: 40, loss: 1, meanQ: 10, gradientNorm: 3 });
  learned(1, { updates: 59, loss: 2, meanQ: 30, gradientNorm: 8 });
  expect(scalars).toEqual([]);
  learned(2, { updates: 1, loss: 42, meanQ: 530, gradientNorm: 108 });
  // Sums of 40 + 118 + 42, 400 + 1770 + 530 and 120 + 472 + 108.
  expect(scalars).toEqual([
    [TAGS.trainLoss, 2, 192],
    [TAGS.trainMeanQ, 27, 192],
    [TAGS.trainGradientNorm, 7, 192],
  ]);
  learned(3, { updates: 200, loss: 0.5, meanQ: 4, gradientNorm: 9 });
  expect(scalars.slice(3)).toEqual([
    [TAGS.trainLoss, 0.5, 256],
    [TAGS.trainMeanQ, 4, 256],
    [TAGS.trainGradientNorm, 9, 256],
  ]);
});

it("logs its speed over two seconds or more, and how full the memory is", () => {
  let now = 500;
  const { session, scalars } = quietSession({ epsilonAt: falling, now: () => now });
  const window = (index: number, milliseconds: number, updates: number, replaySize: number) => {
    now += milliseconds;
    const steps = { index, after: 50 * index, last: 50 * (index + 1) };
    session.onWindow(steps, [], { ...LEARNED, updates, replaySize });
  };
  window(0, 1999, 10, 7);
  expect(scalars).toEqual([]);
  window(1, 501, 15, 70);
  // 100 steps and 25 updates in 2.5 s.
  expect(scalars).toEqual([
    [TAGS.speedStepsPerSecond, 40, 100],
    [TAGS.speedUpdatesPerSecond, 10, 100],
    [TAGS.replaySize, 70, 100],
  ]);
  expect(session.progress().stepsPerSecond).toBe(40);
  window(2, 2000, 4, 90);
  expect(scalars.slice(3)).toEqual([
    [TAGS.speedStepsPerSecond, 25, 150],
    [TAGS.speedUpdatesPerSecond, 2, 150],
    [TAGS.replaySize, 90, 150],
  ]);
});

it("logs the epsilon of the step at which an episode ended", () => {
  const { session, scalars } = quietSession({ epsilonAt: falling });
  const window = { index: 0, after: 0, last: 64 };
  session.onWindow(window, playedOf({ step: 25, episode: episode(540) }), LEARNED);
  expect(scalars.filter(([tag]) => tag === TAGS.trainEpsilon)).toEqual([
    [TAGS.trainEpsilon, 0.75, 25],
  ]);
});

it("writes a best model later that could not be written, without a better mean", () => {
  const directory = mkdtempSync(join(tmpdir(), "mario-session-"));
  const failures = new WriteFailures(() => undefined);
  const best = new BestModel({
    ...{ directory: join(directory, "models"), runId: "a" },
    observer: failures.of("model"),
  });
  let now = 0;
  const told: number[] = [];
  const { session } = quietSession({
    ...{ best, now: () => now, modelAfter: () => exampleModel() },
    onBest: ({ meanReward }) => told.push(meanReward),
  });
  const window = (index: number, distance: number) => {
    const ended = { step: index + 1, episode: episode(distance) };
    session.onWindow({ index, after: index, last: index + 1 }, playedOf(ended), LEARNED);
  };
  writeFileSync(join(directory, "models"), "in the way");
  for (let index = 0; index < 10; index++) window(index, 540);
  expect(best.isUnsaved).toBe(true);
  rmSync(join(directory, "models"));
  now = 1999;
  window(10, 40);
  expect(told).toEqual([]);
  now = 2000;
  window(11, 40);
  expect(told).toEqual([500]);
  expect(readdirSync(join(directory, "models"))).toEqual(["mario_reward_500.0.safetensors"]);
  session.finish();
  expect(told).toEqual([500]);
  rmSync(directory, { recursive: true });
});
