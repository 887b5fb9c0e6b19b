import type { NES } from "jsnes";

const JMP_ABSOLUTE = 0x4c;
/** Opcodes of the eight branches: xxx10000. */
const BRANCH = 0x10;
const BRANCH_MASK = 0x1f;
/** The offset by which a branch jumps to itself. */
const TO_ITSELF = 0xfe;
/** Both take 3 cycles, and in a cycle the picture advances by 3 dots. */
export const LOOP_CYCLES = 3;
const LOOP_DOTS = 3 * LOOP_CYCLES;

/**
 * When the processor has just gone once round a jump to itself, goes on round it until just before
 * something can happen: the picture's next event (vertical blank and whatever else jsnes counts as
 * one) or the sound's (frame counter, sample fetch). jsnes leaves PPU and APU alone between events,
 * so what a cycle changes there is the counters below and nothing else; the last times round,
 * with the event in them, are left to jsnes.
 *
 * @param pc where the instruction that was run is, and where the processor is again.
 */
export function skipIdle(nes: NES, pc: number): void {
  const { cpu, ppu } = nes;
  const { mem } = cpu;
  if (ppu.frameEnded) return;
  // Elsewhere a fetch may have effects: hardware registers, a cartridge that watches reads.
  if (pc < 0x8000 || pc > 0xfffd || !cpu.directPrgReads) return;
  const opcode = mem[pc];
  if (opcode === JMP_ABSOLUTE) {
    if ((mem[pc + 1] | (mem[pc + 2] << 8)) !== pc) return;
  } else if ((opcode & BRANCH_MASK) !== BRANCH || mem[pc + 1] !== TO_ITSELF) return;
  if (!isQuiet(nes)) return;

  const untilPicture = Math.floor((ppu.nextEventDot - ppu.dotTarget) / LOOP_DOTS);
  const untilSound = Math.floor((nes.papu.nextEventCycle - 1 - cpu.cycles) / LOOP_CYCLES);
  const rounds = Math.min(untilPicture, untilSound);
  if (rounds <= 0) return;
  cpu.cycles += rounds * LOOP_CYCLES;
  ppu.dotTarget += rounds * LOOP_DOTS;
  // The last read of either: the jump's third byte, or what follows the branch.
  cpu.dataBus = mem[pc + 2];
}

/** Whether nothing is underway that would make the next round of a loop differ from the one after. */
export function isQuiet({ cpu, ppu }: NES): boolean {
  if (cpu.needNmi || cpu.prevNeedNmi || cpu.nmiLine !== ppu.nmiOutput) return false;
  if (cpu.runIrq || cpu.prevRunIrq || (cpu.irqFlags !== 0 && cpu.F_INTERRUPT === 0)) return false;
  return !cpu.dmaNeedHalt && !cpu.resetPending;
}
