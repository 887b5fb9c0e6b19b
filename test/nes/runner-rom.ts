import { assemble, nromFile, type Line } from "./assembler.js";

/*
 * A cartridge for tests, made of nothing but the RAM contract: a title that waits for Start, a
 * loading screen, a clock, a runner who moves 2 pixels a frame, a pit at x = 400 to 415 that is
 * crossed by holding A, and a flagpole at x = 3160. It scribbles over its screen, plays sound and
 * samples, splits the screen at sprite 0 and keeps a random number, so that a forgotten piece of
 * emulator state shows.
 */
export const RUNNER = {
  startX: 40,
  pixelsPerFrame: 2,
  pitX: 400,
  pitEndX: 416,
  flagX: 3160,
  framesPerTick: 24,
} as const;

const PAD = 0x20; // A 0x80, B 0x40, select, start 0x10, up, down 4, left 2, right 1
const RANDOM = 0x21;
const TICK = 0x22;
const SCROLL = 0x23;

const clearRam: Line[] = [
  ...(["sei", "cld"] as const).map((name): Line => [name]),
  ["ldx#", 0xff], ["txs"],
  ["lda#", 0], ["sta", 0x2000], ["sta", 0x2001],
  "vblank1", ["bit", 0x2002], ["bpl", "vblank1"],
  ["ldx#", 0], ["lda#", 0],
  "clear",
  ...[0, 0x300, 0x400, 0x500, 0x600, 0x700].map((page): Line => ["sta,x", page]),
  ["inx"], ["bne", "clear"],
  "hide", ["lda#", 0xf0], ["sta,x", 0x200], ["inx"], ["bne", "hide"],
  "vblank2", ["bit", 0x2002], ["bpl", "vblank2"],
]; // prettier-ignore

const drawScreen: Line[] = [
  ["lda#", 0x3f], ["sta", 0x2006], ["lda#", 0], ["sta", 0x2006], ["ldx#", 0],
  "palette", ["txa"], ["asl"], ["adc#", 0x01], ["and#", 0x3f], ["sta", 0x2007],
  ["inx"], ["cpx#", 32], ["bne", "palette"],
  ["lda#", 0x20], ["sta", 0x2006], ["lda#", 0], ["sta", 0x2006], ["ldy#", 0],
  "rows", ["ldx#", 0],
  "row", ["txa"], ["and#", 0x0f], ["sta", 0x2007], ["inx"], ["bne", "row"],
  ["iny"], ["txa"], ["lda#", 0], ["sta", RANDOM],
  ...Array.from({ length: 7 }, (_, i): Line[] => [
    ["ldx#", 0], `rows${i}`, ["txa"], ["and#", 0x07 + i], ["sta", 0x2007], ["inx"], ["bne", `rows${i}`],
  ]).flat(),
  // Sprite 0 over a line of solid tiles; sprite 1 is the player.
  ["lda#", 22], ["sta", 0x200], ["lda#", 1], ["sta", 0x201], ["lda#", 0], ["sta", 0x202],
  ["lda#", 88], ["sta", 0x203], ["lda#", 2], ["sta", 0x205], ["lda#", 100], ["sta", 0x207],
  ["lda#", 0x5a], ["sta", RANDOM],
  // Sound: two squares, triangle, noise, and a looping sample fetched by DMA.
  ["lda#", 0x1f], ["sta", 0x4015], ["lda#", 0x4e], ["sta", 0x4010], ["lda#", 0x00], ["sta", 0x4012],
  ["lda#", 0x04], ["sta", 0x4013], ["lda#", 0x1f], ["sta", 0x4015], ["lda#", 0x86], ["sta", 0x4000],
  ["lda#", 0x40], ["sta", 0x4017],
  ["lda#", 1], ["sta", 0xb5], ["lda#", 8], ["sta", 0x0e], ["lda#", 2], ["sta", 0x75a],
  ["lda#", 0x80], ["sta", 0x2000], ["lda#", 0x1e], ["sta", 0x2001],
  "idle", ["jmp", "idle"],
]; // prettier-ignore

