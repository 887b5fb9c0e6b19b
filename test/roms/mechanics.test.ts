import { beforeAll, describe, expect, it } from "vitest";
import { Emulator } from "../../src/nes/emulator.js";
import { startGame } from "../../src/env/game-start.js";
import { parseStage } from "../../src/env/stages.js";
import { readFileSync } from "node:fs";
import { Ram, ROM_FILE, TestConsole, type Pad } from "./console.js";

const START_X = 40;
const GROUND_TOP = 208;
const Type = { snail: 3, beetle: 6, viper: 0x0d, frog: 0x0e, moth: 0x10, urchin: 0x12 } as const;
const SHELL = 4;
const SLIDING = 0x84;
const KNOCKED_OFF = 2;
/** Beyond the contract; roms/src/ram.inc. */
const Inside = {
  enemyState: 0x1e,
  fallSpeed: 0x9f,
  mapNumber: 0x733,
  ducking: 0x736,
  hurry: 0x738,
  riding: 0x739,
  firstShot: 0x777,
} as const;

const game = new TestConsole();
let atStart: object;

beforeAll(() => {
  game.startStage();
  atStart = game.saveState();
});

function fresh(): Uint8Array {
  game.restoreState(atStart);
  return game.ram;
}

function putPlayer(x: number, y = GROUND_TOP - 32): void {
  game.ram[Ram.playerPage] = x >> 8;
  game.ram[Ram.playerX] = x & 255;
  game.ram[Ram.playerY] = y;
}

/** An enemy in a slot, at rest until the next frame; it looks to the left. */
function putEnemy(type: number, x: number, slot = 0, feet = GROUND_TOP): void {
  const { ram } = game;
  ram[Ram.slotUsed + slot] = 1;
  ram[Ram.enemyType + slot] = type;
  ram[Ram.enemyPage + slot] = x >> 8;
  ram[Ram.enemyX + slot] = x & 255;
  ram[Ram.enemyY + slot] = feet - 24;
  ram[0xb6 + slot] = 1;
  ram[0x46 + slot] = 2;
  ram[Inside.enemyState + slot] = 0;
}

function until(what: string, done: () => boolean, pad: Pad = [], frames = 300): void {
  for (let i = 0; i < frames; i++) {
    if (done()) return;
    game.step(pad);
  }
  throw new Error(`${what} did not happen in ${frames} frames`);
}

/** A stage's first moment, in the environment's way of choosing stages. */
function stageStart(name: string): Emulator {
  const emulator = new Emulator(readFileSync(ROM_FILE));
  startGame(emulator, parseStage(name));
  return emulator;
}

describe("choosing a stage", () => {
  it.each([
    ["1-1", 0],
    ["1-2", 1],
    ["1-3", 2],
    ["1-4", 3],
    ["3-2", 1],
    ["5-4", 3],
    ["8-3", 2],
  ])("plays in %s the map %i of the four", (name, map) => {
    const { ram } = stageStart(name);
    expect(ram[Inside.mapNumber]).toBe(map);
  });
});

describe("the power-ups", () => {
  it("grow out of a leaf box: leaf when small, golden acorn when tall", () => {
    for (const power of [0, 1]) {
      const ram = fresh();
      ram[Ram.power] = power;
      // Row 7 of the first page holds gifts; make the first a leaf box.
      const row = ram.subarray(Ram.blocks + 7 * 16, Ram.blocks + 8 * 16);
      const column = row.findIndex((block) => block >= 0x80);
      row[column] = LEAF_BOX;
      putPlayer(column * 16);
      game.step(["A"], 30);
      expect(ram[0x14]).toBe(1);
      expect(ram[0x1b]).toBe(0x2e);
      expect(ram[0x23]).toBe(power);
    }
  });

  it("let tall Fenn duck, and small Fenn not", () => {
    const ram = fresh();
    game.step(["Down"], 3);
    expect(ram[Inside.ducking]).toBe(0);
    ram[Ram.power] = 1;
    game.step(["Down"], 3);
    expect(ram[Inside.ducking]).toBe(1);
    game.step(["Down", "Right"], 30);
    expect(game.x).toBe(START_X);
    game.step([], 2);
    expect(ram[Inside.ducking]).toBe(0);
  });

  it("make Fenn throw acorns, two at a time, that knock enemies off", () => {
    const ram = fresh();
    ram[Ram.power] = 2;
    putEnemy(Type.urchin, START_X + 90);
    game.step(["B"]);
    game.step([]);
    game.step(["B"]);
    game.step([]);
    game.step(["B"]);
    expect([...ram.subarray(Inside.firstShot, Inside.firstShot + 2)]).toEqual([1, 1]);
    until("the hit", () => ram[Inside.enemyState] === KNOCKED_OFF, [], 60);
    expect(game.score).toBe(100);
  });

  it("give a hundredth berry as a life", () => {
    const ram = fresh();
    ram.set([9, 9], Ram.coins);
    const column = [...ram.subarray(Ram.blocks + 7 * 16, Ram.blocks + 8 * 16)].findIndex(
      (block) => block >= 0x80,
    );
    putPlayer(column * 16);
    game.step(["A"], 30);
    expect(game.coins).toBe(0);
    expect(ram[Ram.lives]).toBe(3);
  });
});

