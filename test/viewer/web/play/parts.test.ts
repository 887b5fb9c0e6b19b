import { describe, expect, it } from "vitest";
import { Button } from "../../../../src/nes/hardware.js";
import {
  BUTTON_NAMES,
  Rocker,
  buttonOfKey,
  buttonsOfCross,
  buttonsOfPad,
} from "../../../../src/viewer/web/play/buttons.js";
import { place } from "../../../../src/viewer/web/play/layout.js";
import { Pace } from "../../../../src/viewer/web/play/pace.js";
import { RunPlayer, RunRecorder } from "../../../../src/viewer/web/play/runs.js";

const LEFT = 0x40;
const RIGHT = 0x80;

describe("buttons", () => {
  it("are the controller's bits", () => {
    const names = ["a", "b", "select", "start", "up", "down", "left", "right"] as const;
    expect(BUTTON_NAMES).toEqual(names);
    expect(names.map((name) => Button[name])).toEqual([1, 2, 4, 8, 16, 32, 64, 128]);
  });

  it("are found by the key's place", () => {
    expect(buttonOfKey("KeyZ")).toBe("b");
    expect(buttonOfKey("Space")).toBe("a");
    expect(buttonOfKey("KeyQ")).toBeUndefined();
    expect(buttonOfKey("constructor")).toBeUndefined();
  });

  it("of two opposite directions, the one pressed last counts until it is let go", () => {
    const rocker = new Rocker();
    const held = [
      LEFT,
      LEFT | RIGHT,
      LEFT | RIGHT | 1,
      LEFT | 1,
      LEFT | RIGHT,
      RIGHT,
      RIGHT | LEFT,
    ];
    const settled = held.map((buttons) => rocker.settle(buttons));
    expect(settled).toEqual([LEFT, RIGHT, RIGHT | 1, LEFT | 1, RIGHT, RIGHT, LEFT]);
  });

  it("of a gamepad: its buttons, its cross and its left stick", () => {
    const pad = (pressed: readonly number[], axes: readonly number[] = [0, 0]) =>
      buttonsOfPad({
        buttons: Array.from({ length: 17 }, (_, i) => ({ pressed: pressed.includes(i) })),
        axes,
      });
    expect(pad([0, 2, 9, 15])).toBe(0x01 | 0x02 | 0x08 | 0x80);
    expect(pad([16, 7])).toBe(0);
    expect(pad([], [-0.6, 0.7])).toBe(0x40 | 0x20);
    expect(pad([], [0.3, -0.4])).toBe(0);
    expect(buttonsOfPad({ buttons: [], axes: [] })).toBe(0);
  });

  it("under a thumb on the cross: the nearest of eight directions, none in the middle", () => {
    expect(buttonsOfCross(0.1, -0.1)).toBe(0);
    expect(buttonsOfCross(0.9, 0.1)).toBe(0x80);
    expect(buttonsOfCross(0.7, -0.7)).toBe(0x80 | 0x10);
    expect(buttonsOfCross(-1, 0)).toBe(0x40);
    expect(buttonsOfCross(-0.6, 0.6)).toBe(0x40 | 0x20);
    expect(buttonsOfCross(0, 2)).toBe(0x20);
  });
});

describe("Pace", () => {
  /** @param asks times in ms, with a picture before each. @returns how many frames were run. */
  function run(pace: Pace, asks: readonly number[]): number {
    return asks.filter((now) => {
      pace.picture();
      return pace.take(now);
    }).length;
  }
  const every = (ms: number, count: number, from = 0) =>
    Array.from({ length: count }, (_, i) => from + (i + 1) * ms);

  it("runs as many frames as time allows, however often it is asked", () => {
    for (const ms of [1, 5, 1000 / 144]) {
      const pace = new Pace(60, 0);
      pace.resume(0);
      const seconds = 10;
      const frames = run(pace, every(ms, Math.round((1000 * seconds) / ms)));
      expect(Math.abs(frames - 60 * seconds)).toBeLessThanOrEqual(1);
    }
  });

  it("lets the sound be ahead by so many frames, once", () => {
    const pace = new Pace(60, 3);
    pace.resume(0);
    expect(
      run(
        pace,
        Array.from({ length: 50 }, () => 0.001),
      ),
    ).toBe(3);
    expect(run(pace, every(1, 1005))).toBe(60);
  });

  it("forgets what was missed in a long stop", () => {
    const pace = new Pace(60, 3);
    pace.resume(0);
    run(pace, every(1, 1000));
    const rush = run(
      pace,
      Array.from({ length: 100 }, () => 60_000),
    );
    expect(rush).toBeLessThanOrEqual(4);
    expect(run(pace, every(1, 1005, 60_000)) + rush).toBe(60);
  });

  it("catches up after a short one", () => {
    const pace = new Pace(60, 0);
    pace.resume(0);
    const before = run(pace, every(10, 100));
    expect(before + run(pace, every(0.5, 205, 1150))).toBe(60 * 1.25);
  });

  it("runs no more than four without a picture", () => {
    const pace = new Pace(60, 0);
    pace.resume(0);
    const taken = [100, 110, 120, 130, 140, 150].map((now) => pace.take(now));
    expect(taken).toEqual([true, true, true, true, false, false]);
    pace.picture();
    expect(pace.take(160)).toBe(true);
  });
});

