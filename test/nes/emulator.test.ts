import { describe, expect, it } from "vitest";
import { Emulator } from "../../src/nes/emulator.js";
import { Button, SCREEN_HEIGHT, SCREEN_WIDTH } from "../../src/nes/hardware.js";
import { runnerRom } from "./runner-rom.js";

const PAD = 0x20;

describe("Emulator", () => {
  it("presses exactly the buttons of the mask, in the console's order", () => {
    const emulator = new Emulator(runnerRom());
    for (let i = 0; i < 10; i++) emulator.stepFrame(0);
    // The test cartridge shifts the eight reads into one byte, A first.
    const cases = [
      [Button.a, 0x80],
      [Button.b, 0x40],
      [Button.select, 0x20],
      [Button.up, 0x08],
      [Button.down, 0x04],
      [Button.left, 0x02],
      [Button.right, 0x01],
      [Button.a | Button.right, 0x81],
      [0, 0],
      [Button.start, 0x10],
    ] as const;
    for (const [mask, pad] of cases) {
      emulator.stepFrame(mask);
      emulator.stepFrame(mask);
      expect(emulator.ram[PAD]).toBe(pad);
    }
  });

  it("gives pictures as 0x00RRGGBB to the edges", () => {
    const emulator = new Emulator(runnerRom());
    for (let i = 0; i < 30; i++) emulator.stepFrame(0);
    const { screen } = emulator;
    expect(screen.length).toBe(SCREEN_WIDTH * SCREEN_HEIGHT);
    expect(screen.every((pixel) => pixel <= 0xff_ffff)).toBe(true);
    // Sprite 0, solid, at (88, 23), in palette entry 0x13: colour (2 × 19 + 1) & 0x3f = 0x27, orange.
    const pixel = screen[25 * SCREEN_WIDTH + 90];
    const [red, green, blue] = [pixel >> 16, (pixel >> 8) & 255, pixel & 255];
    expect(red).toBeGreaterThan(200);
    expect(blue).toBeLessThan(60);
    expect(green).toBeGreaterThan(100);
    const edge = Array.from({ length: SCREEN_HEIGHT }, (_, y) => screen[y * SCREEN_WIDTH + 255]);
    expect(new Set(edge).size).toBeGreaterThan(1);
  });

  it("counts frames and keeps its RAM view live", () => {
    const emulator = new Emulator(runnerRom());
    const { ram } = emulator;
    expect(ram.length).toBe(2048);
    for (let i = 0; i < 40; i++) emulator.stepFrame(i > 20 ? Button.start : 0);
    expect(emulator.frames).toBe(40);
    expect(ram[0x0770]).toBe(1);
  });

  it("is deterministic from power on", () => {
    const [one, two] = [new Emulator(runnerRom()), new Emulator(runnerRom())];
    for (let i = 0; i < 90; i++) {
      const buttons = (i * 37) & 0xff;
      one.stepFrame(buttons);
      two.stepFrame(buttons);
    }
    expect(Buffer.compare(one.saveState(), two.saveState())).toBe(0);
  });
});
