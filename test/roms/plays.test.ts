import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { newEpisode, watchFrame } from "../../src/env/episode.js";
import { startGame } from "../../src/env/game-start.js";
import { MarioRam } from "../../src/env/mario-ram.js";
import { parseStage } from "../../src/env/stages.js";
import { Emulator } from "../../src/nes/emulator.js";
import { sha1Hex } from "../../src/nes/sha1.js";
import { ROM_FILE } from "./console.js";

/** A recorded play: the buttons (bit 0 A, 1 B, 2 Select, 3 Start, 4-7 Up Down Left Right) of each
 * frame from the stage's start on, as run lengths. */
interface Play {
  readonly format: "mario-play";
  readonly version: number;
  readonly rom: string;
  readonly stage: string;
  readonly frames: number;
  readonly inputs: readonly (readonly [count: number, buttons: number])[];
}

interface Golden {
  readonly frame: number;
  readonly ram: string;
  readonly picture: string;
}

const rom = readFileSync(ROM_FILE);
const read = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

/** Most cycles that a frame's work may take, NMI to idle; 29,780 are a whole frame. */
const FRAME_LIMIT = 29_000;
/** And up to the last write to the PPU's memory: vertical blank has 2,273. */
const VBLANK_LIMIT = 2_200;
const FRAME_COUNTER = 0x09;
const PPUMASK_COPY = 0x72e;
const NMI_VECTOR = 0xfffa;
const JMP = 0x4c;

/** Counts the cycles of every NMI in which the picture is on, until the program idles again. */
class BusyMeter {
  longest = 0;
  longestVblank = 0;

  constructor({ nes, ram }: Emulator) {
    const { cpu } = nes;
    const { mem } = cpu;
    const word = (at: number): number => mem[at] | (mem[at + 1] << 8);
    const emulate = cpu.emulate.bind(cpu);
    const nmi = word(NMI_VECTOR);
    let started: number | null = null;
    let frame: number | null = null;
    let dark = false;
    cpu.emulate = () => {
      const cycles = emulate();
      const { REG_PC: pc } = cpu;
      if (started === null) {
        if (pc < nmi || pc > nmi + 2) return cycles;
        started = cpu.cycles;
        frame = ram[FRAME_COUNTER];
        dark = ram[PPUMASK_COPY] === 0;
        return cycles;
      }
      dark ||= ram[PPUMASK_COPY] === 0;
      const taken = cpu.cycles - started;
      if (frame !== null && ram[FRAME_COUNTER] !== frame) {
        // The first thing after the writes to the PPU.
        this.longestVblank = Math.max(this.longestVblank, taken);
        frame = null;
      }
      if (mem[pc] === JMP && word(pc + 1) === pc) {
        // Loading a map takes longer, with the picture off.
        if (!dark) this.longest = Math.max(this.longest, taken);
        started = null;
      }
      return cycles;
    };
  }
}

describe.each(["1-1", "1-2", "1-3", "1-4"])("the recorded play of stage %s", (name) => {
  const play = read(`plays/${name}.json`) as Play;
  const golden = read(`goldens/${name}.json`) as Golden[];
  const again = "run scripts/record-plays.mjs after a change of the cartridge on purpose";

  it("belongs to this cartridge", () => {
    expect(play.rom, again).toBe(sha1Hex(rom));
    expect(play.inputs.reduce((sum, [count]) => sum + count, 0)).toBe(play.frames);
  });

  it("goes from its start to its end, as recorded, and never too slow", () => {
    // Plain jsnes, not the turbo: the goldens came from the turbo.
    const emulator = new Emulator(rom, { turbo: false });
    const stage = parseStage(name);
    startGame(emulator, stage);
    const { ram } = emulator;
    const meter = new BusyMeter(emulator);
    const reader = new MarioRam(ram);
    const ends = { flag: newEpisode(reader, stage), castle: newEpisode(reader, stage) };
    const endX = { flag: 0, castle: 0 };
    const found: Golden[] = [];
    let frame = 0;
    for (const [count, buttons] of play.inputs) {
      for (let i = 0; i < count; i++) {
        emulator.stepFrame(buttons);
        frame++;
        for (const endAt of ["flag", "castle"] as const) {
          const episode = ends[endAt];
          if (endX[endAt] > 0) continue;
          watchFrame(episode, reader, stage, endAt);
          expect(episode.died).toBe(false);
          if (episode.completed) endX[endAt] = reader.x;
        }
        if (golden.some((point) => point.frame === frame)) {
          const picture = new Uint8Array(emulator.screen.slice().buffer);
          found.push({ frame, ram: md5(ram), picture: md5(picture) });
        }
      }
    }
    expect(found, again).toEqual(golden);
    // The next stage has come; after the keep, the next world.
    const next = name === "1-4" ? [2, 1] : [1, stage.stage + 1];
    expect([reader.world, reader.stage]).toEqual(next);
    // The mast is 98 pixels before the lodge. The keep ends where its lever is.
    expect(ends.flag.flag).toBe(name !== "1-4");
    expect(endX.flag).toBeGreaterThan(stage.distance - 125);
    expect(endX.castle).toBeGreaterThanOrEqual(stage.distance - (name === "1-4" ? 25 : 15));
    expect(meter.longest).toBeGreaterThan(10_000);
    expect(meter.longest).toBeLessThan(FRAME_LIMIT);
    expect(meter.longestVblank).toBeLessThan(VBLANK_LIMIT);
  });
});