describe("place", () => {
  const room = (width: number, height: number, left = 0, top = 0) => ({ left, top, width, height });
  /** In pixels of the screen, where every edge of the game's pixels has to lie on a whole one. */
  const onScreen = (box: { left: number; width: number }, ratio: number, left = 0) =>
    [(left + box.left) * ratio, box.width * ratio] as const;

  it("takes the largest whole enlargement that fits", () => {
    expect(place(room(1000, 700), 1, "pixels").scale).toBe(2);
    expect(place(room(1000, 720), 1, "pixels").scale).toBe(3);
    expect(place(room(767, 2000), 1, "pixels").scale).toBe(2);
    expect(place(room(390, 390), 3, "pixels").scale).toBe(4);
    expect(place(room(480 / 1.1, 480 / 1.1), 1.1, "pixels").scale).toBe(1);
    expect(place(room(512 / 1.1, 480 / 1.1), 1.1, "pixels").scale).toBe(2);
  });

  it.each([1, 1.1, 1.25, 1.5, 2, 2.625, 3])("lies on whole pixels at ratio %f", (ratio) => {
    for (const left of [0, 0.3, 17.77]) {
      const box = place(room(801.4, 603.3, left, 41.2), ratio, "pixels");
      const [at, width] = onScreen(box, ratio, left);
      for (const [length, whole] of [
        [at, Math.round(at)],
        [width, 256 * box.scale],
        [box.height * ratio, 240 * box.scale],
      ]) {
        // Above by a hair, so that cutting to 1/64 leaves it whole.
        expect(Math.floor(length * 64) / 64).toBe(whole);
      }
      expect(box.left).toBeGreaterThanOrEqual(-1);
      expect(box.left + box.width).toBeLessThanOrEqual(802.4);
    }
  });

  it("widens to a television's shape, whole in height", () => {
    const box = place(room(2000, 1000), 1, "tv");
    expect(box.scale).toBe(4);
    expect(Math.floor(box.height)).toBe(960);
    expect(Math.floor(box.width)).toBe(Math.round((4 * 256 * 8) / 7));
  });

  it("shrinks into a room that is too small", () => {
    const box = place(room(128, 1000), 1, "pixels");
    expect([Math.floor(box.width), Math.floor(box.height)]).toEqual([128, 120]);
  });
});

describe("runs", () => {
  const buttons = [0, 0, 0, 8, 8, 0, 1, 1, 1, 1];

  it("come back as they were pushed", () => {
    const recorder = new RunRecorder();
    for (const held of buttons) recorder.push(held);
    const runs = recorder.takePending();
    expect(runs).toEqual([
      [3, 0],
      [2, 8],
      [1, 0],
      [4, 1],
    ]);
    const player = new RunPlayer(runs);
    expect(player.frames).toBe(10);
    expect(buttons.map(() => player.next())).toEqual(buttons);
    expect(player.next()).toBeUndefined();
    expect(player.frame).toBe(10);
  });

  it("are sent in parts, and again from the first when asked", () => {
    const recorder = new RunRecorder();
    for (const held of buttons.slice(0, 5)) recorder.push(held);
    const first = recorder.takePending();
    expect(recorder.sent).toBe(5);
    for (const held of buttons.slice(5)) recorder.push(held);
    const second = recorder.takePending();
    expect(
      [...first, ...second].flatMap(([count, held]) => Array<number>(count).fill(held)),
    ).toEqual(buttons);
    expect(recorder.takePending()).toEqual([]);
    recorder.rewind();
    expect(recorder.sent).toBe(0);
    recorder.push(1);
    const all = recorder.takePending();
    expect(all.at(-1)).toEqual([5, 1]);
    // What was handed out is not touched by what comes later.
    recorder.push(1);
    expect(all.at(-1)).toEqual([5, 1]);
  });
});
