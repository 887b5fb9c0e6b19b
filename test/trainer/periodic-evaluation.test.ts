import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { NamedTensors } from "../../src/agent/agent.js";
import { WriteFailures } from "../../src/cli/train/write-failures.js";
import { Rng } from "../../src/core/rng.js";
import { idleFramesOf } from "../../src/env/idle-frames.js";
import { TAGS } from "../../src/logging/tags.js";
import { BestEvaluated } from "../../src/trainer/checkpoint/best-evaluated.js";
import type { EpisodeSummary } from "../../src/trainer/episode.js";
import {
  type EvaluationRound,
  PeriodicEvaluation,
  type PeriodicEvaluationOptions,
  type WeightChoice,
} from "../../src/trainer/periodic-evaluation.js";
import { windowAfter, type Window } from "../../src/trainer/window.js";
import { exampleModel } from "./checkpoint/example-model.js";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "mario-evaluation-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const AVERAGE = exampleModel().weights;
const PLAN = { timesteps: 300, environments: 1, rounds: 64 };
const windows: Window[] = [];
for (let step = 0; step < PLAN.timesteps; step = windows.at(-1)!.last) {
  windows.push(windowAfter(step, windows.length, PLAN));
}

const episode = (distance: number): EpisodeSummary => ({
  reward: distance - 40,
  distance,
  steps: 10,
  frames: 40,
  completed: false,
  ending: "fell",
  truncated: false,
});

/** @param cutAt number of the asked evaluations that is cut short, from 1 */
function open(cutAt = Infinity, options: Partial<PeriodicEvaluationOptions> = {}) {
  const asked: { window: number; seeds: readonly number[]; averaged: boolean }[] = [];
  const told: [step: number, choice: WeightChoice, round: EvaluationRound, isKept: boolean][] = [];
  const logged: [tag: string, step: number, value: number][] = [];
  const described: [step: number, weights: NamedTensors | undefined][] = [];
  const evaluation = new PeriodicEvaluation({
    periodSteps: 100,
    episodes: 3,
    stickyActions: 0,
    timesteps: PLAN.timesteps,
    seed: 5,
    evaluate: (window, seeds, weights) => {
      asked.push({ window, seeds, averaged: weights !== undefined });
      const isCut = asked.length === cutAt;
      const distance = 50 + window + (weights ? 10 : 0);
      return Promise.resolve(isCut ? undefined : seeds.map(() => episode(distance)));
    },
    average: () => Promise.resolve(AVERAGE),
    sink: {
      scalar: (tag, value, step) => logged.push([tag, step, value]),
      text: () => undefined,
      flush: () => undefined,
      close: () => undefined,
    },
    best: new BestEvaluated({ directory, runId: "a" }),
    modelAfter: ({ last }, weights) => {
      described.push([last, weights]);
      return exampleModel();
    },
    training: () => ({ meanReward: 1, episodes: 50 }),
    onEvaluation: ({ step, weights, round, kept }) =>
      told.push([step, weights, round, kept !== undefined]),
    ...options,
  });
  return { asked, described, evaluation, logged, told };
}

it("tries both weights once a period, and at the end", async () => {
  const { asked, evaluation, logged, told } = open();
  for (const window of windows) await evaluation.onWindow(window);
  // Windows end at 64, 128, 192, 256 and 300.
  expect(told.map(([step, choice]) => [step, choice])).toEqual([
    ...[
      [128, "playing"],
      [128, "average"],
      [256, "playing"],
      [256, "average"],
      [300, "playing"],
      [300, "average"],
    ],
  ]);
  expect(new Set(told.map(([, , round]) => round))).toEqual(new Set(["first"]));
  expect(asked.map(({ window, averaged }) => [window, averaged])).toEqual([
    ...[
      [1, false],
      [1, true],
      [3, false],
      [3, true],
      [4, false],
      [4, true],
    ],
  ]);
  // The same starts for both, others at another time.
  expect(asked[0].seeds).toEqual(asked[1].seeds);
  expect(asked[0].seeds).not.toEqual(asked[2].seeds);
  expect(logged).toContainEqual([TAGS.evalAverageMeanDistance, 256, 63]);
  expect(evaluation.isOwed).toBe(false);
});

