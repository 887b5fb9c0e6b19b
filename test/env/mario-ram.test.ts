import { describe, expect, it } from "vitest";
import { MarioRam } from "../../src/env/mario-ram.js";
import { readTiles, Tile } from "../../src/env/tiles.js";

function ramWith(bytes: Readonly<Record<number, number>>): MarioRam {
  const ram = new Uint8Array(2048);
  for (const [address, value] of Object.entries(bytes)) ram[Number(address)] = value;
  return new MarioRam(ram);
}

describe("MarioRam", () => {
  it("reads numbers of several bytes", () => {
    const ram = ramWith({
      0x6d: 12,
      0x86: 194,
      0x3b8: 176,
      0x71a: 11,
      0x71c: 200,
      0x7de: 0,
      0x7df: 1,
      0x7e0: 2,
      0x7e1: 3,
      0x7e2: 5,
      0x7e3: 0,
      0x7ed: 4,
      0x7ee: 2,
      0x7f8: 3,
      0x7f9: 0,
      0x7fa: 7,
    });
    expect(ram.x).toBe(3266);
    expect(ram.y).toBe(176);
    expect(ram.screenLeft).toBe(3016);
    expect(ram.score).toBe(12_350);
    expect(ram.coins).toBe(42);
    expect(ram.time).toBe(307);
  });

  it("takes blank tiles of a title screen for zeros", () => {
    expect(ramWith({ 0x7f8: 0x24, 0x7f9: 0x24, 0x7fa: 0x24 }).time).toBe(0);
  });

  it("counts lives below zero after the last", () => {
    expect(ramWith({ 0x75a: 2 }).lives).toBe(2);
    expect(ramWith({ 0x75a: 0xff }).lives).toBe(-1);
  });

  it("names the power-up", () => {
    expect([0, 1, 2, 3].map((power) => ramWith({ 0x756: power }).status)).toEqual([
      ...["small", "tall", "fiery", "fiery"],
    ]);
  });

  it("tells the flagpole from a vine", () => {
    expect(ramWith({ 0x1d: 3 }).atFlag).toBe(false);
    expect(ramWith({ 0x1d: 3, 0x1a: 0x31 }).atFlag).toBe(true);
    expect(ramWith({ 0x1d: 3, 0x0e: 0x01 }).atFlag).toBe(false);
    expect(ramWith({ 0x1d: 3, 0x0e: 0x04 }).atFlag).toBe(true);
    expect(ramWith({ 0x1d: 0, 0x0e: 0x05 }).atFlag).toBe(false);
    expect(ramWith({ 0x1d: 0, 0x16: 0x31 }).atFlag).toBe(false);
    expect(ramWith({ 0x1d: 3, 0x1b: 0x31 }).atFlag).toBe(false);
  });

  it("knows the ways to die", () => {
    expect(ramWith({ 0x0e: 0x08, 0xb5: 1 }).dying).toBe(false);
    expect(ramWith({ 0x0e: 0x0b, 0xb5: 1 }).dying).toBe(true);
    expect(ramWith({ 0x0e: 0x06, 0xb5: 1 }).dying).toBe(true);
    expect(ramWith({ 0x0e: 0x08, 0xb5: 2 }).dying).toBe(true);
    expect(ramWith({ 0x0e: 0x0a, 0xb5: 0 }).dying).toBe(false);
  });

  it("takes falling out of the classic's clouds for their exit", () => {
    const falling = { 0x0e: 0x08, 0xb5: 2 };
    expect(ramWith({ ...falling, 0x743: 1, 0x7ff: 0xa5 }).dying).toBe(false);
    expect(ramWith({ ...falling, 0x743: 0, 0x7ff: 0xa5 }).dying).toBe(true);
    // The next area is being loaded: its memory is cleared a piece a frame, the viewport last.
    const loading = { ...falling, 0x743: 0, 0x7ff: 0xa5, 0x770: 1, 0xb5: 4 };
    expect(ramWith({ ...loading, 0x772: 0 }).dying).toBe(false);
    expect(ramWith({ ...loading, 0x772: 3 }).dying).toBe(true);
    // Our own cartridge has something else there.
    expect(ramWith({ ...falling, 0x743: 1 }).dying).toBe(true);
    // Time is up up there.
    expect(ramWith({ 0x0e: 0x06, 0xb5: 5, 0x743: 1, 0x7ff: 0xa5 }).dying).toBe(true);
  });

  it("writes and reads stages one-based", () => {
    const ram = ramWith({});
    ram.writeStage(4, 2, 3);
    expect([ram.world, ram.stage, ram.area]).toEqual([4, 2, 3]);
    expect([ram.bytes[0x75f], ram.bytes[0x75c], ram.bytes[0x760]]).toEqual([3, 1, 2]);
  });
});

describe("tiles", () => {
  it("map blocks, enemies and the player onto the screen", () => {
    // The screen begins 8 pixels into page 1, so its last column is the first of page 0's buffer.
    const ram = ramWith({
      ...{ 0x71a: 1, 0x71c: 8, 0x6d: 1, 0x86: 40, 0x3b8: 176, 0xb5: 1 },
      ...{ 0x0f: 1, 0x6e: 1, 0x87: 200, 0xcf: 184 }, // an enemy in slot 0
      ...{ 0x10: 0, 0x6f: 1, 0x88: 100, 0xd0: 100 }, // slot 1 is not in use
      ...{ 0x11: 1, 0x70: 9, 0x89: 0, 0xd1: 176 }, // slot 2 is off the screen
    });
    ram.bytes[0x500 + 208 + 12 * 16 + 0] = 0x54; // page 1, bottom row, column 0
    ram.bytes[0x500 + 208 + 12 * 16 + 15] = 0x54;
    const out = new Uint8Array(13 * 16).fill(9);
    readTiles(ram, out);
    const at = (row: number, column: number) => out[row * 16 + column];
    expect(at(12, 0)).toBe(Tile.object);
    expect(at(12, 15)).toBe(Tile.object);
    // Both stand on row 11: (40 − 8 + 8) / 16 = 2, (176 + 16 + 8 − 32) / 16 = 10.5
    expect(at(10, 2)).toBe(Tile.player);
    expect(at(10, 12)).toBe(Tile.enemy);
    expect(out.filter((cell) => cell !== Tile.empty).length).toBe(4);
    // Above the screen his y counts from another top.
    ram.bytes[0xb5] = 0;
    readTiles(ram, out);
    expect(out).not.toContain(Tile.player);
  });
});
