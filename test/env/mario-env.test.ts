import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { createMarioEnv, type MarioEnv, type MarioEnvOptions } from "../../src/env/mario-env.js";
import { Preprocessor } from "../../src/env/preprocess.js";
import { RUNNER, runnerRom } from "../nes/runner-rom.js";

/** Indices in the `full` set. */
const NOTHING = 0;
const LEFT = 3;
const RIGHT = 7;
const RIGHT_A = 8;
const A = 11;

const rom = runnerRom();
let startState: Uint8Array;

function make(options: Partial<MarioEnvOptions> = {}): MarioEnv {
  return createMarioEnv({ rom, startState, ...options });
}

function hash(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

function code(expected: string): Error {
  return expect.objectContaining({ code: expected }) as Error;
}

/** The test cartridge with every write to an address sent elsewhere. */
function redirected(address: number): Uint8Array {
  const broken = rom.slice();
  for (let at = 16; at < 16 + 0x8000 - 2; at++) {
    const isWrite = broken[at] === 0x8d || broken[at] === 0xce;
    if (isWrite && (broken[at + 1] | (broken[at + 2] << 8)) === address) broken[at + 2] = 0x05;
  }
  return broken;
}

/** The test cartridge with `dec` of its tick counter (0x22), before a `bne`, made a load. */
function withoutClock(): Uint8Array {
  const broken = rom.slice();
  for (let at = 16; at < 16 + 0x8000; at++) {
    const found = [0xce, 0x22, 0x00, 0xd0].every((byte, i) => broken[at + i] === byte);
    if (found) broken[at] = 0xad;
  }
  return broken;
}

beforeAll(() => {
  ({ startState } = createMarioEnv({ rom }));
});

describe("starting", () => {
  it("stands at the first tick of the clock of the chosen stage", () => {
    const env = createMarioEnv({ rom, stage: "4-2" });
    expect(env.info()).toMatchObject({ x: RUNNER.startX, maxX: RUNNER.startX, time: 399 });
    expect(env.info()).toMatchObject({
      world: 4,
      stage: 2,
      area: 3,
      lives: 2,
      steps: 0,
      frames: 0,
    });
    expect(env.stage.distance).toBe(3266);
    const { frames } = env.emulator;
    env.reset(0);
    expect(env.emulator.frames).toBe(frames);
  });

  it("is at the stage's own first tick where the title's clock comes before it", () => {
    const env = createMarioEnv({ rom: runnerRom(true) });
    expect(env.info()).toMatchObject({ x: RUNNER.startX, time: 300 });
    // The timer of the screen before still runs: it is not waited for.
    expect(env.ram.bytes[0x07a0]).toBe(60 - 18);
    expect(env.ram.playerState).toBe(8);
  });

  it("does the same in an environment that was given the start state", () => {
    const [played, given] = [createMarioEnv({ rom }), make()];
    expect(hash(given.observation)).toBe(hash(played.observation));
    expect(given.step(RIGHT)).toEqual(played.step(RIGHT));
    expect(hash(given.getState())).toBe(hash(played.getState()));
  });

  it.each([
    ["never left its title screen", redirected(0x770)],
    ["never finished loading", redirected(0x772)],
    ["clock never ran", withoutClock()],
  ])("gives up on a game that %s", (message, broken) => {
    expect(() => createMarioEnv({ rom: broken })).toThrow(
      expect.objectContaining({
        code: "GAME_NOT_STARTED",
        message: expect.stringContaining(message) as string,
      }) as Error,
    );
  });

  it("refuses nonsense", () => {
    for (const options of [
      { actionRepeat: 0 },
      { actionRepeat: 1.5 },
      { stage: "9-9" },
      { actions: "none" as never },
      { reward: "toString" as never },
      { observation: "smell" as never },
      { endAt: "never" as never },
      { maxEpisodeSteps: -1 },
      { noopMaxFrames: Number.NaN },
      { stickyActions: 1.1 },
      { stickyActions: Number.NaN },
    ]) {
      expect(() => make(options)).toThrow(code("INVALID_OPTION"));
    }
    expect(() => make({ startState: new Uint8Array(5) })).toThrow(code("STATE_INVALID"));
    expect(() => make({ rom: new Uint8Array(5) })).toThrow(code("ROM_INVALID"));
  });
});

describe("observations", () => {
  it("begin with the first frame four times, and shift by one a step", () => {
    const env = make();
    const { observation } = env.reset(0);
    expect(env.observationShape).toEqual([84, 84, 4]);
    expect(observation.length).toBe(84 * 84 * 4);
    expect(env.frame.length).toBe(84 * 84);
    const first = env.frame.slice();
    const expected = new Uint8Array(84 * 84);
    new Preprocessor().frame(env.screen(), expected);
    expect(first).toEqual(expected);
    const channel = (k: number) => env.observation.filter((_, i) => i % 4 === k);
    for (const k of [0, 1, 2, 3]) expect(channel(k)).toEqual(first);
    env.step(RIGHT);
    const second = env.frame.slice();
    expect(second).not.toEqual(first);
    env.step(RIGHT_A);
    expect(channel(3)).toEqual(env.frame);
    expect(channel(2)).toEqual(second);
    expect(channel(1)).toEqual(first);
  });

  it("can be the brighter of the last two frames", () => {
    const [plain, pooled] = [make({ actionRepeat: 2 }), make({ actionRepeat: 2, maxPool: true })];
    const single = make({ actionRepeat: 1 });
    single.step(RIGHT);
    const previous = single.screen().slice();
    single.step(RIGHT);
    const expected = new Uint8Array(84 * 84);
    new Preprocessor().frameOfTwo(single.screen(), previous, expected);
    plain.step(RIGHT);
    pooled.step(RIGHT);
    expect(pooled.frame).toEqual(expected);
    expect(pooled.frame).not.toEqual(plain.frame);
  });

  it("can be tiles", () => {
    const env = make({ observation: "tiles" });
    expect(env.observationShape).toEqual([13, 16, 4]);
    const { observation } = env.step(RIGHT);
    expect(observation.length).toBe(13 * 16 * 4);
    expect(env.frame.filter((cell) => cell === 3).length).toBe(1);
  });
});

describe("steps", () => {
  it("hold the action for as many frames as asked", () => {
    for (const actionRepeat of [1, 2, 4, 7]) {
      const env = make({ actionRepeat, reward: "distance" });
      const { reward, info } = env.step(RIGHT);
      expect(reward).toBe(RUNNER.pixelsPerFrame * actionRepeat);
      expect(info).toMatchObject({ x: RUNNER.startX + reward, frames: actionRepeat, steps: 1 });
    }
  });

  it("pay progress only for new ground", () => {
    const env = make();
    const rewards = [RIGHT, LEFT, NOTHING, RIGHT, RIGHT].map((action) => env.step(action).reward);
    expect(rewards).toEqual([0.8, 0, 0, 0, 0.8]);
    expect(env.info()).toMatchObject({ x: RUNNER.startX + 16, maxX: RUNNER.startX + 16 });
  });

  it("refuse an action that does not exist", () => {
    const env = make({ actions: "simple" });
    expect(env.actionCount).toBe(7);
    for (const action of [-1, 7, 0.5, Number.NaN]) {
      expect(() => env.step(action)).toThrow(code("INVALID_OPTION"));
    }
  });

  it("are the same for the same seed and actions, and differ for other seeds", () => {
    const play = (env: MarioEnv, seed: number) => {
      const rng = new Rng(99);
      const seen = [hash(env.reset(seed).observation)];
      for (let i = 0; i < 40; i++) {
        const { observation, reward, info, terminated } = env.step(rng.integer(14));
        seen.push(`${hash(observation)} ${reward} ${JSON.stringify(info)}`);
        if (terminated) break;
      }
      return seen;
    };
    const options = { noopMaxFrames: 30 };
    const [one, two] = [make(options), make(options)];
    const first = play(one, 5);
    expect(play(two, 5)).toEqual(first);
    play(one, 6);
    expect(play(one, 5)).toEqual(first);
    const starts = [...Array(20).keys()].map((seed) => {
      one.reset(seed);
      return one.emulator.frames;
    });
    expect(new Set(starts).size).toBeGreaterThan(5);
    expect(Math.max(...starts) - Math.min(...starts)).toBeLessThanOrEqual(30);
    expect(one.info().frames).toBe(0);
  });
});

describe("sticky actions", () => {
  const sticky = { stickyActions: 0.25, noopMaxFrames: 30, actionRepeat: 4 };
  /** Goes and jumps by turns. @returns of each decision the frames for which the one before went on */
  const play = (env: MarioEnv, from: number, decisions: number): number[] => {
    const held: number[] = [];
    const stepFrame = env.emulator.stepFrame.bind(env.emulator);
    env.emulator.stepFrame = (buttons, drawing) => {
      held.push(buttons);
      stepFrame(buttons, drawing);
    };
    const late = Array.from({ length: decisions }, (_, i) => {
      held.length = 0;
      const action = (from + i) % 2 === 0 ? RIGHT_A : A;
      env.step(action);
      expect(held).toHaveLength(4);
      const from4 = held.indexOf(env.actions[action].buttons);
      const count = from4 === -1 ? 4 : from4;
      // Once carried out, a decision stays.
      expect(new Set(held.slice(count)).size).toBe(count === 4 ? 0 : 1);
      return count;
    });
    env.emulator.stepFrame = stepFrame;
    return late;
  };
  const begin = (env: MarioEnv, seed: number, decisions: number): number[] => {
    env.reset(seed);
    return play(env, 0, decisions);
  };

  it("hold the buttons of the frame before on, as often as asked", () => {
    const late = begin(make(sticky), 1, 600);
    const atLeast = (frames: number): number => late.filter((count) => count >= frames).length;
    // Of 600 decisions a quarter, a sixteenth and a 64th: 150 ± 11, 38 ± 6 and 9 ± 3.
    expect(atLeast(1)).toBeGreaterThan(115);
    expect(atLeast(1)).toBeLessThan(185);
    expect(atLeast(2)).toBeGreaterThan(19);
    expect(atLeast(2)).toBeLessThan(57);
    expect(atLeast(3)).toBeLessThan(19);
  });

  it("are told of in each frame", () => {
    const env = make(sticky);
    const stepFrame = env.emulator.stepFrame.bind(env.emulator);
    const [pressed, told]: number[][] = [[], []];
    env.emulator.stepFrame = (buttons, drawing) => {
      pressed.push(buttons);
      stepFrame(buttons, drawing);
    };
    env.onFrame = () => told.push(env.heldButtons);
    env.reset(1);
    expect(env.heldButtons).toBe(0);
    pressed.length = 0;
    for (let i = 0; i < 40; i++) env.step(i % 2 === 0 ? RIGHT_A : A);
    expect(told).toEqual(pressed);
    expect(new Set(told).size).toBeGreaterThan(1);
  });

  it("move the player as what was held does", () => {
    const env = make({ stickyActions: 1, actionRepeat: 4 });
    expect(env.step(RIGHT).info.x).toBe(RUNNER.startX);
  });

  it("are the seed's, leave the idle frames as they are, and begin with nothing held", () => {
    const [one, two, plain] = [make(sticky), make(sticky), make({ noopMaxFrames: 30 })];
    for (const seed of [1, 2, 3]) {
      one.reset(seed);
      plain.reset(seed);
      expect(one.emulator.frames).toBe(plain.emulator.frames);
    }
    const first = begin(one, 5, 100);
    expect(begin(two, 5, 100)).toEqual(first);
    expect(begin(one, 6, 100)).not.toEqual(first);
    expect(begin(one, 5, 100)).toEqual(first);
    expect(begin(make({ actionRepeat: 4 }), 5, 100).every((count) => count === 0)).toBe(true);
  });

  it("are the same where an episode ends in frames that were not drawn", () => {
    const ends = [false, true].map((isSeen) => {
      const env = make(sticky);
      if (isSeen) env.onFrame = () => undefined;
      return [1, 2, 3, 4, 5, 6].map((seed) => {
        env.reset(seed);
        let result = env.step(RIGHT);
        for (let i = 0; !result.terminated; i++) result = env.step(i % 2 === 0 ? RIGHT_A : RIGHT);
        return [result.info.frames, hash(env.getState()), hash(env.observation)];
      });
    });
    expect(ends[1]).toEqual(ends[0]);
  });

  it("go on from a state as they would have", () => {
    const [one, two] = [make(sticky), make(sticky)];
    begin(one, 5, 31);
    begin(two, 9, 7);
    two.setState(one.getState());
    const rest = play(one, 31, 100);
    expect(rest.some((count) => count > 0)).toBe(true);
    expect(play(two, 31, 100)).toEqual(rest);
    expect(hash(two.getState())).toBe(hash(one.getState()));
  });

  it("are drawn anew where an episode begins again at a state", () => {
    const env = make(sticky);
    begin(env, 5, 30);
    const state = env.getState();
    const tries = [1, 2].map(() => {
      env.restart(state);
      return play(env, 30, 60);
    });
    expect(tries[1]).not.toEqual(tries[0]);
  });
});

/** Puts the player at x, as a pipe would. */
function place(env: MarioEnv, x: number): void {
  env.ram.bytes[0x6d] = x >> 8;
  env.ram.bytes[0x86] = x & 0xff;
}

/** Runs right to the end of the episode, jumping. @returns the last step and the rewards' sum. */
function runRight(env: MarioEnv) {
  let result = env.step(RIGHT_A);
  let sum = result.reward;
  while (!result.terminated && !result.truncated) {
    result = env.step(RIGHT_A);
    sum += result.reward;
  }
  return { ...result, sum };
}

describe("the end of an episode", () => {
  it("is death in the pit: terminated, penalised, in the very frame", () => {
    const env = make();
    let result = env.step(RIGHT);
    while (!result.terminated) result = env.step(RIGHT);
    expect(result).toMatchObject({ terminated: true, truncated: false });
    expect(result.info).toMatchObject({ died: true, completed: false, timeUp: false, fell: false });
    expect(result.info.x).toBe(RUNNER.pitX);
    const framesInLast = result.info.frames - 4 * (result.info.steps - 1);
    expect(result.reward).toBeCloseTo((2 * framesInLast) / 10 - 3, 12);
    expect(() => env.step(RIGHT)).toThrow(/episode is over/);
    env.reset(0);
    expect(env.step(RIGHT).terminated).toBe(false);
  });

  it("is the flag, with the bonus", () => {
    const env = make();
    place(env, 3100);
    const result = runRight(env);
    expect(result).toMatchObject({ terminated: true, truncated: false });
    expect(result.info).toMatchObject({ completed: true, flag: true, died: false });
    expect(result.info.x).toBe(RUNNER.flagX);
    expect(result.reward).toBeGreaterThan(5);
  });

  it("is the castle in the tutorial's way, 15 pixels before it", () => {
    const env = make({ reward: "distance", stallSteps: 1 });
    place(env, 3100);
    const result = runRight(env);
    expect(result.info).toMatchObject({ completed: true, flag: true });
    expect(result.info.x).toBe(3252); // the first even x from 3251 up
    // Nothing for being placed there, and for every pixel run after that.
    expect(result.sum).toBe(3252 - 3100 - 8);
  });

  it("is the next stage, or the end of the world", () => {
    for (const [address, value] of [
      [0x75c, 1],
      [0x75f, 1],
      [0x770, 2],
    ]) {
      const env = make();
      env.ram.bytes[address] = value;
      expect(env.step(NOTHING)).toMatchObject({ terminated: true, info: { completed: true } });
    }
  });

  it("is a lost life, however it was lost", () => {
    for (const [address, value] of [
      [0x75a, 1],
      [0x770, 3],
      [0x0b5, 2],
      [0x00e, 6],
    ]) {
      const env = make();
      env.ram.bytes[address] = value;
      const { terminated, info } = env.step(NOTHING);
      expect({ terminated, died: info.died }).toEqual({ terminated: true, died: true });
      expect(info.completed).toBe(false);
      expect(info.fell).toBe(address === 0x0b5);
    }
  });

  it("is the clock's end, which is a death", () => {
    const env = make();
    env.ram.bytes.fill(0, 0x7f8, 0x7fa);
    env.ram.bytes[0x7fa] = 1;
    let result = env.step(NOTHING);
    while (!result.terminated) result = env.step(NOTHING);
    expect(result.info).toMatchObject({ died: true, timeUp: true, completed: false });
    expect(result.info.steps).toBeLessThanOrEqual(13);
  });

  it("is truncation, not termination, at the step limit", () => {
    const env = make({ maxEpisodeSteps: 5 });
    for (let i = 0; i < 4; i++) expect(env.step(RIGHT)).toMatchObject({ truncated: false });
    expect(env.step(RIGHT)).toMatchObject({ truncated: true, terminated: false });
    expect(() => env.step(RIGHT)).toThrow(code("INVALID_OPTION"));
  });

  it("is truncation when the player stalls", () => {
    const env = make({ stallSteps: 3 });
    const cuts = [RIGHT, LEFT, RIGHT, RIGHT, NOTHING, LEFT, RIGHT].map(
      (action) => env.step(action).truncated,
    );
    // The third step only regains lost ground; the fourth breaks new; three more do not.
    expect(cuts).toEqual([false, false, false, false, false, false, true]);
  });

  it("is not both: a death in the last permitted step is a death", () => {
    const env = make();
    let steps = 0;
    for (let ended = false; !ended; steps++) ended = env.step(RIGHT).terminated;
    const limited = make({ maxEpisodeSteps: steps });
    let result = limited.step(RIGHT);
    while (!result.terminated && !result.truncated) result = limited.step(RIGHT);
    expect(result).toMatchObject({ terminated: true, truncated: false });
  });
});

describe("states", () => {
  it("continue the episode in another environment, observation included", () => {
    const [one, two] = [make({ stallSteps: 50 }), make({ stallSteps: 50 })];
    const rng = new Rng(3);
    for (let i = 0; i < 20; i++) one.step(rng.integer(14));
    const state = one.getState();
    two.step(RIGHT);
    two.setState(state);
    expect(hash(two.observation)).toBe(hash(one.observation));
    expect(hash(two.frame)).toBe(hash(one.frame));
    expect(two.info()).toEqual(one.info());
    for (let i = 0; i < 20; i++) {
      const action = rng.integer(14);
      const [a, b] = [one.step(action), two.step(action)];
      expect({ ...b, observation: hash(b.observation) }).toEqual({
        ...a,
        observation: hash(a.observation),
      });
    }
    expect(hash(two.getState())).toBe(hash(one.getState()));
  });

  it("remember that the episode is over", () => {
    const env = make({ maxEpisodeSteps: 1 });
    env.step(RIGHT);
    const other = make({ maxEpisodeSteps: 1 });
    other.setState(env.getState());
    expect(() => other.step(RIGHT)).toThrow(/episode is over/);
  });

  it("are refused when they are not ours, and change nothing", () => {
    const env = make();
    env.step(RIGHT);
    const state = env.getState();
    const damaged = state.slice();
    damaged[0] ^= 1;
    const otherEmulator = state.slice();
    otherEmulator[state.length - startState.length] ^= 1;
    const tiles = make({ observation: "tiles" }).getState();
    for (const bad of [new Uint8Array(3), state.subarray(0, -1), damaged, otherEmulator, tiles]) {
      expect(() => {
        env.setState(bad);
      }).toThrow(code("STATE_INVALID"));
    }
    expect(hash(env.getState())).toBe(hash(state));
  });
});