const readPad: Line[] = [
  "readPad", ["lda#", 1], ["sta", 0x4016], ["lda#", 0], ["sta", 0x4016], ["ldx#", 8],
  "padBit", ["lda", 0x4016], ["lsr"], ["rol", PAD], ["dex"], ["bne", "padBit"], ["rts"],
]; // prettier-ignore

const video: Line[] = [
  "nmi", ["lda#", 0], ["sta", 0x2003], ["lda#", 2], ["sta", 0x4014],
  // An 8-bit Galois generator picks where to scribble and what.
  ["lda", RANDOM], ["lsr"], ["bcc", "noTap"], ["eor#", 0xb8], "noTap", ["sta", RANDOM],
  ["lda", RANDOM], ["and#", 3], ["ora#", 0x20], ["sta", 0x2006],
  ["lda", RANDOM], ["ora#", 0xc0], ["sta", 0x2006], ["lda", 0x86], ["eor", RANDOM], ["sta", 0x2007],
  ["lda#", 0x80], ["sta", 0x2000], ["lda#", 0], ["sta", 0x2005], ["sta", 0x2005],
  ["jsr", "readPad"], ["jsr", "game"],
  // Scroll below the split: wait for sprite 0 (bounded, it may be hidden), then set x.
  ["ldx#", 0],
  "clearHit", ["bit", 0x2002], ["lda", 0x2002], ["and#", 0x40], ["beq", "waitHit"], ["inx"], ["bne", "clearHit"],
  "waitHit", ["ldx#", 0], ["ldy#", 0],
  "hit", ["lda", 0x2002], ["and#", 0x40], ["bne", "split"], ["inx"], ["bne", "hit"], ["iny"],
  ["lda", 0x0770], ["bne", "split"],
  "split", ["lda", SCROLL], ["sta", 0x2005], ["lda#", 0], ["sta", 0x2005],
  ["rti"],
  "irq", ["rti"],
]; // prettier-ignore

/** What a game does until it is played; also what it does then, before the player is asked. */
interface Opening {
  readonly onStart: Line[];
  readonly onLoaded: Line[];
  readonly entrance: Line[];
}

const setClock = (digits: string): Line[] =>
  [0x7f8, 0x7f9, 0x7fa].flatMap((address, i): Line[] => [
    ["lda#", Number(digits[i])],
    ["sta", address],
  ]);

const plain: Opening = {
  onStart: [],
  onLoaded: [...setClock("400"), ["lda#", RUNNER.framesPerTick], ["sta", TICK]],
  entrance: [],
};

/*
 * As the classic: when a stage is loaded, the clock is the title screen's, 401, and the timer of the
 * screen before runs on. A frame later the stage's clock is set, and for 16 frames the player enters.
 */
const likeClassic: Opening = {
  onStart: [...setClock("401"), ["lda#", 0], ["sta", 0x0e]],
  onLoaded: [["lda#", 60], ["sta", 0x7a0]],
  entrance: [
    ["lda", 0x7a0], ["beq", "ranOut"], ["dec", 0x7a0],
    "ranOut", ["lda", 0x0e], ["bne", "placed"],
    ...setClock("301"), ["lda#", 7], ["sta", 0x0e], ["lda#", 16], ["sta", TICK], ["rts"],
    "placed", ["cmp#", 7], ["bne", "entered"], ["dec", TICK], ["bne", "entering"],
    ["lda#", 8], ["sta", 0x0e], ["lda#", 1], ["sta", TICK],
    "entering", ["rts"],
    "entered",
  ],
}; // prettier-ignore

