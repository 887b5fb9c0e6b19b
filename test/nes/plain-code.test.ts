import type { JsnesCpu } from "jsnes";
import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { Emulator } from "../../src/nes/emulator.js";
import { LONGEST_INSTRUCTION_CYCLES, WAY } from "../../src/nes/turbo/instructions.js";
import { runPlainCode } from "../../src/nes/turbo/plain-code.js";
import { runnerRom } from "./runner-rom.js";

const TRIALS = 150;
const PLAIN = Array.from({ length: 256 }, (_, opcode) => opcode).filter((op) => WAY[op] !== 0);

interface Moment {
  readonly pc: number;
  readonly bytes: readonly [number, number, number];
  readonly registers: readonly [a: number, x: number, y: number, sp: number];
  /** Carry, sign, overflow, interrupts off. */
  readonly flags: readonly [number, number, number, number];
  readonly lastResult: number;
}

describe("plain code", () => {
  const rng = new Rng(11);
  let stock: Emulator;
  let plain: Emulator;
  let start: Uint8Array;
  let ram: Uint8Array;

  beforeAll(() => {
    stock = new Emulator(runnerRom(), { turbo: false });
    plain = new Emulator(runnerRom(), { turbo: false });
    for (let i = 0; i < 3; i++) stock.stepFrame(0);
    start = stock.saveState();
    ram = Uint8Array.from({ length: 0x800 }, () => rng.integer(256));
    // A program of noise, the same in both; it is no part of a save state.
    const program = Uint8Array.from({ length: 0x8000 }, () => rng.integer(256));
    for (const { nes } of [stock, plain]) nes.cpu.mem.set(program, 0x8000);
  });

  /** High bytes that meet RAM, its mirrors, registers, the cartridge's RAM and its program. */
  function randomHigh(): number {
    return [rng.integer(8), rng.integer(32), 0x1f, 0x20 + rng.integer(0x60), 0x7f, 0xff][
      rng.integer(6)
    ];
  }

  function randomMoment(opcode: number): Moment {
    const high = rng.integer(3) === 0 ? 0x80 + rng.integer(128) : randomHigh();
    const byte = () => rng.integer(256);
    const bit = () => rng.integer(2);
    return {
      pc: 0x8000 + rng.integer(0x7ff0),
      bytes: [opcode, byte(), high],
      registers: [byte(), byte(), byte(), byte()],
      flags: [bit(), bit(), bit(), bit()],
      lastResult: bit() * byte(),
    };
  }

  function prepare(emulator: Emulator, moment: Moment): JsnesCpu {
    emulator.restoreState(start);
    const { cpu } = emulator.nes;
    emulator.ram.set(ram);
    cpu.mem.set(moment.bytes, moment.pc);
    cpu.REG_PC = moment.pc;
    [cpu.REG_ACC, cpu.REG_X, cpu.REG_Y, cpu.REG_SP] = moment.registers;
    [cpu.F_CARRY, cpu.F_SIGN, cpu.F_OVERFLOW, cpu.F_INTERRUPT] = moment.flags;
    cpu.F_ZERO = moment.lastResult;
    // No interrupt is underway.
    cpu.irqFlags = 0;
    cpu.needNmi = cpu.prevNeedNmi = false;
    cpu.nmiLine = emulator.nes.ppu.nmiOutput;
    return cpu;
  }

  function values(cpu: JsnesCpu) {
    const { REG_PC, REG_ACC, REG_X, REG_Y, REG_SP, cycles, dataBus } = cpu;
    const { F_CARRY, F_ZERO, F_SIGN, F_OVERFLOW, F_INTERRUPT } = cpu;
    const registers = [REG_PC, REG_ACC, REG_X, REG_Y, REG_SP];
    const flags = [F_CARRY, F_ZERO, F_SIGN, F_OVERFLOW, F_INTERRUPT];
    return { registers, flags, cycles, dataBus };
  }

  /** The instruction by jsnes. @returns the addresses on the bus that are neither RAM nor program. */
  function runStock(cpu: JsnesCpu): number[] {
    const met: number[] = [];
    const note = (address: number) => {
      if (address >= 0x2000 && address < 0x8000) met.push(address);
    };
    const spied = cpu as unknown as Record<"read" | "write", (...args: number[]) => number>;
    const { read, write } = spied;
    spied.read = (address) => (note(address), read.call(cpu, address));
    spied.write = (address, value) => {
      note(address >= 0x8000 ? 0x2000 : address);
      return write.call(cpu, address, value);
    };
    try {
      cpu.emulate();
    } finally {
      // Back to the methods of the class.
      Reflect.deleteProperty(cpu, "read");
      Reflect.deleteProperty(cpu, "write");
    }
    return met;
  }

  /** A store whose address goes past the end of memory, to its beginning. */
  function mayWrap({ bytes: [opcode, operand, high] }: Moment): boolean {
    if (opcode === 0x91) return ram[(operand + 1) & 0xff] === 0xff;
    return high === 0xff && [12, 13].includes(WAY[opcode]);
  }

  it("knows all official instructions but those that let interrupts in or are rare", () => {
    // PHP, PLP, RTI, BRK, CLI, CLD, SED
    expect(PLAIN.length).toBe(151 - 7);
  });

  it.each(PLAIN.map((opcode) => [opcode.toString(16).padStart(2, "0"), opcode] as const))(
    "opcode %s does what jsnes does, or leaves it alone",
    (_name, opcode) => {
      let done = 0;
      for (let trial = 0; trial < TRIALS; trial++) {
        const moment = randomMoment(opcode);
        const expected = prepare(stock, moment);
        const actual = prepare(plain, moment);
        const before = values(actual);
        // Time for one instruction, and not for a second.
        runPlainCode(actual, actual.cycles + LONGEST_INSTRUCTION_CYCLES);
        const met = runStock(expected);
        const isLeft = actual.cycles === before.cycles;
        if (isLeft) {
          expect(values(actual)).toEqual(before);
          expect(Buffer.compare(plain.ram, ram)).toBe(0);
          const { REG_PC } = expected;
          const isLoop = REG_PC === moment.pc || moment.bytes[1] === 0xfe;
          const isOutside = REG_PC < 0x8000 || REG_PC > 0xfff0;
          const reasons = [met.length > 0, isLoop, isOutside, mayWrap(moment)];
          expect(reasons, JSON.stringify(moment)).toContain(true);
        } else {
          done++;
          expect(met).toEqual([]);
          expect(values(actual), JSON.stringify(moment)).toEqual(values(expected));
          expect(Buffer.compare(plain.ram, stock.ram)).toBe(0);
        }
      }
      expect(done).toBeGreaterThan(TRIALS / 10);
    },
  );

  it("stops in time: no instruction ends after the given cycle", () => {
    const cpu = prepare(plain, randomMoment(0xea));
    cpu.mem.fill(0xea, 0x9000, 0x9800);
    cpu.REG_PC = 0x9000;
    const from = cpu.cycles;
    for (let time = 0; time < 40; time++) {
      const before = cpu.cycles;
      runPlainCode(cpu, before + time);
      expect(cpu.cycles).toBeLessThanOrEqual(before + time);
      expect(cpu.cycles - before).toBeGreaterThan(time - LONGEST_INSTRUCTION_CYCLES - 2);
    }
    expect(cpu.REG_PC - 0x9000).toBe((cpu.cycles - from) / 2);
  });
});
