/** Just enough of a 6502 assembler to write test cartridges in TypeScript. */
const OPCODES = {
  "adc#": 0x69, "and#": 0x29, "asl": 0x0a, "bcc": 0x90, "bcs": 0xb0, "beq": 0xf0, "bit": 0x2c,
  "bmi": 0x30, "bne": 0xd0, "bpl": 0x10, "clc": 0x18, "cld": 0xd8, "cli": 0x58, "cmp#": 0xc9, "cpx#": 0xe0,
  "cmp": 0xcd, "dec": 0xce, "dex": 0xca, "dey": 0x88, "eor#": 0x49, "eor": 0x4d, "inc": 0xee, "inx": 0xe8,
  "iny": 0xc8, "jmp": 0x4c, "jsr": 0x20, "lda#": 0xa9, "lda": 0xad, "lda,x": 0xbd, "ldx#": 0xa2,
  "ldx": 0xae, "ldy#": 0xa0, "lsr": 0x4a, "ora#": 0x09, "ora": 0x0d, "rol": 0x2e, "rti": 0x40,
  "rts": 0x60, "sbc#": 0xe9, "sec": 0x38, "sei": 0x78, "sta": 0x8d, "sta,x": 0x9d, "stx": 0x8e,
  "tax": 0xaa, "txa": 0x8a, "txs": 0x9a,
} as const; // prettier-ignore

type Mnemonic = keyof typeof OPCODES;
const BRANCHES = new Set(["bcc", "bcs", "beq", "bmi", "bne", "bpl"]);

/** One instruction (`["lda#", 3]`), or a label (`"loop"`). A string operand is a label. */
export type Line = string | readonly [Mnemonic, (number | string)?];

/** Assembles at 0x8000. @returns the program and the address of every label. */
export function assemble(lines: readonly Line[]): {
  program: Uint8Array;
  labels: ReadonlyMap<string, number>;
} {
  const labels = new Map<string, number>();
  let address = 0x8000;
  for (const line of lines) {
    if (typeof line === "string") labels.set(line, address);
    else address += sizeOf(line);
  }
  const bytes: number[] = [];
  for (const line of lines) {
    if (typeof line === "string") continue;
    const [mnemonic, operand] = line;
    const value = typeof operand === "string" ? labels.get(operand)! : operand;
    const next = 0x8000 + bytes.length + 2;
    bytes.push(OPCODES[mnemonic]);
    if (value === undefined) continue;
    if (BRANCHES.has(mnemonic)) bytes.push((value - next) & 0xff);
    else if (mnemonic.endsWith("#")) bytes.push(value & 0xff);
    else bytes.push(value & 0xff, value >> 8);
  }
  return { program: Uint8Array.from(bytes), labels };
}

function sizeOf([mnemonic, operand]: Exclude<Line, string>): number {
  if (operand === undefined) return 1;
  return mnemonic.endsWith("#") || BRANCHES.has(mnemonic) ? 2 : 3;
}

/** An iNES file with 32 KiB of program and 8 KiB of pictures, vertical mirroring. */
export function nromFile(
  { program, labels }: ReturnType<typeof assemble>,
  chr: Uint8Array,
): Uint8Array {
  const file = new Uint8Array(16 + 0x8000 + 0x2000);
  file.set([0x4e, 0x45, 0x53, 0x1a, 2, 1, 0x01, 0]);
  file.set(program, 16);
  const vectors = ["nmi", "reset", "irq"].map((label) => labels.get(label)!);
  vectors.forEach((vector, i) => {
    file.set([vector & 0xff, vector >> 8], 16 + 0x7ffa + 2 * i);
  });
  file.set(chr, 16 + 0x8000);
  return file;
}
