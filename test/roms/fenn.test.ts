import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { Ram, TestConsole, type Button, type Pad } from "./console.js";
import { ScriptedPlayer } from "./scripted-player.js";

const START_X = 40;
const GROUND_TOP = 208;

const game = new TestConsole();
let atStart: object;

beforeAll(() => {
  game.startStage();
  atStart = game.saveState();
});

function fresh(): TestConsole {
  game.restoreState(atStart);
  return game;
}

function putPlayer(x: number, y = GROUND_TOP - 32): void {
  game.ram[Ram.playerPage] = x >> 8;
  game.ram[Ram.playerX] = x & 255;
  game.ram[Ram.playerY] = y;
}

/** A beetle in slot 0, at rest until the next frame. */
function putBeetle(x: number): void {
  game.ram[Ram.slotUsed] = 1;
  game.ram[Ram.enemyType] = 6;
  game.ram[Ram.enemyPage] = x >> 8;
  game.ram[Ram.enemyX] = x & 255;
  game.ram[Ram.enemyY] = GROUND_TOP - 24;
  game.ram[0x00b6] = 1;
  game.ram[0x001e] = 0;
}

/** Lowest y (highest point) of a jump with A held for `frames`, from a pad held before. */
function jumpTop(frames: number, pad: Pad = [], runUp = 0): number {
  fresh();
  game.step(pad, runUp);
  let top = game.y;
  for (let i = 0; i < 60; i++) {
    game.step(i < frames ? [...pad, "A"] : pad);
    if (game.ram[Ram.viewport] === 1) top = Math.min(top, game.y);
  }
  return GROUND_TOP - 32 - top;
}

describe("from power on", () => {
  it("shows the title, then the stage's number, then runs with the clock at 400", () => {
    const console = new TestConsole();
    const { ram } = console;
    console.step([], 40);
    expect(ram[Ram.mode]).toBe(0);
    expect(console.clock).toBe(0);
    expect(new Set(console.picture).size).toBeGreaterThan(8);

    console.step(["Start"], 2);
    console.step([], 5);
    expect(ram[Ram.mode]).toBe(1);
    expect(ram[Ram.introTimer]).toBeGreaterThan(0);
    expect([ram[Ram.world], ram[Ram.stage], ram[Ram.area]]).toEqual([0, 0, 0]);
    expect(ram[Ram.lives]).toBe(2);

    const clocks: number[] = [];
    while (!console.running) {
      console.step(["Right"]);
      clocks.push(console.clock);
      if (clocks.length > 300) throw new Error("the stage did not start");
    }
    expect(clocks.slice(-2)).toEqual([401, 400]);
    expect(console.x).toBe(START_X);
    expect(console.y + 32).toBe(GROUND_TOP);
    expect(ram[Ram.playerScreenY]).toBe(console.y);
    expect(ram[Ram.viewport]).toBe(1);
    expect(ram[Ram.modeStep]).toBe(3);
  });

  it("skips the stage's number when its timer is written", () => {
    const console = new TestConsole();
    console.step([], 40);
    console.step(["Start"], 2);
    console.step([], 2);
    console.ram[Ram.introTimer] = 0;
    console.step([], 10);
    expect(console.ram[Ram.modeStep]).toBe(3);
  });

  it("keeps the stage number written while it loads", () => {
    const console = new TestConsole();
    console.step([], 40);
    console.step(["Start"], 2);
    while (!console.running) {
      if (console.ram[Ram.modeStep] < 3) {
        console.ram.set([1], Ram.world);
        console.ram.set([2], Ram.stage);
      }
      console.step();
    }
    expect([console.ram[Ram.world], console.ram[Ram.stage]]).toEqual([1, 2]);
  });
});

describe("the running stage", () => {
  it("ticks the clock every 24 frames", () => {
    fresh();
    const clocks = [0, 1, 2].map(() => {
      const { clock } = game;
      game.step([], 24);
      return clock;
    });
    expect(clocks).toEqual([400, 399, 398]);
  });

  it("holds the first two screens in the block buffer", () => {
    fresh();
    const row = (page: number, y: number) =>
      game.ram.subarray(Ram.blocks + page * 208 + y * 16, Ram.blocks + page * 208 + y * 16 + 16);
    for (const page of [0, 1]) {
      expect([...row(page, 11)].every((block) => block >= 0x80)).toBe(true);
      expect([...row(page, 0)].every((block) => block === 0)).toBe(true);
    }
  });

  it("walks at 1.5 and runs at 2.5 pixels a frame, and coasts to a stop", () => {
    fresh();
    game.step(["Right"], 60);
    let { x } = game;
    game.step(["Right"], 20);
    expect(game.x - x).toBe(30);
    game.step(["Right", "B"], 40);
    ({ x } = game);
    game.step(["Right", "B"], 10);
    expect(game.x - x).toBe(25);
    game.step([], 60);
    ({ x } = game);
    game.step([], 10);
    expect(game.x).toBe(x);
  });

  it("never scrolls back, and keeps the player at 112 of the screen", () => {
    fresh();
    const left = () => game.ram[Ram.leftPage] * 256 + game.ram[Ram.leftX];
    game.step(["Right"], 120);
    expect(game.x - left()).toBe(112);
    game.step(["Left"], 30);
    const before = left();
    game.step(["Left"], 100);
    expect(left()).toBe(before);
    expect(game.x).toBe(before);
  });

  it("jumps higher the longer A is held, and higher still at a run", () => {
    const tap = jumpTop(2);
    const long = jumpTop(40);
    const running = jumpTop(40, ["Right", "B"], 50);
    expect(tap).toBeGreaterThan(8);
    expect(tap).toBeLessThan(36);
    expect(long).toBeGreaterThanOrEqual(64);
    expect(long).toBeLessThan(72);
    expect(running).toBeGreaterThanOrEqual(78);
    expect(running).toBeLessThan(90);
  });
});

