import { describe, expect, it } from "vitest";
import { MarioRam } from "../../src/env/mario-ram.js";

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

  it("writes and reads stages one-based", () => {
    const ram = ramWith({});
    ram.writeStage(4, 2, 3);
    expect([ram.world, ram.stage, ram.area]).toEqual([4, 2, 3]);
    expect([ram.bytes[0x75f], ram.bytes[0x75c], ram.bytes[0x760]]).toEqual([3, 1, 2]);
  });
});
