import { assemble, nromFile, type Line } from "./assembler.js";

const SPRITE_PAGE = 0x200;
/** The delays before the sweep: it begins before the picture's first line, or among the sprites. */
export const BEFORE_PICTURE = 1;
export const AMONG_SPRITES = 4;
/** A wait of 1,279 processor cycles, 11 lines. */
const delay = (label: string): Line[] => [["ldx#", 0], label, ["dex"], ["bne", label]];

/**
 * A cartridge that does one thing a frame to the picture's registers, each frame 5 processor cycles
 * (15 dots) later, for 11 lines; then it begins anew. 15 and the 341 dots of a line have no common
 * divisor, and a frame is no whole number of cycles, so that the thing happens at nearly every dot of
 * a line. The upper lines are crowded with sprites, the nametables full of noise. Whatever follows in
 * the frame is left to the picture.
 *
 * @param delays {@link BEFORE_PICTURE} or {@link AMONG_SPRITES}.
 */
export function sweepRom(action: readonly Line[], delays: number): Uint8Array {
  const lines: Line[] = [
    "reset", ["sei"], ["ldx#", 0xff], ["txs"], ["lda#", 0x40], ["sta", 0x4017],
    ["lda#", 0x3f], ["sta", 0x2006], ["lda#", 0], ["sta", 0x2006], ["ldx#", 0],
    "palette", ["txa"], ["sta", 0x2007], ["inx"], ["cpx#", 32], ["bne", "palette"],
    ["lda#", 0x5a], ["sta", 0x21], ["ldx#", 0],
    "sprite", ["lda", 0x21], ["lsr"], ["bcc", "tap"], ["eor#", 0xb8], "tap", ["sta", 0x21],
    ["and#", 0x3f], ["sta,x", SPRITE_PAGE], ["inx"], ["bne", "sprite"],
    ["lda#", 0x2a], ["sta", SPRITE_PAGE],
    ["lda#", 0x20], ["sta", 0x2006], ["sta", 0x2006], ["ldy#", 8],
    "names", ["lda", 0x21], ["lsr"], ["bcc", "tap2"], ["eor#", 0xb8], "tap2", ["sta", 0x21],
    ["sta", 0x2007], ["inx"], ["bne", "names"], ["dey"], ["bne", "names"],
    ["lda#", 0x1e], ["sta", 0x2001], ["lda#", 0x80], ["sta", 0x2000],
    "idle", ["jmp", "idle"],
    "nmi", ["inc", 0x10], ["lda#", 0], ["sta", 0x2003], ["lda#", 2], ["sta", 0x4014],
    ["lda#", 0x1e], ["sta", 0x2001], ["lda#", 0x80], ["sta", 0x2000],
    ["lda#", 0], ["sta", 0x2005], ["sta", 0x2005],
    ...Array.from({ length: delays }, (_, i) => delay(`delay${i}`)).flat(),
    ["ldx", 0x10], "wait", ["dex"], ["bne", "wait"],
    ...action,
    ["rti"],
    "irq", ["rti"],
  ]; // prettier-ignore
  const chr = new Uint8Array(0x2000);
  let seed = 3;
  for (let i = 0; i < chr.length; i++) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    chr[i] = seed >>> 24;
  }
  return nromFile(assemble(lines), chr);
}

const RENDERING_OFF: Line[] = [
  ["lda#", 0x06],
  ["sta", 0x2001],
];
const RENDERING_ON: Line[] = [
  ["lda#", 0x1e],
  ["sta", 0x2001],
];

/** What may happen at any dot, by name. */
export const SWEEPS: readonly (readonly [name: string, action: readonly Line[]])[] = [
  ["rendering off and on at once", [...RENDERING_OFF, ...RENDERING_ON]],
  ["rendering off and on a few lines later", [...RENDERING_OFF, ...delay("off"), ...RENDERING_ON]],
  ["rendering off for the rest of the frame", RENDERING_OFF],
  ["sprites looked through from elsewhere", [["lda", 0x10], ["eor#", 0x5a], ["sta", 0x2003]]],
  [
    "sprites looked through from elsewhere, and a wait for sprite 0",
    [
      ...[["lda", 0x10], ["eor#", 0x5a], ["sta", 0x2003]] as Line[],
      ...["hit", ["lda", 0x2002], ["and#", 0x40], ["beq", "hit"], ["inc", 0x11]] as Line[],
      ...["count", ["inc", 0x12], ["jmp", "count"]] as Line[],
    ],
  ],
  ["sprites copied in the midst of the picture", [["lda#", 2], ["sta", 0x4014]]],
  ["tall sprites and other pictures", [["lda#", 0xb8], ["sta", 0x2000]]],
  ["a read", [["lda", 0x2007], ["lda", 0x2007], ["sta,x", 0x300], ["inc", 0x13]]],
  ["the sound's frames and channels anew", [["lda#", 0xff], ["sta", 0x4017], ["lda#", 0x0f], ["sta", 0x4015]]],
  ["a new address and a read", [["sta", 0x2006], ["sta", 0x2006], ["lda", 0x2007]]],
]; // prettier-ignore
