import type { NES } from "jsnes";
import { isQuiet } from "./idle-skip.js";
import type { TurboPpu } from "./turbo-ppu.js";

/** `LDA $2002`, `AND #$40`, and a branch back (BEQ or BNE) by 7 bytes. */
const POLL = [0xad, 0x02, 0x20, 0x29, 0x40] as const;
const BEQ = 0xf0;
const BNE = 0xd0;
const BACK = 0xf9;
/** From the loop's start to its branch. */
const POLL_BYTES = POLL.length;
/** 4 + 2 + 3. */
const POLL_CYCLES = 9;
const POLL_DOTS = 3 * POLL_CYCLES;

/**
 * A game that splits its screen waits for sprite 0 to be hit by reading the status register over and
 * over. While the hit cannot come (nor go), every read gives the same and leaves the same behind as
 * the next one does, so the processor may go round at once as often as that lasts. jsnes runs the
 * last round, which sets the registers, the latches and the flags that the loop leaves.
 *
 * @param pc where the processor is; the loop's start, or nothing happens.
 */
export function skipPoll(nes: NES, ppu: TurboPpu, pc: number): void {
  const { cpu } = nes;
  const { mem } = cpu;
  if (ppu.frameEnded || !ppu.isPlain || pc < 0x8000 || pc > 0xfff8 || !cpu.directPrgReads) return;
  for (let i = 0; i < POLL_BYTES; i++) if (mem[pc + i] !== POLL[i]) return;
  const branch = mem[pc + POLL_BYTES];
  if (mem[pc + POLL_BYTES + 1] !== BACK || !isQuiet(nes)) return;
  // The first read of this flag is another than those after it.
  if (ppu.vblankFlag !== 0) return;
  let dots = ppu.nextEventDot;
  if (branch === BEQ && ppu.sprite0HitFlag === 0) {
    dots = Math.min(dots, ppu.dotsRun + ppu.dotsWithoutHit());
  } else if (branch !== BNE || ppu.sprite0HitFlag === 0) return;

  const untilPicture = Math.floor((dots - ppu.dotTarget) / POLL_DOTS);
  const untilSound = Math.floor((nes.papu.nextEventCycle - 1 - cpu.cycles) / POLL_CYCLES);
  const rounds = Math.min(untilPicture, untilSound) - 1;
  if (rounds <= 0) return;
  cpu.cycles += rounds * POLL_CYCLES;
  ppu.dotTarget += rounds * POLL_DOTS;
}