/** Number of the block "gift_leaf": the second gift of stage 1-1's first screens (column 17). */
const LEAF_BOX = (() => {
  const console = new TestConsole();
  console.startStage();
  return console.ram[Ram.blocks + 208 + 7 * 16 + 1];
})();

describe("enemies", () => {
  it("snail: a stomp makes it a shell, a kick lets it slide and knock others off", () => {
    const ram = fresh();
    putPlayer(START_X, GROUND_TOP - 72);
    ram[Ram.floatState] = 2;
    putEnemy(Type.snail, START_X + 2);
    until("the stomp", () => ram[Inside.enemyState] === SHELL);
    putPlayer(START_X + 60);
    ram[Ram.floatState] = 0;
    ram[Inside.fallSpeed] = 0;
    putEnemy(Type.beetle, START_X - 36, 1);
    const stompScore = game.score;
    until("the kick", () => ram[Inside.enemyState] === SLIDING, ["Left"]);
    until("the hit", () => ram[Inside.enemyState + 1] === KNOCKED_OFF);
    expect(ram[Ram.playerState]).toBe(8);
    expect(game.score - stompScore).toBe(400 + 500);
  });

  it("snail: turns at an edge", () => {
    const ram = fresh();
    for (const row of [11, 12]) ram.fill(0, Ram.blocks + row * 16, Ram.blocks + row * 16 + 8);
    putPlayer(START_X + 160);
    putEnemy(Type.snail, 150);
    for (let i = 0; i < 200; i++) {
      game.step();
      expect(ram[Ram.enemyY]).toBe(GROUND_TOP - 24);
    }
  });

  it("urchin: hurts whoever lands on it", () => {
    const ram = fresh();
    putPlayer(START_X, GROUND_TOP - 72);
    ram[Ram.floatState] = 2;
    putEnemy(Type.urchin, START_X + 2);
    until("the death", () => ram[Ram.playerState] === 0x0b);
  });

  it("frog: hops towards Fenn; moth: flies in waves; viper: comes up and goes down", () => {
    const ram = fresh();
    putEnemy(Type.frog, START_X + 120, 0);
    putEnemy(Type.moth, START_X + 150, 1, 120);
    putEnemy(Type.viper, START_X + 170, 2);
    const heights = [new Set<number>(), new Set<number>(), new Set<number>()];
    const frogX = ram[Ram.enemyX];
    for (let i = 0; i < 120; i++) {
      game.step();
      heights.forEach((seen, slot) => seen.add(ram[Ram.enemyY + slot]));
    }
    const range = (seen: Set<number>) => Math.max(...seen) - Math.min(...seen);
    expect(ram[Ram.enemyX]).toBeLessThan(frogX);
    expect(range(heights[0])).toBeGreaterThan(32);
    expect(range(heights[1])).toBe(22);
    expect(range(heights[2])).toBe(24);
  });

  it("score more with every stomp before the ground: 100, 200, 400, 500", () => {
    const ram = fresh();
    const gains: number[] = [];
    putPlayer(START_X, GROUND_TOP - 72);
    ram[Ram.floatState] = 2;
    for (let i = 0; i < 4; i++) {
      const { score } = game;
      putEnemy(Type.beetle, game.x + 2, i);
      until("a stomp", () => ram[Inside.enemyState + i] === 1);
      game.step();
      gains.push(game.score - score);
    }
    expect(gains).toEqual([100, 200, 400, 500]);
  });
});

