import { assemble, nromFile, type Line } from "./assembler.js";

const RANDOM = 0x21;
/** Above and below the sprites that are redrawn each frame. */
const SPRITE_PAGE = 0x200;

/** One step of an 8-bit Galois generator of period 255; the new number is also in A. */
const random = (label: string): Line[] => [
  ["lda", RANDOM], ["lsr"], ["bcc", label], ["eor#", 0xb8], label, ["sta", RANDOM],
]; // prettier-ignore

/** What the cartridge does between two pauses, each on its own label. */
const ACTIONS: readonly (readonly Line[])[] = [
  // Rendering off and soon on again, which corrupts OAM when it happens within a line.
  [["and#", 0xe6], ["sta", 0x2001], ["ora#", 0x18], ["sta", 0x2001]],
  // Off for longer: until some later action or the next frame.
  [["and#", 0xe1], ["sta", 0x2001]],
  [["ora#", 0x18], ["sta", 0x2001]],
  [["sta", 0x2003]],
  [["and#", 0x3b], ["ora#", 0x80], ["sta", 0x2000]],
  [["sta", 0x2005], ...random("r10"), ["sta", 0x2005]],
  [["sta", 0x2006], ...random("r11"), ["sta", 0x2006], ["lda", RANDOM], ["sta", 0x2007]],
  [["lda", 0x2004], ["sta", 0x30], ["lda", 0x2007], ["sta", 0x31], ["lda", 0x2002], ["sta", 0x32]],
  // Sprites looked through from elsewhere, so that another may count as sprite 0, and a wait for it.
  [["sta", 0x2003], "hit", ["lda", 0x2002], ["and#", 0x40], ["beq", "hit"]],
  ["gone", ["lda", 0x2002], ["and#", 0x40], ["bne", "gone"]],
]; // prettier-ignore

/**
 * A cartridge that touches the picture's registers at any moment of a frame, also in the middle of
 * lines and before the first, with pauses of up to eleven lines. Each vertical blank starts it anew
 * with rendering on, and with 64 sprites of which sprite 0 is low on the screen. It counts in RAM how
 * often each action came and how long, after the last pause, there was until the next vertical blank.
 */
export function chaosRom(): Uint8Array {
  const choice = ACTIONS.flatMap((action, i): Line[] => [
    `try${i}`, ["cmp#", i], ["bne", `try${i + 1}`],
    ["inc", 0x40 + i], ["lda", RANDOM], ...action, ["jmp", "pause"],
  ]); // prettier-ignore
  const lines: Line[] = [
    "reset", ["sei"], ["ldx#", 0xff], ["txs"], ["lda#", 0x5a], ["sta", RANDOM],
    ["lda#", 0x40], ["sta", 0x4017],
    ["lda#", 0x3f], ["sta", 0x2006], ["lda#", 0], ["sta", 0x2006], ["ldx#", 0],
    "palette", ["txa"], ["sta", 0x2007], ["inx"], ["cpx#", 32], ["bne", "palette"],
    ["ldx#", 0],
    "sprite", ...random("r0"), ["sta,x", SPRITE_PAGE], ["inx"], ["bne", "sprite"],
    ["lda#", 0x1e], ["sta", 0x2001], ["lda#", 0x80], ["sta", 0x2000],
    "idle", ["inc", 0x11], ["jmp", "idle"],
    "nmi", ["ldx#", 0xff], ["txs"], ["inc", 0x10],
    // Some of the sprites move; sprite 0 stays low.
    ["ldx#", 0],
    "move", ...random("r1"), ["tax"], ...random("r2"), ["sta,x", SPRITE_PAGE],
    ["inc", 0x12], ["lda", 0x12], ["and#", 7], ["bne", "move"],
    ["lda", RANDOM], ["and#", 0x1f], ["ora#", 0xc0], ["sta", SPRITE_PAGE],
    ["lda#", 0], ["sta", 0x2003], ["lda#", 2], ["sta", 0x4014],
    ["lda#", 0x1e], ["sta", 0x2001], ["lda#", 0x80], ["sta", 0x2000],
    "pause", ...random("r3"), ["tax"], "wait", ["dex"], ["bne", "wait"],
    ...random("r4"), ["and#", 0x0f],
    ...choice,
    `try${ACTIONS.length}`, ["lda", RANDOM], ["and#", 0x0f], ["bne", "pause"],
    "rest", ["inc", 0x13], ["jmp", "rest"],
    "irq", ["rti"],
  ]; // prettier-ignore
  const chr = new Uint8Array(0x2000);
  let seed = 7;
  for (let i = 0; i < chr.length; i++) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    // Half of all rows are empty, so that hits come late at times.
    chr[i] = (seed >>> 16) & 1 ? 0 : seed >>> 24;
  }
  return nromFile(assemble(lines), chr);
}
