import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WriteFailures } from "../../../src/cli/train/write-failures.js";
import { BestModel } from "../../../src/trainer/checkpoint/best-model.js";
import { loadModel, saveModel } from "../../../src/trainer/checkpoint/model-file.js";
import { exampleModel } from "./example-model.js";

describe("best model", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "mario-best-"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });
  const files = () => readdirSync(directory).sort();
  const run = (runId: string) => new BestModel({ directory, runId });
  const offer = (best: BestModel, meanReward: number, episodes = 100) =>
    best.offer({ meanReward, episodes }, () => exampleModel());

  it("saves from the 10th episode on, when the rounded mean beats the best so far", () => {
    const best = run("a");
    const saved = [
      offer(best, 500, 9), // too early
      offer(best, 12.34, 10),
      offer(best, 12.349, 11), // also 12.3
      offer(best, 12.36, 12), // 12.4
      offer(best, 12.2, 13),
      offer(best, Number.NaN, 14),
    ].map((entry) => entry?.meanReward);
    expect(saved).toEqual([undefined, 12.3, undefined, 12.4, undefined, undefined]);
    expect(files()).toEqual(["mario_reward_12.4.safetensors"]);
    const { metadata } = loadModel(best.current!.path);
    expect(metadata).toMatchObject({ runId: "a", meanReward: 12.4, episodes: 12, stage: "1-1" });
  });

  it("takes the film of an older model along when that goes, and no other", () => {
    const best = run("a");
    offer(best, 1);
    for (const name of ["mario_reward_1.0.webp", "mario_reward_0.5.webp"]) {
      writeFileSync(join(directory, name), "");
    }
    offer(best, 2);
    expect(files()).toEqual(["mario_reward_0.5.webp", "mario_reward_2.0.safetensors"]);
  });

  it("starts with means below zero, and never writes minus zero", () => {
    const best = run("a");
    offer(best, -15);
    expect(files()).toEqual(["mario_reward_-15.0.safetensors"]);
    offer(best, -0.04);
    expect(files()).toEqual(["mario_reward_0.0.safetensors"]);
    expect(best.current?.meanReward).toBe(0);
  });

  it("keeps the model of a run too short for the rule, but no second one", () => {
    const best = run("a");
    const keep = (meanReward: number) =>
      best.keepIfNone({ meanReward, episodes: 3 }, () => exampleModel())?.meanReward;
    expect([keep(4.44), keep(5)]).toEqual([4.4, undefined]);
    expect(files()).toEqual(["mario_reward_4.4.safetensors"]);
  });

  it("gives up a mean of fewer episodes, however high, for the first of the rule's", () => {
    const short = run("a");
    short.keepIfNone({ meanReward: 1100, episodes: 3 }, () => exampleModel());
    const resumed = run("a");
    expect(resumed.current?.meanReward).toBe(1100);
    expect(offer(resumed, 900, 9)).toBeUndefined();
    expect(offer(resumed, 300, 10)?.meanReward).toBe(300);
    expect(files()).toEqual(["mario_reward_300.0.safetensors"]);
    expect(offer(resumed, 299, 11)).toBeUndefined();
    // The same when neither could be written: what is held in a resume point.
    const held = (meanReward: number, episodes: number) => {
      const { weights, metadata } = exampleModel();
      const file = { weights, metadata: { ...metadata, runId: "b", meanReward, episodes } };
      const best = run("b");
      best.setState({ meanReward, file });
      return best;
    };
    expect(offer(held(1100, 3), 200, 12)?.meanReward).toBe(200);
    expect(offer(held(1100, 12), 300, 13)).toBeUndefined();
  });

  it("copies no weights for a mean that is not saved", () => {
    const best = run("a");
    offer(best, 5);
    expect(
      best.offer({ meanReward: 4, episodes: 50 }, () => {
        throw new Error("called");
      }),
    ).toBeUndefined();
  });

  it("never touches another run's file, even one of the same name", () => {
    const a = run("a");
    const b = run("b");
    offer(a, 7);
    offer(b, 7);
    expect(files()).toEqual(["mario_reward_7.0.safetensors", "mario_reward_7.0_2.safetensors"]);
    offer(b, 9);
    expect(files()).toEqual(["mario_reward_7.0.safetensors", "mario_reward_9.0.safetensors"]);
    offer(a, 8);
    expect(files()).toEqual(["mario_reward_8.0.safetensors", "mario_reward_9.0.safetensors"]);
    expect(loadModel(a.current!.path).metadata.runId).toBe("a");
  });

  it("leaves files alone that it cannot read, or that are named otherwise", () => {
    writeFileSync(join(directory, "mario_reward_1.0.safetensors"), "damaged");
    saveModel(join(directory, "my-favourite.safetensors"), exampleModel({ runId: "a" }));
    const best = run("a");
    expect(best.current).toBeUndefined();
    offer(best, 2);
    expect(files()).toEqual([
      "mario_reward_1.0.safetensors",
      "mario_reward_2.0.safetensors",
      "my-favourite.safetensors",
    ]);
  });

  it("goes on from its own file when the run is resumed", () => {
    offer(run("a"), 20);
    offer(run("b"), 90);
    const resumed = run("a");
    expect(resumed.current?.meanReward).toBe(20);
    expect(offer(resumed, 19)).toBeUndefined();
    expect(offer(resumed, 21)?.meanReward).toBe(21);
    expect(files()).toEqual(["mario_reward_21.0.safetensors", "mario_reward_90.0.safetensors"]);
  });

  it("keeps a model that could not be written, in a resume point, too, until it can be", () => {
    rmSync(directory, { recursive: true });
    writeFileSync(directory, "in the way");
    const failures = new WriteFailures(() => undefined);
    const open = () => new BestModel({ directory, runId: "a", observer: failures.of("model") });
    const best = open();
    expect([offer(best, 5), offer(best, 7), offer(best, 6)]).toEqual([
      ...[undefined, undefined, undefined],
    ]);
    expect(best.keepIfNone({ meanReward: 6, episodes: 101 }, () => exampleModel())).toBeUndefined();
    expect({ isUnsaved: best.isUnsaved, missing: failures.summary }).toEqual({
      isUnsaved: true,
      missing: expect.stringContaining("model") as string,
    });
    const resumed = open();
    resumed.setState(structuredClone(best.getState()));
    rmSync(directory);
    expect(resumed.retry()?.meanReward).toBe(7);
    expect(files()).toEqual(["mario_reward_7.0.safetensors"]);
    expect(loadModel(resumed.current!.path).metadata).toMatchObject({ runId: "a", episodes: 100 });
    expect({ isUnsaved: resumed.isUnsaved, missing: failures.summary }).toEqual({
      isUnsaved: false,
      missing: undefined,
    });
    expect(resumed.retry()).toBeUndefined();
    // A file that is as good by now makes the held copy needless.
    const later = open();
    later.setState(structuredClone(best.getState()));
    expect(later.isUnsaved).toBe(false);
  });

  it("keeps the older file, and tries again, when the new one cannot be saved", () => {
    const best = run("a");
    offer(best, 3);
    const before = readFileSync(best.current!.path);
    const broken = exampleModel();
    broken.weights.get("output/bias")!.data[0] = Infinity;
    expect(() => best.offer({ meanReward: 4, episodes: 99 }, () => broken)).toThrow(
      expect.objectContaining({ code: "NOT_FINITE" }),
    );
    expect(files()).toEqual(["mario_reward_3.0.safetensors"]);
    expect(readFileSync(best.current!.path)).toEqual(before);
    expect(offer(best, 3.5)?.meanReward).toBe(3.5);
  });
});
