import type { JsnesPpu } from "jsnes";

const SPRITES = 64;
/** Shown in one line at most. */
const SLOTS = 8;
/** From this many sprites in a line on, jsnes decides whether they overflow. */
export const CROWD = SLOTS;
const LINES = 240;
const TALLEST = 16;

const FLIP_X = 0x40;
const FLIP_Y = 0x80;
/** Bits of a pixel of a sprite line. */
const ENTRY = 0x1f;
const BEHIND = 0x100;
const OF_SPRITE_0 = 0x200;

const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) reversed |= ((byte >> bit) & 1) << (7 - bit);
  return reversed;
});

/**
 * Finds and draws the sprites of lines whose OAM is looked through from address 0 on. In such a line
 * the first eight in range are shown, in the order of OAM.
 */
export class Sprites {
  /** For each line, how many sprites its search for the next line meets. */
  readonly inRange = new Uint8Array(LINES + TALLEST);
  readonly #onScreen = new Uint8Array(SPRITES);
  #onScreenCount = 0;
  readonly #change = new Int8Array(LINES + TALLEST + 1);

  /** To be called when OAM or the sprites' size may have changed. */
  survey(ppu: JsnesPpu): void {
    const { spriteMem: oam } = ppu;
    const height = heightOf(ppu);
    const change = this.#change;
    change.fill(0);
    let count = 0;
    for (let i = 0; i < SPRITES; i++) {
      const y = oam[4 * i];
      if (y >= LINES) continue;
      this.#onScreen[count++] = i;
      change[y]++;
      change[y + height]--;
    }
    this.#onScreenCount = count;
    let sprites = 0;
    for (let line = 0; line < LINES; line++) {
      sprites += change[line];
      this.inRange[line] = sprites;
    }
  }

  /** What jsnes does in `line` for the next one, as far as that one's pixels need it. */
  fetchNextLine(ppu: JsnesPpu, line: number): void {
    const { spriteMem: oam, sprLo, sprHi } = ppu;
    ppu.sprite0Line = isSprite0In(ppu, line);
    const hadAny = ppu.sprCount > 0;
    ppu.sprCount = 0;
    if (this.inRange[line] > 0) {
      const height = heightOf(ppu);
      let slot = 0;
      for (let i = 0; i < this.#onScreenCount && slot < SLOTS; i++) {
        const at = 4 * this.#onScreen[i];
        const row = line - oam[at];
        if (row < 0 || row >= height) continue;
        const attributes = oam[at + 2];
        const pattern = patternOf(
          ppu,
          oam[at + 1],
          (attributes & FLIP_Y) !== 0 ? height - 1 - row : row,
        );
        const low = ppu.vramMem[pattern];
        const high = ppu.vramMem[pattern + 8];
        const isFlipped = (attributes & FLIP_X) !== 0;
        sprLo[slot] = isFlipped ? REVERSED[low] : low;
        sprHi[slot] = isFlipped ? REVERSED[high] : high;
        ppu.sprAttr[slot] = attributes;
        ppu.sprX[slot] = oam[at + 3];
        slot++;
        if ((low | high) !== 0) ppu.sprCount = slot;
      }
    }
    ppu.sprLineFor = line + 1;
    if (hadAny || ppu.sprCount > 0) ppu._buildSpriteLine(line + 1);
  }
}

/**
 * Draws a line's sprites over its background and notes whether sprite 0 is hit.
 * @param opaque which of the background's pixels are not transparent, 8 in a byte.
 */
export function drawSprites(ppu: JsnesPpu, picture: Uint32Array, opaque: Uint8Array): void {
  if (ppu.f_spVisibility === 0) return;
  const { sprLine, sprX, sprLo, sprHi, palColors } = ppu;
  const firstColumn = ppu.f_spClipping === 1 ? 0 : 8;
  const row = ppu.line << 8;
  for (let slot = 0; slot < ppu.sprCount; slot++) {
    if ((sprLo[slot] | sprHi[slot]) === 0) continue;
    const end = Math.min(sprX[slot] + 8, 256);
    for (let x = Math.max(sprX[slot], firstColumn); x < end; x++) {
      const pixel = sprLine[x];
      if (pixel === 0) continue;
      if (((opaque[x >> 3] >> (7 - (x & 7))) & 1) !== 0) {
        if ((pixel & OF_SPRITE_0) !== 0 && x !== 255) ppu.sprite0HitFlag = 1;
        if ((pixel & BEHIND) !== 0) continue;
      }
      picture[row | x] = palColors[pixel & ENTRY];
    }
  }
}

/** Whether the search in `line` finds sprite 0 for the next one. */
export function isSprite0In(ppu: JsnesPpu, line: number): boolean {
  const row = line - ppu.spriteMem[0];
  return row >= 0 && row < heightOf(ppu);
}

/** The first line on which sprite 0 has a pixel that is not transparent; 240 if there is none. */
export function firstLineOfSprite0(ppu: JsnesPpu): number {
  const { spriteMem: oam, vramMem } = ppu;
  const height = heightOf(ppu);
  for (let row = 0; row < height; row++) {
    const at = patternOf(ppu, oam[1], (oam[2] & FLIP_Y) !== 0 ? height - 1 - row : row);
    if ((vramMem[at] | vramMem[at + 8]) !== 0) return Math.min(oam[0] + 1 + row, LINES);
  }
  return LINES;
}

function heightOf(ppu: JsnesPpu): number {
  return ppu.f_spriteSize === 0 ? 8 : 16;
}

/** Address of a sprite's row; tall ones take two tiles, bit 0 of the number chooses the table. */
function patternOf(ppu: JsnesPpu, tile: number, row: number): number {
  if (ppu.f_spriteSize === 0) return (ppu.f_spPatternTable << 12) | (tile << 4) | row;
  return ((tile & 1) << 12) | ((tile & 0xfe) << 4) | ((row & 8) << 1) | (row & 7);
}