describe("a stage's course", () => {
  it("hurries from 100 on", () => {
    const ram = fresh();
    ram.set([1, 0, 1], Ram.clock);
    expect(ram[Inside.hurry]).toBe(0);
    game.step([], 30);
    expect(game.clock).toBeLessThanOrEqual(100);
    expect(ram[Inside.hurry]).toBe(1);
  });

  it("leads down the tall log of 1-1 to the cellar, and up again farther on", () => {
    const ram = fresh();
    // Walk the camera there, in steps that it can load.
    for (let x = START_X; x < 904; x += 8) {
      putPlayer(x, 40);
      ram[Ram.floatState] = 0;
      ram[Ram.viewport] = 0;
      game.step();
    }
    ram[Ram.slotUsed] = 0;
    ram[Ram.viewport] = 1;
    putPlayer(904, 8 * 16);
    ram[Ram.floatState] = 0;
    ram[Inside.fallSpeed] = 0;
    until("the cellar", () => ram[Inside.mapNumber] > 3 && game.x < 256, ["Down"]);
    until("the floor", () => ram[Ram.floatState] === 0);
    // Over the heap of timber to the log on the other side.
    putPlayer(12 * 16 + 8, 9 * 16);
    until("the meadow", () => ram[Inside.mapNumber] === 0, ["Down"]);
    until("Fenn in the open", () => ram[Ram.playerState] === 8);
    expect(game.x).toBe(106 * 16 + 8);
    expect(game.y).toBe(9 * 16);
  });

  it("starts a later life at the lantern, a new game at the start", () => {
    const ram = fresh();
    for (let x = START_X; x < 104 * 16; x += 8) {
      putPlayer(x, 40);
      ram[Ram.floatState] = 0;
      ram[Ram.viewport] = 0;
      game.step();
    }
    game.step([], 2);
    ram[Ram.playerState] = 6;
    until("the next life", () => ram[Ram.lives] === 1);
    until("its start", () => game.running, [], 600);
    expect(game.x).toBe(103 * 16 + 8);
    ram[Ram.lives] = 0;
    ram[Ram.playerState] = 6;
    until("the title", () => ram[Ram.mode] === 0, [], 600);
    game.step([], 5);
    game.step(["Start"], 2);
    until("the new game", () => game.running, [], 600);
    expect(game.x).toBe(START_X);
  });

  it("offers to continue a game that is over in its stage", () => {
    const ram = fresh();
    ram[Ram.stage] = 2;
    ram[Ram.area] = 3;
    ram[Ram.lives] = 0;
    ram[Ram.playerState] = 6;
    until("the title", () => ram[Ram.mode] === 0, [], 600);
    game.step([], 5);
    game.step(["Select"], 2);
    game.step(["Start"], 2);
    until("the stage", () => game.running, [], 600);
    expect([ram[Ram.world], ram[Ram.stage], ram[Ram.area]]).toEqual([0, 2, 3]);
    expect(ram[Inside.mapNumber]).toBe(2);
    expect(ram[Ram.lives]).toBe(2);
    expect(game.score).toBe(0);
  });

  it("carries Fenn on a raft, across as well as up and down", () => {
    const emulator = stageStart("1-3");
    const { ram } = emulator;
    const RAFT = 9;
    ram[0x770 + RAFT] = 1;
    ram[0x778 + RAFT] = 0x40;
    ram[0x6d + RAFT] = 0;
    ram[0x86 + RAFT] = 60;
    ram[0xce + RAFT] = 120;
    ram[0x490 + RAFT] = 0;
    ram[Ram.playerX] = 76;
    ram[Ram.playerY] = 60;
    ram[Ram.floatState] = 2;
    for (let i = 0; i < 60; i++) emulator.stepFrame(0);
    expect(ram[Inside.riding]).toBe(RAFT);
    const before = [ram[Ram.playerX], ram[0x86 + RAFT]];
    for (let i = 0; i < 40; i++) emulator.stepFrame(0);
    expect(ram[0x86 + RAFT]).toBeGreaterThan(before[1] + 20);
    expect(ram[Ram.playerX] - before[0]).toBe(ram[0x86 + RAFT] - before[1]);
    expect(ram[Ram.playerY]).toBe(120 - 32);
  });
});