it("logs its figures, and describes the weights that did best", async () => {
  // Two of three finish; the average finishes always.
  const finished: EpisodeSummary = { ...episode(3162), completed: true, ending: "completed" };
  const { described, evaluation, logged } = open(Infinity, {
    evaluate: (_, __, weights) =>
      Promise.resolve(weights ? [finished] : [finished, episode(900), finished]),
  });
  await evaluation.onWindow(windows[1]);
  expect(described).toEqual([
    [128, undefined],
    [128, AVERAGE],
  ]);
  // Of 2 in 3, by Wilson's formula.
  const [low, high] = [0.2077, 0.9385];
  expect(logged).toEqual([
    [TAGS.evalCompletionRate, 128, 2 / 3],
    [TAGS.evalMeanDistance, 128, 2408],
    [TAGS.evalCompletionLow, 128, expect.closeTo(low, 3)],
    [TAGS.evalCompletionHigh, 128, expect.closeTo(high, 3)],
    [TAGS.evalMeanReward, 128, 2368],
    [TAGS.evalAverageCompletionRate, 128, 1],
    [TAGS.evalAverageMeanDistance, 128, 3162],
  ]);
});

it("tries only what plays where there is no average", async () => {
  const { evaluation, told } = open(Infinity, { average: () => Promise.resolve(undefined) });
  for (const window of windows) await evaluation.onWindow(window);
  expect(told.map(([, choice]) => choice)).toEqual(["playing", "playing", "playing"]);
  expect(evaluation.isOwed).toBe(false);
});

it.each([
  { cutAt: 3, owed: ["playing", "average"] },
  { cutAt: 4, owed: ["average"] },
])("plays later what a stop cut short, and nothing twice: $cutAt", async ({ cutAt, owed }) => {
  const whole = open();
  for (const window of windows) await whole.evaluation.onWindow(window);

  rmSync(directory, { recursive: true });
  const cut = open(cutAt);
  for (const window of windows.slice(0, 4)) await cut.evaluation.onWindow(window);
  expect(cut.evaluation.isOwed).toBe(true);
  const state = structuredClone(cut.evaluation.getState());
  expect(state.owed).toEqual({ window: windows[3], choices: owed });

  const resumed = open();
  await resumed.evaluation.resume(state);
  expect(resumed.evaluation.isOwed).toBe(false);
  for (const window of windows.slice(4)) await resumed.evaluation.onWindow(window);
  expect([...cut.told, ...resumed.told]).toEqual(whole.told);
  expect([...cut.logged, ...resumed.logged]).toEqual(whole.logged);
  expect([...cut.asked.slice(0, cutAt - 1), ...resumed.asked]).toEqual(whole.asked);
});

it("owes the last one, too", async () => {
  const { evaluation } = open(5);
  for (const window of windows) await evaluation.onWindow(window);
  expect(evaluation.getState().owed?.window.last).toBe(PLAN.timesteps);
});