const game = ({ onStart, onLoaded, entrance }: Opening): Line[] => [
  "game", ["lda", 0x770], ["bne", "started"],
  ["lda", PAD], ["and#", 0x10], ["beq", "titleEnd"],
  ["lda#", 1], ["sta", 0x770], ["lda#", 0], ["sta", 0x772], ["lda#", 20], ["sta", 0x7a0],
  ...onStart,
  "titleEnd", ["rts"],
  "started", ["lda", 0x772], ["cmp#", 3], ["beq", "play"],
  ["dec", 0x7a0], ["bne", "titleEnd"],
  ["lda#", 3], ["sta", 0x772], ...onLoaded, ["lda#", 0],
  ["sta", 0x6d], ["lda#", RUNNER.startX], ["sta", 0x86],
  ["lda#", 176], ["sta", 0x3b8], ["rts"],
  "play", ...entrance, ["lda", 0x0e], ["cmp#", 8], ["beq", "alive"], ["rts"],
  "alive", ["dec", TICK], ["bne", "move"],
  ["lda#", RUNNER.framesPerTick], ["sta", TICK],
  ["dec", 0x7fa], ["bpl", "move"], ["lda#", 9], ["sta", 0x7fa],
  ["dec", 0x7f9], ["bpl", "move"], ["lda#", 9], ["sta", 0x7f9],
  ["dec", 0x7f8], ["bpl", "move"],
  ["lda#", 0], ["sta", 0x7f8], ["sta", 0x7f9], ["sta", 0x7fa], ["jmp", "die"],
  "move", ["lda", PAD], ["and#", 1], ["beq", "notRight"],
  ["lda", 0x86], ["clc"], ["adc#", RUNNER.pixelsPerFrame], ["sta", 0x86], ["bcc", "notRight"], ["inc", 0x6d],
  "notRight", ["lda", PAD], ["and#", 2], ["beq", "notLeft"],
  ["lda", 0x86], ["sec"], ["sbc#", RUNNER.pixelsPerFrame], ["sta", 0x86], ["bcs", "notLeft"], ["dec", 0x6d],
  "notLeft", ["lda#", 176], ["sta", 0x3b8], ["lda", PAD], ["bpl", "onGround"],
  ["lda#", 140], ["sta", 0x3b8], ["lda#", 0x3c], ["sta", 0x400c], ["sta", 0x400e], ["sta", 0x400f],
  ["jmp", "checkFlag"],
  "onGround", ["lda", 0x6d], ["cmp#", RUNNER.pitX >> 8], ["bne", "checkFlag"],
  ["lda", 0x86], ["cmp#", RUNNER.pitX & 0xff], ["bcc", "checkFlag"],
  ["cmp#", RUNNER.pitEndX & 0xff], ["bcs", "checkFlag"],
  "die", ["lda#", 0x0b], ["sta", 0x0e],
  "checkFlag", ["lda", 0x6d], ["cmp#", RUNNER.flagX >> 8], ["bne", "place"],
  ["lda", 0x86], ["cmp#", RUNNER.flagX & 0xff], ["bcc", "place"],
  ["lda#", 3], ["sta", 0x1d], ["lda#", 0x31], ["sta", 0x16],
  "place", ["lda", 0x86], ["sta", SCROLL], ["sta", 0x71c], ["lda", 0x6d], ["sta", 0x71a],
  ["lda", 0x3b8], ["sta", 0x204], ["lda", 0x86], ["sta", 0x4002], ["lda", RANDOM], ["sta", 0x400a], ["rts"],
]; // prettier-ignore

/** 256 tiles of reproducible noise; tiles 1 and 7 are solid, so that sprite 0 always hits. */
function pictures(): Uint8Array {
  const chr = new Uint8Array(0x2000);
  let seed = 12_345;
  for (let i = 0; i < chr.length; i++) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    chr[i] = seed >>> 24;
  }
  for (const tile of [1, 7]) chr.fill(0xff, tile * 16, tile * 16 + 16);
  return chr;
}

/** The runner cartridge, 40,976 bytes of iNES. @param startsLikeClassic its stage begins as the classic's */
export function runnerRom(startsLikeClassic = false): Uint8Array {
  const opening = startsLikeClassic ? likeClassic : plain;
  const lines: Line[] = [
    "reset",
    ...clearRam,
    ...drawScreen,
    ...readPad,
    ...video,
    ...game(opening),
  ];
  return nromFile(assemble(lines), pictures());
}
