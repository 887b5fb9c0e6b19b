import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readRomFile } from "../../src/cli/rom-file.js";
import { Rng } from "../../src/core/rng.js";
import { Emulator } from "../../src/nes/emulator.js";
import { Button } from "../../src/nes/hardware.js";
import { assemble, nromFile, type Line } from "./assembler.js";
import { chaosRom } from "./chaos-rom.js";
import { everything } from "./console-values.js";
import { runnerRom } from "./runner-rom.js";
import { splitRom } from "./split-rom.js";
import { AMONG_SPRITES, BEFORE_PICTURE, sweepRom, SWEEPS } from "./sweep-rom.js";

/** More for a long run, e.g. 100000. */
const FRAMES = Number(process.env["MARIO_TURBO_FRAMES"] ?? 1_500);
const FENN = readFileSync(new URL("../../roms/fenn.nes", import.meta.url));
const hasOwnRom = Boolean(process.env["MARIO_ROM"]);
/** The console's values are compared one by one this often; its save state after every frame. */
const DEEP_PERIOD = 250;
/** This often one of the two goes on from the other's save state. */
const SWAP_PERIOD = 97;

/** Buttons held for a while each: mostly running to the right, anything at times, Start at times. */
function player(seed: number): (frame: number) => number {
  const rng = new Rng(seed);
  let buttons = 0;
  let left = 0;
  return (frame) => {
    if (frame < 60) return frame > 30 && frame % 16 < 4 ? Button.start : 0;
    if (left-- > 0) return buttons;
    left = rng.integer(24);
    const choice = rng.integer(16);
    if (choice === 0) buttons = rng.integer(256) & ~Button.start;
    else if (choice === 1) buttons = Button.start;
    else buttons = Button.right | (choice & 2 ? Button.a : 0) | (choice & 4 ? Button.b : 0);
    return buttons;
  };
}

type Look = "drawn" | "dark";
/** All; as an environment does that decides every fourth frame; any. */
const LOOKS: [string, (frame: number) => Look][] = [
  ["every frame drawn", () => "drawn"],
  ["every fourth frame drawn", (frame) => (frame % 4 === 3 ? "drawn" : "dark")],
  ["some frames drawn", (frame) => ((frame * 40_503) & 0x300 ? "dark" : "drawn")],
];

/** Plays the same on a stock and on a turbo console. Fails at the first frame that differs. */
function playBoth(
  [stock, turbo]: readonly [stock: Emulator, turbo: Emulator],
  frames: number,
  seed: number,
  lookAt: (frame: number) => Look,
): void {
  const play = player(seed);
  const rng = new Rng(seed);
  let expected = stock.saveState();
  let actual = turbo.saveState();
  for (let frame = 0; frame < frames; frame++) {
    const buttons = play(frame);
    const look = lookAt(frame);
    stock.stepFrame(buttons);
    turbo.stepFrame(buttons, look);
    expected = stock.saveState(expected);
    actual = turbo.saveState(actual);
    // A dark frame has no picture; it is the last part of a state.
    const end = look === "drawn" ? expected.length : expected.length - 4 * turbo.screen.length;
    const isSame = Buffer.compare(expected.subarray(0, end), actual.subarray(0, end)) === 0;
    if (!isSame || frame % DEEP_PERIOD === DEEP_PERIOD - 1) {
      if (look === "dark") turbo.screen.set(stock.screen);
      expect(everything(turbo.nes), `frame ${frame}`).toBe(everything(stock.nes));
      expect(isSame, `frame ${frame}`).toBe(true);
    }
    if (frame % SWAP_PERIOD !== SWAP_PERIOD - 1) continue;
    const picture = turbo.screen.slice();
    if (rng.integer(2) === 0) turbo.restoreState(expected);
    else stock.restoreState(actual);
    // Of a dark frame only one of them knows the picture.
    turbo.screen.set(picture);
  }
}

function pair(rom: Uint8Array): [stock: Emulator, turbo: Emulator] {
  return [new Emulator(rom, { turbo: false }), new Emulator(rom)];
}

