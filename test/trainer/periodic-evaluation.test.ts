import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { NamedTensors } from "../../src/agent/agent.js";
import { TAGS } from "../../src/logging/tags.js";
import { BestEvaluated } from "../../src/trainer/checkpoint/best-evaluated.js";
import type { EpisodeSummary } from "../../src/trainer/episode.js";
import {
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
  ...{ reward: distance - 40, distance, steps: 10, frames: 40, completed: false },
  ...{ ending: "fell", truncated: false },
});

/** @param cutAt number of the asked evaluations that is cut short, from 1 */
function open(cutAt = Infinity, options: Partial<PeriodicEvaluationOptions> = {}) {
  const asked: { window: number; seeds: readonly number[]; averaged: boolean }[] = [];
  const told: [step: number, choice: WeightChoice][] = [];
  const logged: [tag: string, step: number, value: number][] = [];
  const described: [step: number, weights: NamedTensors | undefined][] = [];
  const evaluation = new PeriodicEvaluation({
    ...{ periodSteps: 100, episodes: 3, timesteps: PLAN.timesteps, seed: 5 },
    evaluate: (window, seeds, weights) => {
      asked.push({ window, seeds, averaged: weights !== undefined });
      const isCut = asked.length === cutAt;
      const distance = 50 + window + (weights ? 10 : 0);
      return Promise.resolve(isCut ? undefined : seeds.map(() => episode(distance)));
    },
    average: () => Promise.resolve(AVERAGE),
    sink: {
      scalar: (tag, value, step) => logged.push([tag, step, value]),
      ...{ text: () => undefined, flush: () => undefined, close: () => undefined },
    },
    best: new BestEvaluated({ directory, runId: "a" }),
    modelAfter: ({ last }, weights) => {
      described.push([last, weights]);
      return exampleModel();
    },
    training: () => ({ meanReward: 1, episodes: 50 }),
    onEvaluation: (step, _, __, choice) => told.push([step, choice]),
    ...options,
  });
  return { asked, described, evaluation, logged, told };
}

it("tries both weights once a period, and at the end", async () => {
  const { asked, evaluation, logged, told } = open();
  for (const window of windows) await evaluation.onWindow(window);
  // Windows end at 64, 128, 192, 256 and 300.
  expect(told).toEqual([
    ...([
      [128, "playing"],
      [128, "average"],
    ] as const),
    ...([
      [256, "playing"],
      [256, "average"],
    ] as const),
    ...([
      [300, "playing"],
      [300, "average"],
    ] as const),
  ]);
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
    [TAGS.evalCompletionLow, 128, expect.closeTo(low, 3)],
    [TAGS.evalCompletionHigh, 128, expect.closeTo(high, 3)],
    [TAGS.evalMeanDistance, 128, 2408],
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

  const cut = open(cutAt);
  for (const window of windows.slice(0, 4)) await cut.evaluation.onWindow(window);
  expect(cut.evaluation.isOwed).toBe(true);
  const state = structuredClone(cut.evaluation.getState());
  expect(state).toEqual({ owed: { window: windows[3], choices: owed } });

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
