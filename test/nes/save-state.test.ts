import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { Emulator } from "../../src/nes/emulator.js";
import { Button } from "../../src/nes/hardware.js";
import { everything, hash } from "./console-values.js";
import { runnerRom } from "./runner-rom.js";

/** Presses Start now and then, else anything; mostly to the right with a jump, as play would be. */
function randomButtons(rng: Rng, frame: number): number {
  if (frame < 60) return frame > 20 && frame % 16 < 4 ? Button.start : 0;
  const choice = rng.integer(8);
  if (choice === 0) return rng.integer(256);
  return Button.right | (choice < 5 ? Button.a : 0);
}

describe("save states", () => {
  const rom = runnerRom();
  let emulator: Emulator;

  beforeAll(() => {
    emulator = new Emulator(rom);
  });

  it("bring every value of the console back, at random moments of title, loading and play", () => {
    const rng = new Rng(1);
    let frame = 0;
    for (let moment = 0; moment < 40; moment++) {
      const pause = 1 + rng.integer(25);
      for (let i = 0; i < pause; i++) emulator.stepFrame(randomButtons(rng, frame++));
      const state = emulator.saveState();
      const before = everything(emulator.nes);
      const inputs = Array.from({ length: 8 }, (_, i) => randomButtons(rng, frame + i));

      const first = inputs.map((buttons) => play(emulator, buttons));
      emulator.restoreState(state);
      expect(everything(emulator.nes)).toBe(before);
      const second = inputs.map((buttons) => play(emulator, buttons));
      expect(second).toEqual(first);

      emulator.restoreState(state);
    }
    expect(emulator.ram[0x0770]).toBe(1);
  });

  it("continue in a fresh emulator of the same ROM", () => {
    const rng = new Rng(2);
    const played = new Emulator(rom);
    for (let frame = 0; frame < 400; frame++) played.stepFrame(randomButtons(rng, frame));
    const fresh = new Emulator(rom);
    fresh.restoreState(played.saveState());
    expect(fresh.frames).toBe(400);
    expect(everything(fresh.nes)).toBe(everything(played.nes));
    for (let i = 0; i < 120; i++) {
      const buttons = randomButtons(rng, 400 + i);
      expect(play(fresh, buttons)).toEqual(play(played, buttons));
    }
    expect(everything(fresh.nes)).toBe(everything(played.nes));
  });

  it.each([
    ["bank-switched program (mapper 2)", 2, 1],
    ["pictures in RAM (mapper 0)", 0, 0],
    ["MMC3 (mapper 4)", 4, 1],
  ])("cover a cartridge with %s", (_, mapper, chrBanks) => {
    const cartridge = rom.slice();
    cartridge[5] = chrBanks;
    cartridge[6] = (mapper << 4) | 1;
    const played = new Emulator(cartridge);
    const rng = new Rng(4);
    for (let frame = 0; frame < 150; frame++) played.stepFrame(randomButtons(rng, frame));
    const fresh = new Emulator(cartridge);
    fresh.restoreState(played.saveState());
    expect(everything(fresh.nes)).toBe(everything(played.nes));
    for (let i = 0; i < 30; i++) {
      const buttons = randomButtons(rng, 150 + i);
      expect(play(fresh, buttons)).toEqual(play(played, buttons));
    }
  });

  it("do not depend on whether sound is synthesised, as far as the game can tell", () => {
    const silent = new Emulator(rom);
    const heard: number[] = [];
    const loud = new Emulator(rom, { onAudioSample: (left) => heard.push(left) });
    const rng = new Rng(3);
    for (let frame = 0; frame < 300; frame++) {
      const buttons = randomButtons(rng, frame);
      expect(play(loud, buttons)).toEqual(play(silent, buttons));
    }
    expect(heard.length).toBeGreaterThan(300 * 700);
    expect(loud.nes.cpu.cycles).toBe(silent.nes.cpu.cycles);
    expect(new Set(heard).size).toBeGreaterThan(50);
  });

  it("work from any alignment and into a given buffer", () => {
    const state = emulator.saveState();
    const before = everything(emulator.nes);
    const buffer = new Uint8Array(emulator.saveStateBytes);
    expect(emulator.saveState(buffer)).toBe(buffer);
    expect(hash(buffer)).toBe(hash(state));
    const shifted = new Uint8Array(state.length + 3);
    shifted.set(state, 3);
    emulator.stepFrame(0);
    emulator.restoreState(shifted.subarray(3));
    expect(everything(emulator.nes)).toBe(before);
  });

  it("recover a crashed game", () => {
    const crashing = new Emulator(rom);
    crashing.stepFrame(0);
    const state = crashing.saveState();
    const { mem } = crashing.nes.cpu;
    const kept = mem.slice(0x8000);
    mem.fill(0x02, 0x8000);
    expect(() => {
      crashing.stepFrame(0);
    }).toThrow(expect.objectContaining({ code: "ROM_INVALID" }) as Error);
    mem.set(kept, 0x8000);
    crashing.restoreState(state);
    crashing.stepFrame(0);
    expect(crashing.frames).toBe(2);
  });

  it("refuse what is truncated, damaged or of another ROM, and leave the console as it was", () => {
    const state = emulator.saveState();
    const before = everything(emulator.nes);
    const otherRom = rom.slice();
    otherRom[16 + 0x7000] ^= 1;
    const damagedMagic = state.slice();
    damagedMagic[0] ^= 1;
    const otherVersion = state.slice();
    otherVersion[4] = 99;
    const otherLayout = state.slice();
    otherLayout[12] ^= 1;
    const damagedTag = state.slice();
    damagedTag[48] = 250;
    const bad = [
      [new Uint8Array(0), /too short/],
      [new Uint8Array(100), /not one of ours/],
      [state.subarray(0, state.length - 1), /bytes instead of/],
      [damagedMagic, /not one of ours/],
      [otherVersion, /version is 99/],
      [otherLayout, /another version of the emulator/],
      [damagedTag, /damaged/],
      [new Emulator(otherRom).saveState(), /another ROM/],
    ] as const;
    for (const [bytes, message] of bad) {
      expect(() => {
        emulator.restoreState(bytes);
      }).toThrow(
        expect.objectContaining({
          code: "STATE_INVALID",
          message: expect.stringMatching(message) as string,
        }) as Error,
      );
    }
    expect(everything(emulator.nes)).toBe(before);
  });

  it("notice when jsnes grows a field that they do not know", () => {
    const grown = new Emulator(rom);
    grown.saveState();
    Object.assign(grown.nes.ppu, { newField: 1 });
    expect(() => grown.saveState()).toThrow(/changed its fields/);
    const nested = new Emulator(rom);
    Object.assign(nested.nes.cpu, { nested: { value: 1 } });
    expect(() => nested.saveState()).toThrow(/do not know jsnes's field cpu.nested/);
  });
});

/** One frame; @returns what can be seen of it. */
function play(emulator: Emulator, buttons: number) {
  emulator.stepFrame(buttons);
  const { cpu, ppu } = emulator.nes;
  return {
    ram: hash(emulator.ram),
    vram: hash(ppu.vramMem),
    oam: hash(ppu.spriteMem),
    cycles: cpu.cycles,
    picture: hash(emulator.screen),
  };
}