describe.each(LOOKS)("the turbo console is stock jsnes, value for value, %s", (_, lookAt) => {
  it(
    "in random play of our cartridge, from power on through title and stage",
    { timeout: 0 },
    () => {
      const [stock, turbo] = pair(FENN);
      playBoth([stock, turbo], FRAMES, 1, lookAt);
      expect(stock.frames).toBe(FRAMES);
    },
  );

  it.runIf(hasOwnRom)("in random play of the user's cartridge", { timeout: 0 }, () => {
    playBoth(pair(readRomFile(undefined).bytes), FRAMES, 2, lookAt);
  });

  it("of a cartridge with sample DMA and a sprite that splits the screen", () => {
    playBoth(pair(runnerRom()), 300, 3, lookAt);
  });

  it("of a cartridge that waits for sprite 0 in the midst of chaos", () => {
    playBoth(pair(splitRom()), 600, 8, lookAt);
  });

  it("of a cartridge that touches the picture's registers at any moment", { timeout: 0 }, () => {
    const [stock, turbo] = pair(chaosRom());
    playBoth([stock, turbo], Math.max(600, FRAMES / 10), 9, lookAt);
    // It did all that it can, sprite 0 was hit and waited for.
    for (let i = 0; i < 10; i++) expect(stock.ram[0x40 + i], `action ${i}`).toBeGreaterThan(0);
    expect(stock.ram[0x13]).toBeGreaterThan(0);
  });

  it.each(SWEEPS)("of a cartridge that does at any dot: %s", (_name, action) => {
    playBoth(pair(sweepRom(action, BEFORE_PICTURE)), 260, 10, lookAt);
    playBoth(pair(sweepRom(action, AMONG_SPRITES)), 260, 11, lookAt);
  });

  it.each([
    ["bank-switched program (mapper 2)", 2, 1],
    ["pictures in RAM (mapper 0)", 0, 0],
    ["MMC3 (mapper 4)", 4, 1],
  ])("of a cartridge with %s", (_name, mapper, chrBanks) => {
    const cartridge = runnerRom();
    cartridge[5] = chrBanks;
    cartridge[6] = (mapper << 4) | 1;
    playBoth(pair(cartridge), 100, 4, lookAt);
  });

  const idleLoops: [string, Line[]][] = [
    ["a jump to itself, no interrupt", [["lda#", 0x40], ["sta", 0x4017], "l", ["jmp", "l"]]],
    ["a branch to itself", [["lda#", 0x80], ["sta", 0x2000], ["lda#", 0], "l", ["beq", "l"]]],
    ["the APU's frame interrupt", [["lda#", 0], ["sta", 0x4017], ["cli"], "l", ["jmp", "l"]]],
    [
      "a sample's interrupt and the vertical blank's",
      [
        ...[["lda#", 0x8f], ["sta", 0x4010], ["lda#", 1], ["sta", 0x4013]] as Line[],
        ...[["lda#", 0x10], ["sta", 0x4015], ["lda#", 0x80], ["sta", 0x2000], ["cli"]] as Line[],
        ...["l", ["jmp", "l"]] as Line[],
      ],
    ],
    [
      "rendering on, a branch to itself",
      [["lda#", 0x1e], ["sta", 0x2001], ["lda#", 1], "l", ["bne", "l"]],
    ],
  ]; // prettier-ignore

  it.each(idleLoops)("of a program that idles: %s", (_name, program) => {
    const handlers: Line[] = [
      ...["nmi", ["inc", 0x10], ["rti"]] as Line[],
      ...["irq", ["inc", 0x11], ["lda", 0x4015], ["lda#", 0x0f], ["sta", 0x4010]] as Line[],
      ...[["lda#", 0x8f], ["sta", 0x4010], ["lda#", 0x1f], ["sta", 0x4015], ["rti"]] as Line[],
    ]; // prettier-ignore
    const rom = nromFile(assemble(["reset", ...program, ...handlers]), new Uint8Array(0x2000));
    playBoth(pair(rom), 60, 5, lookAt);
  });

  it("past the cycle at which 32 bits end, where jsnes loses its sample timer", () => {
    const consoles = pair(FENN);
    playBoth(consoles, 200, 12, lookAt);
    const { cycles } = consoles[0].nes.cpu;
    // An even number of cycles, as every other one is special.
    const missing = 2 * Math.floor((2 ** 31 - 8 * 29_781 - cycles) / 2);
    for (const { nes } of consoles) {
      nes.cpu.cycles += missing;
      nes.papu.lastCycle += missing;
      nes.papu.nextEventCycle += missing;
    }
    playBoth(consoles, 40, 13, lookAt);
    expect(consoles[0].nes.cpu.cycles).toBeGreaterThan(2 ** 31);
    expect(consoles[0].nes.papu.dmc.timer).toBeGreaterThan(2 ** 31);
  });

  it.each([
    ["our cartridge", FENN],
    ["a cartridge with samples", runnerRom()],
  ])("with sound on, sample for sample: %s", (_name, rom) => {
    const sounds: number[][] = [[], []];
    const [stock, turbo] = [false, true].map(
      (isTurbo, i) =>
        new Emulator(rom, {
          turbo: isTurbo,
          onAudioSample: (left, right) => sounds[i].push(left, right),
        }),
    );
    playBoth([stock, turbo], 120, 14, lookAt);
    expect(sounds[0].length).toBeGreaterThan(2 * 1.9 * 48_000);
    expect(new Set(sounds[0]).size).toBeGreaterThan(20);
    expect(sounds[1]).toEqual(sounds[0]);
  });

  it("also where states go back and forth between the two", () => {
    const [stock, turbo] = pair(FENN);
    playBoth([stock, turbo], 200, 6, lookAt);
    for (let turn = 0; turn < 20; turn++) {
      const state = stock.saveState();
      for (let i = 0; i <= turn; i++) stock.stepFrame(Button.right);
      turbo.restoreState(state);
      for (let i = 0; i <= turn; i++) turbo.stepFrame(Button.right);
      expect(everything(turbo.nes)).toBe(everything(stock.nes));
      stock.restoreState(turbo.saveState());
      turbo.stepFrame(Button.a);
      stock.stepFrame(Button.a);
      expect(everything(turbo.nes)).toBe(everything(stock.nes));
    }
  });
});