describe("dying", () => {
  it("kills in a pit and takes a life", () => {
    fresh();
    for (let row = 11; row < 13; row++)
      game.ram.fill(0, Ram.blocks + row * 16, Ram.blocks + row * 16 + 16);
    let below = false;
    for (let i = 0; i < 240 && game.ram[Ram.lives] === 2; i++) {
      game.step();
      below ||= game.ram[Ram.viewport] > 1;
    }
    expect(below).toBe(true);
    expect(game.ram[Ram.lives]).toBe(1);
    expect(game.ram[Ram.mode]).toBe(1);
  });

  it("dies of an enemy from the side", () => {
    fresh();
    putBeetle(START_X + 20);
    const states: number[] = [];
    for (let i = 0; i < 200 && game.ram[Ram.lives] === 2; i++) {
      game.step();
      states.push(game.ram[Ram.playerState]);
    }
    expect(states).toContain(0x0b);
    expect(states).toContain(0x06);
    expect(game.ram[Ram.lives]).toBe(1);
    expect(game.score).toBe(0);
  });

  it("shrinks when tall, and cannot be hurt for a while", () => {
    fresh();
    game.ram[Ram.power] = 1;
    putBeetle(START_X + 20);
    game.step([], 20);
    expect(game.ram[Ram.playerState]).toBe(0x0a);
    expect(game.ram[Ram.power]).toBe(0);
    game.step([], 60);
    expect(game.ram[Ram.playerState]).toBe(8);
    expect(game.ram[Ram.injuryTimer]).toBeGreaterThan(0);
  });

  it("dies when the clock runs out", () => {
    fresh();
    game.ram.set([0, 0, 1], Ram.clock);
    game.step([], 30);
    expect(game.ram[Ram.playerState]).toBe(0x0b);
  });

  it("ends the game after the last life and returns to the title", () => {
    fresh();
    game.ram[Ram.lives] = 0;
    game.ram[Ram.playerState] = 6;
    game.step([], 2);
    expect(game.ram[Ram.lives]).toBe(0xff);
    expect(game.ram[Ram.mode]).toBe(3);
    game.step([], 300);
    expect(game.ram[Ram.mode]).toBe(0);
  });
});

describe("enemies and blocks", () => {
  it("flattens a beetle landed upon, for 100 points", () => {
    fresh();
    putPlayer(START_X, GROUND_TOP - 32 - 40);
    game.ram[Ram.floatState] = 2;
    putBeetle(START_X + 4);
    for (let i = 0; i < 40 && game.ram[0x001e] === 0; i++) game.step();
    expect(game.ram[0x001e]).toBe(1);
    game.step();
    expect(game.score).toBe(100);
    expect(game.ram[Ram.playerState]).toBe(8);
    game.step([], 60);
    expect(game.ram[Ram.slotUsed]).toBe(0);
  });

  it("gives a berry and 200 points from a gift, once", () => {
    fresh();
    const gift = [...game.ram.subarray(Ram.blocks + 7 * 16, Ram.blocks + 8 * 16)].findIndex(
      (block) => block >= 0x80,
    );
    putPlayer(gift * 16);
    for (const coins of [1, 1]) {
      game.step(["A"], 30);
      game.step([], 40);
      expect(game.coins).toBe(coins);
    }
    expect(game.score).toBe(200);
  });
});

describe("the whole stage", () => {
  it("is finished by the scripted player: mast, walk to the lodge, next stage", () => {
    fresh();
    const player = new ScriptedPlayer();
    let onMast = false;
    let sawPennant = false;
    for (let i = 0; i < 4000 && game.x < 3266; i++) {
      game.step(player.decide(game.ram));
      if (game.dying) throw new Error(`died at x ${game.x}`);
      onMast ||= game.ram[Ram.floatState] === 3;
      sawPennant ||= game.ram.subarray(Ram.enemyType, Ram.enemyType + 5).includes(0x31);
    }
    expect(game.x).toBe(3266);
    expect(onMast).toBe(true);
    expect(sawPennant).toBe(true);
    // The rest of the clock is paid out; a short clock makes it short.
    game.ram.set([0, 0, 3], Ram.clock);
    const { score } = game;
    game.step([], 10);
    expect(game.score - score).toBe(150);
    game.step([], 200);
    expect(game.ram[Ram.stage]).toBe(1);
  });

  it("plays the same from the same inputs", () => {
    const play = () => {
      fresh();
      const hash = createHash("md5");
      let seed = 1;
      for (let i = 0; i < 100; i++) {
        seed = (seed * 1103515245 + 12345) & 0x7fffffff;
        const pad = (["Right", "A", "B", "Left"] as Button[]).filter(
          (_, k) => (seed >> (16 + k)) & 1,
        );
        game.step(pad, 4);
        hash.update(game.ram);
      }
      return hash.digest("hex");
    };
    expect(play()).toBe(play());
  });
});

describe("the picture", () => {
  it("keeps the status bar still while the stage scrolls under it", () => {
    fresh();
    game.step(["Right"], 60);
    const bar = () => game.picture.slice(8 * 256, 16 * 256 + 200).join();
    const before = bar();
    for (let i = 0; i < 60; i++) {
      game.step(["Right"]);
      expect(bar() === before).toBe(true);
    }
  });
});
