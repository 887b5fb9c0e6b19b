import type { JsnesCpu } from "jsnes";
import { CYCLES, LONGEST_INSTRUCTION_CYCLES, WAY } from "./instructions.js";

/** Addresses below are the console's RAM, 2 KiB repeated. */
const RAM_END = 0x2000;
const RAM_MASK = 0x7ff;
/** Addresses from here on are the cartridge's program. */
const PROGRAM = 0x8000;
/** So near to the end that an instruction could wrap around is left to jsnes. */
const LAST_PC = 0xfff0;
const STACK = 0x100;
const TO_ITSELF = 0xfe;

/**
 * Runs instructions that touch nothing but RAM and program, a 6502 without the rest of the console:
 * while no event is due, nothing else can notice them. jsnes's processor goes through the picture
 * unit, the sound unit and the interrupt lines in every cycle instead.
 *
 * Stops before the first instruction that reads or writes a hardware register, that changes which
 * interrupts are let in, that waits in a loop of its own (see {@link skipIdle}), or that the tables
 * do not know, and where the time is up. Registers, flags (`F_ZERO` holds the last result, as in
 * jsnes) and data bus are then what jsnes's would be.
 *
 * @param untilCycle the last cycle in which nothing else happens.
 */
export function runPlainCode(cpu: JsnesCpu, untilCycle: number): void {
  const { mem } = cpu;
  const lastStart = untilCycle - LONGEST_INSTRUCTION_CYCLES;
  let cycles = cpu.cycles;
  let pc = cpu.REG_PC;
  if (cycles > lastStart || pc < PROGRAM || WAY[mem[pc]] === 0) return;
  let a = cpu.REG_ACC;
  let x = cpu.REG_X;
  let y = cpu.REG_Y;
  let sp = cpu.REG_SP;
  let carry = cpu.F_CARRY;
  let zero = cpu.F_ZERO;
  let sign = cpu.F_SIGN;
  let overflow = cpu.F_OVERFLOW;
  let bus = cpu.dataBus;

  run: while (cycles <= lastStart && pc >= PROGRAM && pc <= LAST_PC) {
    const opcode = mem[pc];
    const operand = mem[pc + 1];
    let length = 2;
    let taken = CYCLES[opcode];
    let address = operand;
    let value = operand;

    const way = WAY[opcode];

    switch (way) {
      case 1: // implied: reads the next byte in vain
        length = 1;
        break;
      case 2: // immediate
        break;
      case 3: // zero page
        value = mem[address];
        break;
      case 4: // zero page,X
        address = (operand + x) & 0xff;
        value = mem[address];
        break;
      case 5: // zero page,Y
        address = (operand + y) & 0xff;
        value = mem[address];
        break;
      case 6: // absolute
        length = 3;
        address = operand | (mem[pc + 2] << 8);
        if (address < RAM_END) value = mem[address & RAM_MASK];
        else if (address >= PROGRAM) value = mem[address];
        else break run;
        break;
      case 7: // absolute,X
      case 8: {
        // absolute,Y
        length = 3;
        const base = operand | (mem[pc + 2] << 8);
        address = (base + (way === 7 ? x : y)) & 0xffff;
        if (((address ^ base) & 0xff00) !== 0) {
          if (isHardware((base & 0xff00) | (address & 0xff))) break run;
          taken++;
        }
        if (address < RAM_END) value = mem[address & RAM_MASK];
        else if (address >= PROGRAM) value = mem[address];
        else break run;
        break;
      }
      case 9: {
        // (indirect,X)
        const pointer = (operand + x) & 0xff;
        address = mem[pointer] | (mem[(pointer + 1) & 0xff] << 8);
        if (address < RAM_END) value = mem[address & RAM_MASK];
        else if (address >= PROGRAM) value = mem[address];
        else break run;
        break;
      }
      case 10: {
        // (indirect),Y
        const base = mem[operand] | (mem[(operand + 1) & 0xff] << 8);
        address = (base + y) & 0xffff;
        if (((address ^ base) & 0xff00) !== 0) {
          if (isHardware((base & 0xff00) | (address & 0xff))) break run;
          taken++;
        }
        if (address < RAM_END) value = mem[address & RAM_MASK];
        else if (address >= PROGRAM) value = mem[address];
        else break run;
        break;
      }
      case 11: // absolute, written
        length = 3;
        address = operand | (mem[pc + 2] << 8);
        if (address >= RAM_END) break run;
        address &= RAM_MASK;
        value = mem[address];
        break;
      case 12: // absolute,X, written
      case 13: {
        // absolute,Y, written
        length = 3;
        const base = operand | (mem[pc + 2] << 8);
        address = (base + (way === 12 ? x : y)) & 0xffff;
        // The first try is on the page of the base.
        if (address >= RAM_END || base >= RAM_END) break run;
        address &= RAM_MASK;
        value = mem[address];
        break;
      }
      case 14: {
        // (indirect,X), written
        const pointer = (operand + x) & 0xff;
        address = mem[pointer] | (mem[(pointer + 1) & 0xff] << 8);
        if (address >= RAM_END) break run;
        address &= RAM_MASK;
        break;
      }
      case 15: {
        // (indirect),Y, written
        const base = mem[operand] | (mem[(operand + 1) & 0xff] << 8);
        address = (base + y) & 0xffff;
        if (address >= RAM_END || base >= RAM_END) break run;
        address &= RAM_MASK;
        break;
      }
      case 16: {
        // A branch: bits 7 and 6 say on which flag, bit 5 on which value of it.
        if (operand === TO_ITSELF) break run;
        const which = opcode >> 6;
        const flag =
          which === 3 ? (zero === 0 ? 1 : 0) : which === 2 ? carry : which === 1 ? overflow : sign;
        pc += 2;
        cycles += 2;
        bus = operand;
        if (flag !== ((opcode >> 5) & 1)) continue;
        const target = (pc + ((operand << 24) >> 24)) & 0xffff;
        cycles++;
        bus = mem[pc];
        if (((target ^ pc) & 0xff00) !== 0) {
          cycles++;
          bus = mem[(pc & 0xff00) | (target & 0xff)];
        }
        pc = target;
        continue;
      }
      case 17: // does not read an operand, see below
        value = bus;
        break;
      default:
        break run;
    }

    bus = value;
    // prettier-ignore
    switch (opcode) {
      // LDA
      case 0xa9: case 0xa5: case 0xb5: case 0xad: case 0xbd: case 0xb9: case 0xa1: case 0xb1:
        a = zero = value;
        sign = value >> 7;
        break;
      // LDX
      case 0xa2: case 0xa6: case 0xb6: case 0xae: case 0xbe:
        x = zero = value;
        sign = value >> 7;
        break;
      // LDY
      case 0xa0: case 0xa4: case 0xb4: case 0xac: case 0xbc:
        y = zero = value;
        sign = value >> 7;
        break;
      // STA
      case 0x85: case 0x95: case 0x8d: case 0x9d: case 0x99: case 0x81: case 0x91:
        mem[address] = bus = a;
        break;
      // STX
      case 0x86: case 0x96: case 0x8e:
        mem[address] = bus = x;
        break;
      // STY
      case 0x84: case 0x94: case 0x8c:
        mem[address] = bus = y;
        break;
      // ADC
      case 0x69: case 0x65: case 0x75: case 0x6d: case 0x7d: case 0x79: case 0x61: case 0x71: {
        const sum = a + value + carry;
        overflow = ((a ^ sum) & (value ^ sum) & 0x80) >> 7;
        carry = sum >> 8;
        a = zero = sum & 0xff;
        sign = a >> 7;
        break;
      }
      // SBC
      case 0xe9: case 0xe5: case 0xf5: case 0xed: case 0xfd: case 0xf9: case 0xe1: case 0xf1: {
        const inverse = value ^ 0xff;
        const sum = a + inverse + carry;
        overflow = ((a ^ sum) & (inverse ^ sum) & 0x80) >> 7;
        carry = sum >> 8;
        a = zero = sum & 0xff;
        sign = a >> 7;
        break;
      }
      // AND
      case 0x29: case 0x25: case 0x35: case 0x2d: case 0x3d: case 0x39: case 0x21: case 0x31:
        a = zero = a & value;
        sign = a >> 7;
        break;
      // ORA
      case 0x09: case 0x05: case 0x15: case 0x0d: case 0x1d: case 0x19: case 0x01: case 0x11:
        a = zero = a | value;
        sign = a >> 7;
        break;
      // EOR
      case 0x49: case 0x45: case 0x55: case 0x4d: case 0x5d: case 0x59: case 0x41: case 0x51:
        a = zero = a ^ value;
        sign = a >> 7;
        break;
      // CMP
      case 0xc9: case 0xc5: case 0xd5: case 0xcd: case 0xdd: case 0xd9: case 0xc1: case 0xd1:
        carry = a >= value ? 1 : 0;
        zero = (a - value) & 0xff;
        sign = zero >> 7;
        break;
      // CPX
      case 0xe0: case 0xe4: case 0xec:
        carry = x >= value ? 1 : 0;
        zero = (x - value) & 0xff;
        sign = zero >> 7;
        break;
      // CPY
      case 0xc0: case 0xc4: case 0xcc:
        carry = y >= value ? 1 : 0;
        zero = (y - value) & 0xff;
        sign = zero >> 7;
        break;
      // BIT
      case 0x24: case 0x2c:
        sign = value >> 7;
        overflow = (value >> 6) & 1;
        zero = value & a;
        break;
      // INC
      case 0xe6: case 0xf6: case 0xee: case 0xfe:
        mem[address] = bus = zero = (value + 1) & 0xff;
        sign = zero >> 7;
        break;
      // DEC
      case 0xc6: case 0xd6: case 0xce: case 0xde:
        mem[address] = bus = zero = (value - 1) & 0xff;
        sign = zero >> 7;
        break;
      // ASL
      case 0x06: case 0x16: case 0x0e: case 0x1e:
        carry = value >> 7;
        mem[address] = bus = zero = (value << 1) & 0xff;
        sign = zero >> 7;
        break;
      // LSR
      case 0x46: case 0x56: case 0x4e: case 0x5e:
        carry = value & 1;
        mem[address] = bus = zero = value >> 1;
        sign = 0;
        break;
      // ROL
      case 0x26: case 0x36: case 0x2e: case 0x3e:
        mem[address] = bus = zero = ((value << 1) | carry) & 0xff;
        carry = value >> 7;
        sign = zero >> 7;
        break;
      // ROR
      case 0x66: case 0x76: case 0x6e: case 0x7e:
        mem[address] = bus = zero = (value >> 1) | (carry << 7);
        carry = value & 1;
        sign = zero >> 7;
        break;
      // ASL, LSR, ROL, ROR of A
      case 0x0a:
        carry = a >> 7;
        a = zero = (a << 1) & 0xff;
        sign = a >> 7;
        break;
      case 0x4a:
        carry = a & 1;
        a = zero = a >> 1;
        sign = 0;
        break;
      case 0x2a:
        zero = ((a << 1) | carry) & 0xff;
        carry = a >> 7;
        a = zero;
        sign = a >> 7;
        break;
      case 0x6a:
        zero = (a >> 1) | (carry << 7);
        carry = a & 1;
        a = zero;
        sign = a >> 7;
        break;
      // TAX, TAY, TXA, TYA, TSX, TXS
      case 0xaa:
        x = zero = a;
        sign = a >> 7;
        break;
      case 0xa8:
        y = zero = a;
        sign = a >> 7;
        break;
      case 0x8a:
        a = zero = x;
        sign = a >> 7;
        break;
      case 0x98:
        a = zero = y;
        sign = a >> 7;
        break;
      case 0xba:
        x = zero = sp;
        sign = x >> 7;
        break;
      case 0x9a:
        sp = x;
        break;
      // INX, INY, DEX, DEY
      case 0xe8:
        x = zero = (x + 1) & 0xff;
        sign = x >> 7;
        break;
      case 0xc8:
        y = zero = (y + 1) & 0xff;
        sign = y >> 7;
        break;
      case 0xca:
        x = zero = (x - 1) & 0xff;
        sign = x >> 7;
        break;
      case 0x88:
        y = zero = (y - 1) & 0xff;
        sign = y >> 7;
        break;
      // CLC, SEC, CLV, NOP; SEI, which no interrupt waits for here
      case 0x18:
        carry = 0;
        break;
      case 0x38:
        carry = 1;
        break;
      case 0xb8:
        overflow = 0;
        break;
      case 0xea:
        break;
      case 0x78:
        cpu.F_INTERRUPT = 1;
        break;
      // PHA, PLA
      case 0x48:
        length = 1;
        mem[STACK | sp] = bus = a;
        sp = (sp - 1) & 0xff;
        break;
      case 0x68:
        length = 1;
        sp = (sp + 1) & 0xff;
        a = bus = zero = mem[STACK | sp];
        sign = a >> 7;
        break;
      // JSR pushes the address of its own last byte; RTS reads that byte again, in vain.
      case 0x20:
        mem[STACK | sp] = (pc + 2) >> 8;
        mem[STACK | ((sp - 1) & 0xff)] = (pc + 2) & 0xff;
        sp = (sp - 2) & 0xff;
        bus = mem[pc + 2];
        pc = operand | (bus << 8);
        length = 0;
        break;
      case 0x60: {
        const low = mem[STACK | ((sp + 1) & 0xff)];
        const back = low | (mem[STACK | ((sp + 2) & 0xff)] << 8);
        if (back < PROGRAM || back > LAST_PC) break run;
        sp = (sp + 2) & 0xff;
        bus = mem[back];
        pc = back + 1;
        length = 0;
        break;
      }
      // JMP, JMP (indirect), whose pointer does not leave its page
      case 0x4c: {
        const target = operand | (mem[pc + 2] << 8);
        if (target === pc) break run;
        bus = target >> 8;
        pc = target;
        length = 0;
        break;
      }
      case 0x6c: {
        const pointer = operand | (mem[pc + 2] << 8);
        if (isHardware(pointer)) break run;
        const mask = pointer < RAM_END ? RAM_MASK : 0xffff;
        const next = (pointer & 0xff00) | ((pointer + 1) & 0xff);
        bus = mem[next & mask];
        pc = mem[pointer & mask] | (bus << 8);
        length = 0;
        break;
      }
    }
    pc += length;
    cycles += taken;
  }

  cpu.REG_PC = pc;
  cpu.REG_ACC = a;
  cpu.REG_X = x;
  cpu.REG_Y = y;
  cpu.REG_SP = sp;
  cpu.F_CARRY = carry;
  cpu.F_ZERO = zero;
  cpu.F_SIGN = sign;
  cpu.F_OVERFLOW = overflow;
  cpu.dataBus = bus;
  cpu.cycles = cycles;
}

function isHardware(address: number): boolean {
  return address >= RAM_END && address < PROGRAM;
}
