import type { JsnesPpu } from "jsnes";

const TILES = 32;
/** The horizontal bits of v: which tile of the row, and which of two nametables. */
const COARSE_X = 0x1f;
const NAMETABLE_X = 0x400;

/** Bit 7 − k of a byte in bit 4 (7 − k): eight pixels in eight groups of four bits. */
const SPREAD = Uint32Array.from({ length: 256 }, (_, byte) => {
  let spread = 0;
  for (let bit = 0; bit < 8; bit++) spread |= ((byte >> bit) & 1) << (4 * bit);
  return spread;
});

/**
 * Draws a line's background from the shift registers and the scroll address, as they are before its
 * first pixel. Stores two pixels at a time: colours are below 2^24, so a pair of them is never a NaN,
 * and a double is moved bit by bit.
 */
export class Background {
  /** For every 8 pixels a byte: which of them are not transparent, leftmost in bit 7. */
  readonly opaque = new Uint8Array(TILES);
  /** For each pair of background palette entries, the two colours. */
  readonly #pairs = new Float64Array(256);
  readonly #pairColours = new Uint32Array(this.#pairs.buffer);
  readonly #colours = new Uint32Array(16);

  /** To be called when the palette may have changed. */
  usePalette({ palColors }: JsnesPpu): void {
    const colours = this.#colours;
    let isSame = true;
    for (let i = 0; i < 16; i++) {
      // Entry 0 of every palette is transparent: the backdrop shows.
      const colour = palColors[(i & 3) === 0 ? 0 : i];
      if (colours[i] !== colour) isSame = false;
      colours[i] = colour;
    }
    if (isSame) return;
    for (let pair = 0; pair < 256; pair++) {
      this.#pairColours[2 * pair] = colours[pair >> 4];
      this.#pairColours[2 * pair + 1] = colours[pair & 15];
    }
  }

  /** @param picture the picture's pixels, two by two. */
  drawLine(ppu: JsnesPpu, picture: Float64Array): void {
    const { vramMem: vram, vramMirrorTable: mirror } = ppu;
    const opaque = this.opaque;
    const pairs = this.#pairs;
    const shift = 8 - ppu.fineX;
    const patterns = (ppu.f_bgPatternTable << 12) | (ppu.vramAddress >> 12);
    const isShown = ppu.f_bgVisibility === 1;
    const isLeftShown = ppu.f_bgClipping === 1;
    let v = ppu.vramAddress;
    // A nametable's row lies in one piece, and so does its row of palettes.
    let column = v & COARSE_X;
    let names = mirror[namesAt(v)];
    let palettes = mirror[palettesAt(v)];
    const quarter = (v >> 4) & 4;
    let low = ppu.bgShiftLo;
    let high = ppu.bgShiftHi;
    let paletteLow = (ppu.attrShiftLo << 8) | (ppu.attrLatchLo * 0xff);
    let paletteHigh = (ppu.attrShiftHi << 8) | (ppu.attrLatchHi * 0xff);
    let to = ppu.line << 7;

    for (let tile = 0; tile < TILES; tile++) {
      let lowBits = 0;
      let highBits = 0;
      if (isShown && (tile > 0 || isLeftShown)) {
        lowBits = (low >> shift) & 0xff;
        highBits = (high >> shift) & 0xff;
      }
      opaque[tile] = lowBits | highBits;
      const pixels =
        SPREAD[lowBits] |
        (SPREAD[highBits] << 1) |
        (SPREAD[(paletteLow >> shift) & 0xff] << 2) |
        (SPREAD[(paletteHigh >> shift) & 0xff] << 3);
      picture[to] = pairs[pixels >>> 24];
      picture[to + 1] = pairs[(pixels >> 16) & 0xff];
      picture[to + 2] = pairs[(pixels >> 8) & 0xff];
      picture[to + 3] = pairs[pixels & 0xff];
      to += 4;

      // The next but one tile follows into the registers.
      const at = patterns | (vram[names + column] << 4);
      const palette = (vram[palettes + (column >> 2)] >> (quarter | (column & 2))) & 3;
      low = ((low & 0xff) << 8) | vram[at];
      high = ((high & 0xff) << 8) | vram[at + 8];
      paletteLow = ((paletteLow & 0xff) << 8) | ((palette & 1) * 0xff);
      paletteHigh = ((paletteHigh & 0xff) << 8) | ((palette >> 1) * 0xff);
      column++;
      if (column > COARSE_X) {
        column = 0;
        v ^= NAMETABLE_X;
        names = mirror[namesAt(v)];
        palettes = mirror[palettesAt(v)];
      }
    }
  }
}

/** Dots 321 to 340: the first two tiles of the next line, and a third one's number. */
export function fetchNextLine(ppu: JsnesPpu): void {
  const { vramMem: vram, vramMirrorTable: mirror } = ppu;
  fetchTile(ppu);
  const { ptLo, ptHi, atBits } = ppu;
  ppu._incCoarseX();
  fetchTile(ppu);
  ppu._incCoarseX();
  ppu.bgShiftLo = (ptLo << 8) | ppu.ptLo;
  ppu.bgShiftHi = (ptHi << 8) | ppu.ptHi;
  ppu.attrShiftLo = (atBits & 1) * 0xff;
  ppu.attrShiftHi = (atBits >> 1) * 0xff;
  ppu.attrLatchLo = ppu.atBits & 1;
  ppu.attrLatchHi = ppu.atBits >> 1;
  ppu.ntByte = vram[mirror[0x2000 | (ppu.vramAddress & 0x0fff)]];
}

function fetchTile(ppu: JsnesPpu): void {
  const { vramMem: vram, vramMirrorTable: mirror, vramAddress: v } = ppu;
  const column = v & COARSE_X;
  const tile = vram[mirror[namesAt(v)] + column];
  const at = (ppu.f_bgPatternTable << 12) | (tile << 4) | (v >> 12);
  const quarters = vram[mirror[palettesAt(v)] + (column >> 2)];
  ppu.atBits = (quarters >> (((v >> 4) & 4) | (column & 2))) & 3;
  ppu.ptLo = vram[at];
  ppu.ptHi = vram[at + 8];
}

/** Where the names of the tiles of v's row begin. */
function namesAt(v: number): number {
  return 0x2000 | (v & 0x0fe0);
}

/** Where the palettes of v's row begin: a byte for 4 × 4 tiles, two bits for each quarter. */
function palettesAt(v: number): number {
  return 0x23c0 | (v & 0x0c00) | ((v >> 4) & 0x38);
}
