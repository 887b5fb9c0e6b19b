import type { NES } from "jsnes";
import { isQuiet } from "./idle-skip.js";

const SPRITE_BYTES = 256;
/** One to halt, at most one to align, and a read and a write for each byte. */
const LONGEST_CYCLES = 2 + 2 * SPRITE_BYTES;
const DOTS = 3;
/** Addresses of RAM, and of the program. */
const RAM_PAGES = 0x20;
const RAM_PAGE_MASK = 0x07;
const PROGRAM_PAGE = 0x80;
/** Of each sprite's attributes, the bits that exist. */
const ATTRIBUTE_BITS = 0xe3;
const OPEN_BUS_FRAMES = 36;

/**
 * Copies the sprites, which a game starts by a write to 0x4014 in almost every frame, at one go. Only
 * in the vertical blank with nothing else due until the end of it, and from memory that can be read
 * without effects; else jsnes goes through it cycle by cycle.
 * https://www.nesdev.org/wiki/DMA#OAM_DMA
 */
export function runSpriteDma(nes: NES): void {
  const { cpu, papu } = nes;
  const { ppu } = nes;
  if (!cpu.oamDmaRunning || cpu.dmcDmaRunning || cpu.dmcDmaAbort || cpu.resetPending) return;
  const page = cpu.oamDmaPage;
  // The processor waits with the fetch of its next instruction on the bus.
  if (cpu.REG_PC < 0x8000 || !cpu.directPrgReads) return;
  if (page >= RAM_PAGES && page < PROGRAM_PAGE) return;
  if (cpu.cycles + LONGEST_CYCLES >= papu.nextEventCycle) return;
  if (ppu.dotTarget + DOTS * LONGEST_CYCLES > ppu.nextEventDot) return;
  ppu.catchUp();
  if (ppu.line < 241 || ppu.line > 260) return;
  cpu.dmaNeedHalt = false;
  if (!isQuiet(nes)) {
    cpu.dmaNeedHalt = true;
    return;
  }

  const from = (page < RAM_PAGES ? page & RAM_PAGE_MASK : page) << 8;
  for (let i = 0; i < SPRITE_BYTES; i++) {
    const to = (ppu.sramAddress + i) & 0xff;
    const value = cpu.mem[from + i];
    ppu.spriteMem[to] = (to & 3) === 2 ? value & ATTRIBUTE_BITS : value;
  }
  const last = cpu.mem[from + SPRITE_BYTES - 1];
  // Reads come in even cycles: the cycle after the one that halts, or the next.
  const align = ((cpu.cycles + 2) & 1) === 0 ? 0 : 1;
  const cycles = 1 + align + 2 * SPRITE_BYTES;
  cpu.cycles += cycles;
  cpu.oamDmaRunning = false;
  cpu.lastDmaEndCycle = cpu.cycles;
  cpu._lastDmaReadAddr = (page << 8) | 0xff;
  cpu.dataBus = last;
  ppu.openBusLatch = last;
  ppu.openBusDecayFrames = OPEN_BUS_FRAMES;
  ppu.dotTarget += DOTS * cycles;
  ppu.catchUp();
  ppu.nmiAtPoll = ppu.nmiOutput;
  ppu._scheduleNextEvent();
}
