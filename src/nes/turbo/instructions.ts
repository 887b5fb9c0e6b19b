/**
 * How the instructions that {@link runPlainCode} knows find their operand. "Written" means that the
 * operand's place is stored to: there the processor never skips the cycle that mends the address.
 */
type Way = readonly [number: number, cycles: number, opcodes: string];

/** Numbers are those of the cases in `plain-code.ts`; opcodes are hexadecimal. */
const WAYS: readonly Way[] = [
  /* implied, accumulator  */ [1, 2, "0a 4a 2a 6a ea aa a8 ba 8a 9a 98 e8 c8 ca 88 18 38 b8 78"],
  /* immediate             */ [2, 2, "69 29 c9 e0 c0 49 a9 a2 a0 09 e9"],
  /* zero page             */ [3, 3, "65 25 24 c5 e4 c4 45 a5 a6 a4 05 e5 85 86 84"],
  /* zero page, changed    */ [3, 5, "06 c6 e6 46 26 66"],
  /* zero page,X           */ [4, 4, "75 35 d5 55 b5 b4 15 f5 95 94"],
  /* zero page,X, changed  */ [4, 6, "16 d6 f6 56 36 76"],
  /* zero page,Y           */ [5, 4, "b6 96"],
  /* absolute              */ [6, 4, "6d 2d 2c cd ec cc 4d ad ae ac 0d ed"],
  /* absolute,X            */ [7, 4, "7d 3d dd 5d bd bc 1d fd"],
  /* absolute,Y            */ [8, 4, "79 39 d9 59 b9 be 19 f9"],
  /* (indirect,X)          */ [9, 6, "61 21 c1 41 a1 01 e1"],
  /* (indirect),Y          */ [10, 5, "71 31 d1 51 b1 11 f1"],
  /* absolute, written     */ [11, 4, "8d 8e 8c"],
  /* absolute, changed     */ [11, 6, "0e ce ee 4e 2e 6e"],
  /* absolute,X, written   */ [12, 5, "9d"],
  /* absolute,X, changed   */ [12, 7, "1e de fe 5e 3e 7e"],
  /* absolute,Y, written   */ [13, 5, "99"],
  /* (indirect,X), written */ [14, 6, "81"],
  /* (indirect),Y, written */ [15, 6, "91"],
  /* relative              */ [16, 2, "10 30 50 70 90 b0 d0 f0"],
  /* jumps and the stack   */ [17, 3, "4c 48"],
  /* the same              */ [17, 4, "68"],
  /* the same              */ [17, 5, "6c"],
  /* the same              */ [17, 6, "20 60"],
];

/** 0 for an opcode that is left to jsnes. */
export const WAY = new Uint8Array(256);
/** Without what crossing a page or branching adds. */
export const CYCLES = new Uint8Array(256);
for (const [way, cycles, opcodes] of WAYS) {
  for (const opcode of opcodes.split(" ")) {
    WAY[Number.parseInt(opcode, 16)] = way;
    CYCLES[Number.parseInt(opcode, 16)] = cycles;
  }
}
/** Of any instruction in the tables. */
export const LONGEST_INSTRUCTION_CYCLES = 7;
