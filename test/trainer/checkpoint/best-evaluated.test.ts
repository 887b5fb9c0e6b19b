import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WriteFailures } from "../../../src/cli/train/write-failures.js";
import { BestEvaluated } from "../../../src/trainer/checkpoint/best-evaluated.js";
import { loadModel } from "../../../src/trainer/checkpoint/model-file.js";
import { summarise } from "../../../src/trainer/evaluation.js";
import { exampleModel } from "./example-model.js";

const episode = (distance: number, completed = false) => ({
  reward: distance - 40,
  distance,
  steps: 10,
  frames: 40,
  completed,
  ending: completed ? ("completed" as const) : ("fell" as const),
  truncated: false,
});

describe("the best evaluated model", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "mario-evaluated-"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });
  const files = () => readdirSync(directory).sort();
  const offer = (best: BestEvaluated, ...episodes: ReturnType<typeof episode>[]) =>
    best.offer(summarise(episodes, 10, 1), { meanReward: 1, episodes: 50 }, () => exampleModel());

  it("is the one that finishes most often, then the one that gets furthest", () => {
    const best = new BestEvaluated({ directory, runId: "a" });
    const kept = [
      offer(best, episode(900), episode(800)),
      offer(best, episode(700), episode(900)),
      offer(best, episode(500, true), episode(100)),
      offer(best, episode(3000), episode(3000)),
      offer(best, episode(500, true), episode(140)),
    ].map((entry) => entry && [entry.completedPercent, entry.meanDistance]);
    expect(kept).toEqual([[0, 850], undefined, [50, 300], undefined, [50, 320]]);
    expect(files()).toEqual(["mario_eval_50.0_320.0.safetensors"]);
    expect(loadModel(best.current!.path).metadata).toMatchObject({
      runId: "a",
      episodes: 50,
      evaluation: {
        episodes: 2,
        completed: 1,
        meanDistance: 320,
        meanReward: 280,
        averaged: false,
      },
    });
  });

  it("says whether its weights are an average", () => {
    const best = new BestEvaluated({ directory, runId: "a" });
    best.offer(
      summarise([episode(100)], 10, 1),
      { meanReward: 1, episodes: 50 },
      () => exampleModel(),
      { averaged: true },
    );
    expect(loadModel(best.current!.path).metadata.evaluation?.averaged).toBe(true);
  });

  it("says under which sticky actions it was evaluated, and nothing where there were none", () => {
    const best = new BestEvaluated({ directory, runId: "a" });
    const under = (stickyActions: number) => {
      const evaluation = summarise([episode(100)], 10, 1);
      const training = { meanReward: 1, episodes: 50 };
      best.offer(evaluation, training, () => exampleModel(), { stickyActions });
      return loadModel(best.current!.path).metadata.evaluation;
    };
    expect(under(0.25)?.stickyActions).toBe(0.25);
    expect(under(0)).not.toHaveProperty("stickyActions");
  });

  it("is kept where it could not be written, in a resume point, too, until it can be", () => {
    rmSync(directory, { recursive: true });
    writeFileSync(directory, "in the way");
    const failures = new WriteFailures(() => undefined);
    const open = () => new BestEvaluated({ directory, runId: "a", observer: failures.of("model") });
    const best = open();
    expect([
      offer(best, episode(800)),
      offer(best, episode(900)),
      offer(best, episode(700)),
    ]).toEqual([undefined, undefined, undefined]);
    expect(best.isUnsaved).toBe(true);
    expect(failures.summary).toContain("model");
    const resumed = open();
    resumed.setState(structuredClone(best.getState()));
    rmSync(directory);
    expect(resumed.retry()?.meanDistance).toBe(900);
    expect(files()).toEqual(["mario_eval_0.0_900.0.safetensors"]);
    expect(resumed.isUnsaved).toBe(false);
    expect(failures.summary).toBeUndefined();
    expect(resumed.retry()).toBeUndefined();
    expect(loadModel(resumed.current!.path).metadata.evaluation?.meanDistance).toBe(900);
  });

  it("is offered again what it was when a run that was killed goes on from before its file", () => {
    const best = new BestEvaluated({ directory, runId: "a" });
    offer(best, episode(100));
    const point = structuredClone(best.getState());
    offer(best, episode(300));
    offer(best, episode(100), episode(101), episode(102));
    const [kept] = files();
    const again = new BestEvaluated({ directory, runId: "a" });
    expect(again.isBest(summarise([episode(200)], 10, 1))).toBe(false);
    again.setState(point);
    // Between the two: it counts as the best of then, and the better file stays.
    expect(again.isBest(summarise([episode(200)], 10, 1))).toBe(true);
    expect(offer(again, episode(200))).toBeUndefined();
    expect(again.isBest(summarise([episode(199)], 10, 1))).toBe(false);
    expect(files()).toEqual([kept]);
    expect(offer(again, episode(300))?.path).toMatch(/300\.0_2\.safetensors$/);
    expect(files()).toHaveLength(1);
  });

  it("begins anew where its file is no more: the run is to keep a model there, too", () => {
    const best = new BestEvaluated({ directory, runId: "a" });
    offer(best, episode(300));
    for (const name of files()) rmSync(join(directory, name));
    const moved = new BestEvaluated({ directory, runId: "a" });
    moved.setState(structuredClone(best.getState()));
    expect(offer(moved, episode(200))).toBeDefined();
    expect(files()).toEqual(["mario_eval_0.0_200.0.safetensors"]);
  });

  it("knows its figures in full when it goes on, not only as in its file's name", () => {
    const best = new BestEvaluated({ directory, runId: "a" });
    offer(best, episode(100), episode(100), episode(102));
    const again = new BestEvaluated({ directory, runId: "a" });
    again.setState(structuredClone(best.getState()));
    const next = [...Array<number>(59).fill(100), 141].map((distance) => episode(distance));
    // 100.683 after 100.667; both 100.7 in a name.
    expect(again.isBest(summarise(next, 10, 1))).toBe(true);
    expect(offer(again, ...next)).toBeDefined();
  });

  it("is replaced by a newer one that is as good", () => {
    const best = new BestEvaluated({ directory, runId: "a" });
    offer(best, episode(100));
    expect(offer(best, episode(100))?.path).toMatch(/mario_eval_0\.0_100\.0_2\.safetensors$/);
    expect(files()).toHaveLength(1);
  });

  it("leaves other runs' files alone, and is found again when a run goes on", () => {
    offer(new BestEvaluated({ directory, runId: "a" }), episode(300));
    const other = new BestEvaluated({ directory, runId: "b" });
    expect(other.current).toBeUndefined();
    offer(other, episode(200));
    expect(files()).toHaveLength(2);
    expect(new BestEvaluated({ directory, runId: "b" }).current?.meanDistance).toBe(200);
  });
});
