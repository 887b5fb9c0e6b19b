import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { createMarioEnv, type MarioEnv } from "../../src/env/mario-env.js";

const path = new URL("../../roms/fenn.nes", import.meta.url);
const RIGHT = 7;
const RIGHT_B = 9;

describe("our own cartridge", () => {
  let env: MarioEnv;
  let first: string;

  beforeAll(() => {
    env = createMarioEnv({ rom: new Uint8Array(readFileSync(path)), reward: "distance" });
    first = hash(env.observation);
  });

  function hash(bytes: Uint8Array): string {
    return createHash("md5").update(bytes).digest("hex");
  }

  it("starts at the left end of 1-1, small, with its clock running", () => {
    const { info } = env.reset(0);
    expect(info).toMatchObject({
      world: 1,
      stage: 1,
      area: 1,
      status: "small",
      score: 0,
      coins: 0,
    });
    expect(info).toMatchObject({ died: false, completed: false, flag: false });
    expect(info.x).toBeLessThan(100);
    expect(info.time).toBeGreaterThan(200);
    expect(info.lives).toBeGreaterThan(0);
    expect(env.ram.playerState).toBe(8);
    expect(env.ram.viewport).toBe(1);
  });

  it("walks right, and runs faster than it walks", () => {
    const distance = (action: number) => {
      env.reset(0);
      let sum = 0;
      for (let i = 0; i < 12; i++) sum += env.step(action).reward;
      expect(sum).toBe(env.info().x - 40);
      return sum;
    };
    const walked = distance(RIGHT);
    const run = distance(RIGHT_B);
    expect(walked).toBeGreaterThan(30);
    expect(run).toBeGreaterThan(1.2 * walked);
    expect(run).toBeLessThan(12 * 4 * 4);
  });

  it("kills who runs on blindly, and counts the life", () => {
    env.reset(0);
    let result = env.step(RIGHT_B);
    while (!result.terminated) result = env.step(RIGHT_B);
    expect(result.info).toMatchObject({ died: true, completed: false, timeUp: false });
    expect(result.info.steps).toBeLessThan(500);
    expect(result.info.maxX).toBeGreaterThan(100);
  });

  it("is a game of skill: random play gets some way and never home", () => {
    const reached: number[] = [];
    for (let seed = 0; seed < 3; seed++) {
      const rng = new Rng(seed);
      env.reset(seed);
      for (let i = 0; i < 120 && !env.step(rng.integer(14)).terminated; i++);
      reached.push(env.info().maxX);
      expect(env.info().completed).toBe(false);
    }
    expect(Math.max(...reached)).toBeGreaterThan(50);
    expect(Math.max(...reached)).toBeLessThan(1_500);
    expect(new Set(reached).size).toBeGreaterThan(1);
  });

  it("comes back to the very first picture", () => {
    expect(hash(env.reset(0).observation)).toBe(first);
    for (let i = 0; i < 30; i++) env.step(8);
    expect(hash(env.observation)).not.toBe(first);
    expect(hash(env.reset(0).observation)).toBe(first);
  });

  it("continues from a state as if nothing had happened, in mid-level", () => {
    const rng = new Rng(11);
    env.reset(0);
    for (let i = 0; i < 40; i++) if (env.step(rng.integer(5) + 7).terminated) env.reset(0);
    const other = createMarioEnv({
      rom: new Uint8Array(readFileSync(path)),
      reward: "distance",
      startState: env.startState,
    });
    other.setState(env.getState());
    for (let i = 0; i < 30; i++) {
      const action = rng.integer(5) + 7;
      const [one, two] = [env.step(action), other.step(action)];
      expect({ ...two, observation: hash(two.observation) }).toEqual({
        ...one,
        observation: hash(one.observation),
      });
      if (one.terminated) break;
    }
    expect(hash(other.getState())).toBe(hash(env.getState()));
  });
});
