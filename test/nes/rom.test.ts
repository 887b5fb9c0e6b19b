import { describe, expect, it } from "vitest";
import { MarioError, type ErrorCode } from "../../src/core/errors.js";
import { parseRom } from "../../src/nes/rom.js";
import { sha1Hex } from "../../src/nes/sha1.js";
import { runnerRom } from "./runner-rom.js";

function withHeader(changes: Readonly<Record<number, number>>): Uint8Array {
  const rom = runnerRom();
  for (const [at, value] of Object.entries(changes)) rom[Number(at)] = value;
  return rom;
}

function failure(rom: Uint8Array): MarioError {
  try {
    parseRom(rom);
  } catch (error) {
    if (error instanceof MarioError) return error;
    throw error;
  }
  throw new Error("parseRom accepted it");
}

describe("parseRom", () => {
  it("describes an NROM cartridge", () => {
    const rom = runnerRom();
    expect(rom.length).toBe(40_976);
    expect(parseRom(rom)).toEqual({
      mapper: 0,
      prgBytes: 32_768,
      chrBytes: 8_192,
      mirroring: "vertical",
      isNes2: false,
      is50Hz: false,
      sha1: sha1Hex(rom),
    });
  });

  it("reads NES 2.0 headers, mirroring, and mapper numbers as jsnes does", () => {
    expect(parseRom(withHeader({ 7: 0x08 })).isNes2).toBe(true);
    expect(parseRom(withHeader({ 6: 0x00 })).mirroring).toBe("horizontal");
    expect(parseRom(withHeader({ 6: 0x09 })).mirroring).toBe("four-screen");
    expect(parseRom(withHeader({ 6: 0x21, 7: 0x40 })).mapper).toBe(66);
    // "DiskDude!" in bytes 7 to 15 of old dumps: the high half of the mapper is garbage.
    expect(parseRom(withHeader({ 7: 0x44, 8: 0x69, 9: 0x73 })).mapper).toBe(0);
  });

  it("knows the television that a header names", () => {
    expect(parseRom(withHeader({ 9: 1 })).is50Hz).toBe(true);
    // "DiskDude!": garbage, whose byte 9 is odd.
    expect(parseRom(withHeader({ 7: 0x44, 8: 0x69, 9: 0x73, 10: 0x6b })).is50Hz).toBe(false);
    const nes2 = (timing: number): boolean => parseRom(withHeader({ 7: 0x08, 12: timing })).is50Hz;
    // NTSC, PAL, both, Dendy.
    expect([0, 1, 2, 3].map(nes2)).toEqual([false, true, false, true]);
  });

  it("allows bytes behind the cartridge's end", () => {
    const longer = new Uint8Array(50_000);
    longer.set(runnerRom());
    expect(parseRom(longer).prgBytes).toBe(32_768);
  });

  it.each<[string, Uint8Array, ErrorCode, RegExp]>([
    ["an empty file", new Uint8Array(0), "ROM_INVALID", /too short/],
    ["another format", withHeader({ 0: 0x50 }), "ROM_INVALID", /not an iNES ROM/],
    ["a zip archive", withHeader({ 0: 0x50, 1: 0x4b }), "ROM_INVALID", /zip archive/],
    [
      "a truncated file",
      runnerRom().subarray(0, 40_975),
      "ROM_INVALID",
      /40976 bytes, it has 40975/,
    ],
    ["a missing trainer", withHeader({ 6: 0x05 }), "ROM_INVALID", /promises 41488/],
    ["no program", withHeader({ 4: 0 }), "ROM_INVALID", /0 PRG banks/],
    ["an absurd size", bigFile(), "ROM_INVALID", /too large/],
    ["an unknown mapper", withHeader({ 6: 0x51, 7: 0x50 }), "ROM_UNSUPPORTED", /mapper, 85/],
    ["exponent sizes", withHeader({ 7: 0x08, 9: 0x0f }), "ROM_UNSUPPORTED", /exponent/],
  ])("refuses %s", (_, rom, code, message) => {
    const error = failure(rom);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.remedy).toBeDefined();
  });
});

function bigFile(): Uint8Array {
  const file = new Uint8Array(9 * 1024 * 1024);
  file.set(runnerRom());
  return file;
}
