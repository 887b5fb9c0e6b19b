import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bestModelIn, type Wanted } from "../../../src/trainer/checkpoint/best-in-folder.js";
import { saveModel } from "../../../src/trainer/checkpoint/model-file.js";
import type { ModelMetadata } from "../../../src/trainer/checkpoint/model-metadata.js";
import { exampleModel } from "./example-model.js";

describe("the best model of a folder", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "mario-folder-"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });
  const add = (name: string, changes: Partial<ModelMetadata>) =>
    saveModel(join(directory, `mario_${name}.safetensors`), exampleModel(changes));
  const evaluated = (
    completed: number,
    episodes: number,
    meanDistance = 3000,
    stickyActions?: number,
  ) => ({
    evaluation: {
      ...{ completed, episodes, meanDistance, meanReward: meanDistance - 40 },
      ...(stickyActions !== undefined && { stickyActions }),
    },
  });
  const best = (wanted?: Wanted) => {
    const path = bestModelIn(directory, wanted);
    return path && basename(path, ".safetensors").replace("mario_", "");
  };

  it("is undefined for none, and where there is no folder", () => {
    expect(best()).toBeUndefined();
    expect(bestModelIn(join(directory, "nowhere"))).toBeUndefined();
  });

  it("finishes its stage most surely: 30 of 31 is more than 1 of 1", () => {
    add("eval_100.0_3162.0", evaluated(1, 1));
    add("eval_96.8_3160.0", evaluated(30, 31));
    expect(best()).toBe("eval_96.8_3160.0");
    add("eval_100.0_3161.0", evaluated(31, 31));
    expect(best()).toBe("eval_100.0_3161.0");
  });

  it("gets furthest where none finishes, whether it was evaluated or not", () => {
    add("eval_0.0_300.0", evaluated(0, 31, 300));
    add("reward_1500.0", { meanReward: 1500 });
    expect(best()).toBe("reward_1500.0");
    add("eval_0.0_1600.0", evaluated(0, 31, 1600));
    expect(best()).toBe("eval_0.0_1600.0");
  });

  it("is the newest of equals", () => {
    add("reward_7.0", { meanReward: 7, created: "2026-01-02T03:04:05.678Z" });
    add("reward_7.0_2", { meanReward: 7, created: "2026-03-02T03:04:05.678Z" });
    add("reward_7.0_3", { meanReward: 7, created: "2026-02-02T03:04:05.678Z" });
    expect(best()).toBe("reward_7.0_2");
  });

  it("has learned the stage that is asked for, if any has", () => {
    add("eval_100.0_3162.0", { ...evaluated(31, 31), stage: "1-1" });
    add("reward_400.0", { meanReward: 400, stage: "1-2" });
    expect(best({ stage: "1-2" })).toBe("reward_400.0");
    expect(best({ stage: "1-3" })).toBe("eval_100.0_3162.0");
  });

  it("has learned the cartridge that is asked for, if any has", () => {
    const [ours, theirs] = ["a".repeat(40), "b".repeat(40)];
    add("eval_100.0_3162.0", { ...evaluated(31, 31), rom: { name: "ours.nes", sha1: ours } });
    add("reward_400.0", { meanReward: 400, rom: { name: "theirs.nes", sha1: theirs } });
    expect(best({ rom: ours })).toBe("eval_100.0_3162.0");
    expect(best({ rom: theirs })).toBe("reward_400.0");
    expect(best({ rom: theirs, stage: "8-4" })).toBe("reward_400.0");
    expect(best({ rom: "c".repeat(40) })).toBe("eval_100.0_3162.0");
  });

  it("was evaluated under as much chance as is asked for, if any was", () => {
    add("eval_100.0_3162.0", evaluated(31, 31));
    add("eval_40.3_2100.0", evaluated(50, 124, 2100, 0.25));
    expect(best()).toBe("eval_100.0_3162.0");
    expect(best({ stickyActions: 0 })).toBe("eval_100.0_3162.0");
    expect(best({ stickyActions: 0.25 })).toBe("eval_40.3_2100.0");
    expect(best({ stickyActions: 0.1 })).toBe("eval_40.3_2100.0");
    expect(best({ stickyActions: 0.5 })).toBe("eval_100.0_3162.0");
    // Even where it seldom finishes: of the other nothing is known there.
    add("eval_0.0_900.0", evaluated(0, 124, 900, 0.5));
    expect(best({ stickyActions: 0.5 })).toBe("eval_0.0_900.0");
  });

  it("is not a copy that was cut or that something was added to", () => {
    add("eval_96.8_3160.0", evaluated(30, 31));
    add("eval_100.0_3162.0", evaluated(31, 31));
    const path = join(directory, "mario_eval_100.0_3162.0.safetensors");
    const whole = readFileSync(path);
    for (const damaged of [whole.subarray(0, -1), Buffer.concat([whole, Buffer.of(0)])]) {
      writeFileSync(path, damaged);
      expect(best()).toBe("eval_96.8_3160.0");
    }
    writeFileSync(path, whole);
    expect(best()).toBe("eval_100.0_3162.0");
  });

  it("is no damaged file, and none with another name", () => {
    writeFileSync(join(directory, "mario_eval_100.0_9999.0.safetensors"), "damaged");
    saveModel(join(directory, "favourite.safetensors"), exampleModel({ meanReward: 3000 }));
    expect(best()).toBeUndefined();
  });
});
