import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { EpisodeStart, RestartableEnvironment } from "../../src/env/environment.js";
import { createMarioEnv } from "../../src/env/mario-env.js";
import { RestartingEnv } from "../../src/env/restarting-env.js";

interface PathInfo {
  readonly x: number;
  readonly completed: boolean;
}

const WALK = 0;
const FALL = 1;
const STOP = 2;
const GOAL = 40;

/** A path of 40 steps: walk on, fall (a death), or stop (the episode is cut). */
class Path implements RestartableEnvironment<PathInfo> {
  readonly actionCount = 3;
  readonly observationShape = [1, 1, 4];
  readonly frame = new Uint8Array(1);
  readonly observation = new Uint8Array(4);
  readonly seeds: number[] = [];
  #x = 0;

  reset(seed: number): EpisodeStart<PathInfo> {
    this.seeds.push(seed);
    this.#x = 0;
    return this.#start();
  }

  restart(state: Uint8Array): EpisodeStart<PathInfo> {
    this.setState(state);
    return this.#start();
  }

  step(action: number) {
    if (action === WALK) this.#x++;
    const completed = this.#x === GOAL;
    return {
      observation: this.observation,
      reward: 0,
      terminated: action === FALL || completed,
      truncated: action === STOP,
      info: { x: this.#x, completed },
    };
  }

  getState(): Uint8Array {
    return Uint8Array.of(this.#x);
  }

  setState(state: Uint8Array): void {
    [this.#x] = state;
  }

  #start(): EpisodeStart<PathInfo> {
    return { observation: this.observation, info: { x: this.#x, completed: false } };
  }
}

function walk(env: RestartingEnv<PathInfo>, steps: number, last: number): void {
  for (let i = 0; i < steps; i++) env.step(WALK);
  env.step(last);
}

describe("RestartingEnv", () => {
  it("goes on from a moment before a death, drawn evenly among the newest saved states", () => {
    const starts = new Map<number, number>();
    for (let seed = 0; seed < 400; seed++) {
      const env = new RestartingEnv(new Path(), { share: 1, period: 4, depth: 3 });
      env.reset(1);
      // States at 4, 8, …, 28 are saved; the last three are kept.
      walk(env, 30, FALL);
      const { info, restarted } = env.reset(seed);
      expect(restarted).toBe(true);
      starts.set(info.x, (starts.get(info.x) ?? 0) + 1);
    }
    expect([...starts.keys()].sort((a, b) => a - b)).toEqual([20, 24, 28]);
    // 400 draws of 1/3: 133 each, standard deviation 9.4.
    for (const count of starts.values()) expect(Math.abs(count - 133)).toBeLessThan(38);
  });

  it("moves back where every try fails, and in the end begins at the start", () => {
    const env = new RestartingEnv(new Path(), { share: 1, period: 4, depth: 8 });
    env.reset(1);
    walk(env, 30, FALL);
    const starts = Array.from({ length: 40 }, (_, seed) => {
      const { info } = env.reset(seed);
      env.step(FALL);
      return info.x;
    });
    expect(starts).toEqual([...starts].sort((a, b) => b - a));
    expect(starts.at(-1)).toBe(4);
  });

  it("saves new states on the way, so that the next obstacle is practised, too", () => {
    const env = new RestartingEnv(new Path(), { share: 1, period: 4, depth: 2 });
    env.reset(1);
    walk(env, 10, FALL);
    const first = env.reset(2).info.x;
    walk(env, 20, FALL);
    expect(env.reset(3).info.x).toBeGreaterThan(first + 8);
  });

  it.each([
    ["a cut episode", STOP, 12],
    ["a finished one", WALK, GOAL - 1],
    ["one that died before anything was saved", FALL, 2],
  ])("begins at the start after %s", (_, last, steps) => {
    const env = new RestartingEnv(new Path(), { share: 1, period: 4 });
    env.reset(1);
    walk(env, steps, last);
    const { info, restarted } = env.reset(2);
    expect(info.x).toBe(0);
    expect(restarted).toBeUndefined();
  });

  it("gives each episode from the start a seed of its own, which its own seed decides", () => {
    const drawn = () => {
      const path = new Path();
      const env = new RestartingEnv(path, { share: 0.5 });
      for (let seed = 0; seed < 20; seed++) env.reset(seed);
      return path.seeds;
    };
    expect(new Set(drawn()).size).toBe(20);
    expect(drawn()).toEqual(drawn());
  });

  it("restarts the given share of the episodes after a death", () => {
    let restarts = 0;
    for (let seed = 0; seed < 500; seed++) {
      const env = new RestartingEnv(new Path(), { share: 0.3, period: 4 });
      env.reset(1);
      walk(env, 12, FALL);
      if (env.reset(seed).restarted) restarts++;
    }
    // Mean 150, standard deviation 10.2.
    expect(Math.abs(restarts - 150)).toBeLessThan(41);
  });

  it("goes on from its state as if nothing had been", () => {
    const env = new RestartingEnv(new Path(), { share: 1, period: 4 });
    const copy = new RestartingEnv(new Path(), { share: 1, period: 4 });
    env.reset(1);
    walk(env, 30, FALL);
    env.reset(5);
    env.step(WALK);
    copy.setState(env.getState());
    for (const seed of [7, 8, 9, 10]) {
      walk(env, 3, FALL);
      walk(copy, 3, FALL);
      expect(copy.reset(seed).info).toEqual(env.reset(seed).info);
    }
  });

  it("refuses a state that is cut off or another's", () => {
    const env = new RestartingEnv(new Path(), { share: 1 });
    env.reset(1);
    const state = env.getState();
    expect(() => {
      env.setState(state.subarray(0, state.length - 4));
    }).toThrow(/cannot be used/);
    expect(() => {
      env.setState(new Path().getState());
    }).toThrow(/cannot be used/);
  });

  it("continues the game itself, with the newest frame in place of those before it", () => {
    const game = createMarioEnv({ rom: readFileSync("roms/fenn.nes"), stage: "1-1" });
    const RIGHT = 7;
    game.reset(0);
    for (let i = 0; i < 12; i++) game.step(RIGHT);
    const state = game.getState();
    const { x } = game.info();
    const frame = game.frame.slice();
    for (let i = 0; i < 6; i++) game.step(RIGHT);
    const after = game.info();
    const { observation, info } = game.restart(state);
    expect(info.x).toBe(x);
    for (let channel = 0; channel < 4; channel++) {
      expect(observation.filter((_, i) => i % 4 === channel)).toEqual(frame);
    }
    for (let i = 0; i < 6; i++) game.step(RIGHT);
    expect(game.info()).toEqual(after);
  });
});