describe("under sticky actions", () => {
  /** Sticky actions decide about an episode anew: finished with this probability, by its seed alone. */
  const finishes = (seed: number, rate: number) => new Rng(seed).uniform() < rate;
  const chance =
    (rate: number): PeriodicEvaluationOptions["evaluate"] =>
    (_, seeds) =>
      Promise.resolve(
        seeds.map((seed) => ({ ...episode(900), completed: finishes(seed, rate) })).map(endingOf),
      );
  const endingOf = (summary: EpisodeSummary): EpisodeSummary =>
    summary.completed ? { ...summary, ending: "completed" } : summary;
  const PERIODS = 100;

  /** One evaluation a window, of weights that never change. */
  async function bestOf(seed: number, stickyActions: number): Promise<number> {
    const best = new BestEvaluated({ directory, runId: `${seed}` });
    const { evaluation } = open(Infinity, {
      best,
      seed,
      stickyActions,
      periodSteps: 64,
      episodes: 31,
      timesteps: 64 * PERIODS,
      average: () => Promise.resolve(undefined),
      evaluate: chance(0.6),
    });
    for (let index = 0; index < PERIODS; index++) {
      await evaluation.onWindow({ index, after: 64 * index, last: 64 * (index + 1) });
    }
    return best.current!.completedPercent;
  }

  it("the recorded rate of many models stays near the true one", async () => {
    const rates = await Promise.all([11, 12, 13, 14, 15].map((seed) => bestOf(seed, 0.25)));
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    // The best of a hundred first evaluations alone would be 81 on average.
    expect(mean).toBeGreaterThan(55);
    expect(mean).toBeLessThan(73);
  });

  it("confirms what looks best with other seeds, and records that figure alone", async () => {
    const { asked, described, evaluation, logged, told } = open(Infinity, { stickyActions: 0.25 });
    // The average gets 10 px further than what plays.
    await evaluation.onWindow(windows[1]);
    expect(told).toEqual([
      [128, "playing", "first", false],
      [128, "playing", "confirmation", true],
      [128, "average", "first", false],
      [128, "average", "confirmation", true],
    ]);
    expect(described.map(([, weights]) => weights)).toEqual([undefined, AVERAGE]);
    const [first, confirmation, average] = asked;
    expect(average.seeds).toEqual(first.seeds);
    expect(confirmation.seeds).toHaveLength(12);
    for (const seed of confirmation.seeds) expect(first.seeds).not.toContain(seed);
    // As evenly spread.
    expect(confirmation.seeds.map((seed) => idleFramesOf(seed, 30))).toEqual(
      [...Array(12).keys()].map((i) => Math.floor((i * 31) / 12)),
    );
    expect(asked.map(({ averaged }) => averaged)).toEqual([false, false, true, true]);
    // No two figures of one step share a tag: readers keep the last.
    const tags = logged.map(([tag]) => tag);
    expect(new Set(tags).size).toBe(tags.length);
    expect(logged.filter(([tag]) => /confirmed.*distance/.test(tag))).toEqual([
      [TAGS.evalConfirmedMeanDistance, 128, 51],
      [TAGS.evalConfirmedAverageMeanDistance, 128, 61],
    ]);
  });

  it("does not confirm what is below the best's own second figure", async () => {
    let distance = 500;
    const { asked, evaluation } = open(Infinity, {
      stickyActions: 0.25,
      average: () => Promise.resolve(undefined),
      evaluate: (window, seeds) => {
        asked.push({ window, seeds, averaged: false });
        // The second time it does less well.
        return Promise.resolve(seeds.map(() => episode(seeds.length > 3 ? 300 : distance)));
      },
    });
    await evaluation.onWindow(windows[1]);
    distance = 400;
    await evaluation.onWindow(windows[3]);
    distance = 299;
    await evaluation.onWindow(windows[4]);
    expect(asked.map(({ window, seeds }) => [window, seeds.length])).toEqual([
      ...[
        [1, 3],
        [1, 12],
        [3, 3],
        [3, 12],
        [4, 3],
      ],
    ]);
    expect(readdirSync(directory)).toEqual(["mario_eval_0.0_300.0_2.safetensors"]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7])(
    "plays later what a stop cut short, and nothing twice: %i",
    async (cutAt) => {
      const options = { stickyActions: 0.25 };
      const whole = open(Infinity, options);
      for (const window of windows) await whole.evaluation.onWindow(window);

      rmSync(directory, { recursive: true });
      const cut = open(cutAt, options);
      const stopsAt = windows[cutAt <= 4 ? 1 : 3];
      for (const window of windows.slice(0, stopsAt.index + 1)) {
        await cut.evaluation.onWindow(window);
      }
      expect(cut.evaluation.isOwed).toBe(true);

      const resumed = open(Infinity, options);
      await resumed.evaluation.resume(structuredClone(cut.evaluation.getState()));
      expect(resumed.evaluation.isOwed).toBe(false);
      for (const window of windows.slice(stopsAt.index + 1)) {
        await resumed.evaluation.onWindow(window);
      }
      expect([...cut.told, ...resumed.told]).toEqual(whole.told);
      expect([...cut.logged, ...resumed.logged]).toEqual(whole.logged);
      expect([...cut.asked.slice(0, cutAt - 1), ...resumed.asked]).toEqual(whole.asked);
    },
  );
});

it("writes a best model later that could not be written, also after a resume", async () => {
  rmSync(directory, { recursive: true });
  writeFileSync(directory, "in the way");
  const best = () =>
    new BestEvaluated({
      directory,
      runId: "a",
      observer: new WriteFailures(() => undefined).of("model"),
    });
  const late: string[] = [];
  const options = {
    average: () => Promise.resolve(undefined),
    onLateSave: ({ path }: { path: string }) => void late.push(path),
  };
  const full = open(Infinity, { ...options, best: best() });
  for (const window of windows) await full.evaluation.onWindow(window);
  full.evaluation.finish();
  expect(late).toEqual([]);
  const state = structuredClone(full.evaluation.getState());

  rmSync(directory);
  const resumed = open(Infinity, { ...options, best: best() });
  await resumed.evaluation.resume(state);
  resumed.evaluation.finish();
  expect(late.map((path) => basename(path))).toEqual(["mario_eval_0.0_54.0.safetensors"]);
  expect(resumed.asked).toEqual([]);
});
