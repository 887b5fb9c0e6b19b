import { assemble, nromFile, type Line } from "./assembler.js";

const RANDOM = 0x21;

/** One step of an 8-bit Galois generator of period 255; the new number is also in A. */
const random = (label: string): Line[] => [
  ["lda", RANDOM], ["lsr"], ["bcc", label], ["eor#", 0xb8], label, ["sta", RANDOM],
]; // prettier-ignore

/**
 * A cartridge that waits for sprite 0 as the classic does, with everything else left to chance: 64
 * sprites crowded into the top quarter, their size, the pattern tables, scrolling, writes in the
 * middle of a line to scroll, sprite address and mask, and rendering turned off and on again. When
 * the sprite is not hit, the next vertical blank interrupts the wait.
 */
export function splitRom(): Uint8Array {
  const lines: Line[] = [
    "reset", ["sei"], ["ldx#", 0xff], ["txs"], ["lda#", 0x5a], ["sta", RANDOM],
    ["lda#", 0x40], ["sta", 0x4017],
    ["lda#", 0x3f], ["sta", 0x2006], ["lda#", 0], ["sta", 0x2006], ["ldx#", 0],
    "palette", ["txa"], ["sta", 0x2007], ["inx"], ["cpx#", 32], ["bne", "palette"],
    ["lda#", 0x1e], ["sta", 0x2001], ["lda#", 0x80], ["sta", 0x2000],
    "idle", ["jmp", "idle"],
    "nmi", ["inc", 0x10], ["lda", 0x10], ["and#", 7], ["bne", "aligned"],
    ["lda", RANDOM], ["sta", 0x2003], ["jmp", "dma"],
    "aligned", ["lda#", 0], ["sta", 0x2003],
    "dma", ["lda#", 2], ["sta", 0x4014],
    ...random("r1"), ["and#", 0x38], ["ora#", 0x80], ["sta", 0x2000],
    ["lda#", 0x1e], ["sta", 0x2001],
    ...random("r2"), ["sta", 0x2005], ...random("r3"), ["sta", 0x2005],
    ["lda", 0x10], ["and#", 1], ["beq", "gone"],
    // The next frame's sprites, every other frame; it takes into the picture.
    ["ldx#", 0],
    "sprite", ...random("r4"), ["and#", 0x3f], ["sta,x", 0x200], ["inx"], ["bne", "sprite"],
    "gone", ["lda", 0x2002], ["and#", 0x40], ["bne", "gone"],
    "hit", ["lda", 0x2002], ["and#", 0x40], ["beq", "hit"],
    ...random("r5"), ["sta", 0x2005], ["sta", 0x2005],
    ["lda", RANDOM], ["and#", 3], ["bne", "calm"],
    ...random("r6"), ["sta", 0x2003], ["and#", 0xe6], ["sta", 0x2001],
    ["ora#", 0x18], ["sta", 0x2001],
    "calm", ["lda", RANDOM], ["and#", 0x1c], ["bne", "done"],
    ["lda", 0x2004], ["sta", 0x30], ["lda", 0x2007], ["sta", 0x31], ["sta", 0x2007],
    "done", ["rti"],
    "irq", ["rti"],
  ]; // prettier-ignore
  const chr = new Uint8Array(0x2000);
  let seed = 99;
  for (let i = 0; i < chr.length; i++) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    // Empty rows in between, so that hits come late or never.
    chr[i] = (seed >>> 16) & 7 ? 0 : seed >>> 24;
  }
  return nromFile(assemble(lines), chr);
}
