import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { idleFramesOf } from "../../src/env/idle-frames.js";
import { createMarioEnv } from "../../src/env/mario-env.js";
import { evenStarts } from "../../src/trainer/starts.js";

const idleFrames = (episodes: number, noopMaxFrames: number): number[] =>
  evenStarts(episodes, noopMaxFrames, new Rng(1)).map((seed) => idleFramesOf(seed, noopMaxFrames));

const EVERY_START = Array.from({ length: 31 }, (_, i) => i);

describe("evenStarts", () => {
  it("has every start once where there are as many episodes", () => {
    expect(idleFrames(31, 30)).toEqual(EVERY_START);
  });

  it("has every start equally often for a multiple", () => {
    const counts = new Map<number, number>();
    for (const idle of idleFrames(93, 30)) counts.set(idle, (counts.get(idle) ?? 0) + 1);
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual(EVERY_START);
    expect(new Set(counts.values())).toEqual(new Set([3]));
  });

  it("spreads fewer over the whole range", () => {
    expect(idleFrames(4, 30)).toEqual([0, 7, 15, 23]);
    expect(idleFrames(3, 0)).toEqual([0, 0, 0]);
  });

  it("draws other seeds from another generator", () => {
    const [a, again, b] = [1, 1, 2].map((seed) => evenStarts(31, 30, new Rng(seed)));
    expect(new Set(a).size).toBe(31);
    expect(a).toEqual(again);
    expect(a).not.toEqual(b);
  });

  it("means the idle frames that an environment really waits", () => {
    const rom = readFileSync(new URL("../../roms/fenn.nes", import.meta.url));
    const environment = createMarioEnv({ rom, noopMaxFrames: 30 });
    const after = (seed: number): Uint8Array => {
      environment.reset(seed);
      return environment.emulator.ram.slice();
    };
    const untouched = createMarioEnv({ rom, startState: environment.startState });
    untouched.reset(0);
    for (const seed of evenStarts(31, 30, new Rng(3))) {
      expect(after(seed)).toEqual(untouched.emulator.ram);
      untouched.emulator.stepFrame(0);
    }
  });
});
