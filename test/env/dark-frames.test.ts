import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { createMarioEnv, type MarioEnv } from "../../src/env/mario-env.js";
import { runnerRom } from "../nes/runner-rom.js";

const FENN = new Uint8Array(readFileSync(new URL("../../roms/fenn.nes", import.meta.url)));

/** Plays the same in both; one draws every frame because somebody looks at each. */
function playBoth(env: MarioEnv, drawn: MarioEnv, steps: number, seed: number): string[] {
  const rng = new Rng(seed);
  const ends: string[] = [];
  drawn.onFrame = () => undefined;
  for (let i = 0; i < steps; i++) {
    // Mostly run, so that many ends are met: pits, enemies, the flag.
    const action = rng.integer(4) === 0 ? rng.integer(env.actionCount) : 9 + rng.integer(2);
    const result = env.step(action);
    const expected = drawn.step(action);
    expect([result.reward, result.info]).toEqual([expected.reward, expected.info]);
    // Observation, counters and emulator, the newest picture included.
    expect(Buffer.compare(env.getState(), drawn.getState())).toBe(0);
    if (!result.terminated) continue;
    ends.push(result.info.flag ? "flag" : "death");
    const start = rng.integer(100);
    env.reset(start);
    drawn.reset(start);
    expect(Buffer.compare(env.getState(), drawn.getState())).toBe(0);
  }
  return ends;
}

describe("frames that are not drawn", () => {
  it.each([
    [4, false],
    [4, true],
    [3, true],
    [2, true],
    [2, false],
    [1, true],
    [7, false],
  ])("change nothing at repeat %d, the last two pooled: %s", (actionRepeat, maxPool) => {
    const options = { rom: runnerRom(), actionRepeat, maxPool, noopMaxFrames: 30 };
    const [env, drawn] = [createMarioEnv(options), createMarioEnv(options)];
    const ends = playBoth(env, drawn, Math.ceil(1_600 / actionRepeat), 10 * actionRepeat);
    expect(ends.length).toBeGreaterThan(1);
  });

  it.each([false, true])("change nothing in our cartridge, pooled: %s", (maxPool) => {
    const options = { rom: FENN, maxPool };
    const ends = playBoth(createMarioEnv(options), createMarioEnv(options), 400, 5);
    expect(ends.length).toBeGreaterThan(2);
  });
});
