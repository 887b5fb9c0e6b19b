import { expect, it } from "vitest";
import { TAGS } from "../../src/logging/tags.js";
import type { Played } from "../../src/trainer/actor-group.js";
import type { Collapse } from "../../src/trainer/collapse-watch.js";
import type { EpisodeSummary } from "../../src/trainer/episode.js";
import { TrainSession } from "../../src/trainer/train-session.js";

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

it("tells when what was learned is lost, but not while there are few episodes", () => {
  const collapses: [number, Collapse][] = [];
  let step = 0;
  const session = new TrainSession({
    sink: {
      scalar: () => undefined,
      text: () => undefined,
      flush: () => undefined,
      close: () => undefined,
    },
    best: { offer: () => undefined } as never,
    modelAfter: () => {
      throw new Error("nothing is saved here");
    },
    epsilonAt: () => 0,
    now: () => 0,
    shouldStop: () => false,
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
  const scalars: [string, number, number][] = [];
  const offered: number[] = [];
  const session = new TrainSession({
    sink: {
      scalar: (...row) => scalars.push(row),
      text: () => undefined,
      flush: () => undefined,
      close: () => undefined,
    },
    best: {
      offer: ({ meanReward }: { meanReward: number }) => void offered.push(meanReward),
    } as never,
    modelAfter: () => {
      throw new Error("nothing is saved here");
    },
    epsilonAt: () => 0,
    now: () => 0,
    shouldStop: () => false,
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
