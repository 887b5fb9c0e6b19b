/** Side of an observation, pixels. */
export const FRAME_SIDE = 84;
/** Name of this preprocessing in a model's file: another one would need another name. */
export const PREPROCESSING_KIND = "luma-area";
/** The part of the screen that is looked at: rows 8 to 231, all columns. */
const CROP_TOP = 8;
const CROP_ROWS = 224;
const SCREEN_COLUMNS = 256;

/*
 * All arithmetic is in whole numbers and therefore exact and the same everywhere.
 *   luma    299 R + 587 G + 114 B, in thousandths: 0 to 255,000
 *   rows    84 of 224: each output row covers 8/3 source rows, so count in thirds of a row
 *   columns 84 of 256: each output column covers 64/21 source columns, in 21sts of a column
 * An output pixel is the weighted sum, at most 255,000 × 8 × 64 < 2^27, divided by 8 × 64 × 1000.
 */
const ROW_UNITS = 3;
const ROW_SPAN = 8;
const COLUMN_UNITS = 21;
const COLUMN_SPAN = 64;
const DIVISOR = ROW_SPAN * COLUMN_SPAN * 1000;

const RED_AND_BLUE = 0xff00ff;

/** First source column of each output column, and the weights of its first and last one. */
const FIRST = new Int32Array(FRAME_SIDE);
const FIRST_WEIGHT = new Int32Array(FRAME_SIDE);
const LAST = new Int32Array(FRAME_SIDE);
const LAST_WEIGHT = new Int32Array(FRAME_SIDE);
for (let x = 0; x < FRAME_SIDE; x++) {
  const begin = x * COLUMN_SPAN;
  const end = begin + COLUMN_SPAN - 1;
  FIRST[x] = Math.floor(begin / COLUMN_UNITS);
  FIRST_WEIGHT[x] = COLUMN_UNITS - (begin % COLUMN_UNITS);
  LAST[x] = Math.floor(end / COLUMN_UNITS);
  LAST_WEIGHT[x] = (end % COLUMN_UNITS) + 1;
}

/**
 * Turns screens into observation frames: crop → luma (ITU-R BT.601 weights) → 84 × 84 by area
 * averaging → truncation. One instance per thread; it owns scratch memory.
 */
export class Preprocessor {
  /** Three rows of weighted sums, each 256 columns. */
  readonly #rows = [
    new Int32Array(SCREEN_COLUMNS),
    new Int32Array(SCREEN_COLUMNS),
    new Int32Array(SCREEN_COLUMNS),
  ] as const;
  #brighter: Uint32Array | undefined;

  /**
   * @param screen `[240, 256] uint32`, 0x00RRGGBB.
   * @param out `[84, 84] uint8`, 0–255.
   */
  frame(screen: Uint32Array, out: Uint8Array): void {
    const [first, second, third] = this.#rows;
    // Every 8 source rows make 3 output rows, with the same weights each time. Whole pixels are
    // summed, three colours at a time, and so are red and blue alone, which tells them apart.
    for (let group = 0; group < CROP_ROWS / ROW_SPAN; group++) {
      let at = (CROP_TOP + group * ROW_SPAN) * SCREEN_COLUMNS;
      for (let x = 0; x < SCREEN_COLUMNS; x++, at++) {
        const p0 = screen[at];
        const p1 = screen[at + SCREEN_COLUMNS];
        const p2 = screen[at + 2 * SCREEN_COLUMNS];
        const p3 = screen[at + 3 * SCREEN_COLUMNS];
        const p4 = screen[at + 4 * SCREEN_COLUMNS];
        const p5 = screen[at + 5 * SCREEN_COLUMNS];
        const p6 = screen[at + 6 * SCREEN_COLUMNS];
        const p7 = screen[at + 7 * SCREEN_COLUMNS];
        const shared2 = p2 & RED_AND_BLUE;
        const shared5 = p5 & RED_AND_BLUE;
        first[x] = lumaOfSum(
          (ROW_UNITS * (p0 + p1) + 2 * p2) | 0,
          (ROW_UNITS * ((p0 & RED_AND_BLUE) + (p1 & RED_AND_BLUE)) + 2 * shared2) | 0,
        );
        second[x] = lumaOfSum(
          (p2 + ROW_UNITS * (p3 + p4) + p5) | 0,
          (shared2 + ROW_UNITS * ((p3 & RED_AND_BLUE) + (p4 & RED_AND_BLUE)) + shared5) | 0,
        );
        third[x] = lumaOfSum(
          (2 * p5 + ROW_UNITS * (p6 + p7)) | 0,
          (2 * shared5 + ROW_UNITS * ((p6 & RED_AND_BLUE) + (p7 & RED_AND_BLUE))) | 0,
        );
      }
      const to = group * ROW_UNITS * FRAME_SIDE;
      averageColumns(first, out, to);
      averageColumns(second, out, to + FRAME_SIDE);
      averageColumns(third, out, to + 2 * FRAME_SIDE);
    }
  }

  /**
   * The brighter of two screens, pixel by pixel at full resolution, before averaging: shows sprites
   * that flicker every other frame (Mnih et al. 2015, Methods).
   */
  frameOfTwo(screen: Uint32Array, previous: Uint32Array, out: Uint8Array): void {
    const brighter = (this.#brighter ??= new Uint32Array(screen.length));
    for (let i = 0; i < screen.length; i++) {
      brighter[i] = luma(previous[i]) > luma(screen[i]) ? previous[i] : screen[i];
    }
    this.frame(brighter, out);
  }
}

function averageColumns(rows: Int32Array, out: Uint8Array, to: number): void {
  for (let x = 0; x < FRAME_SIDE; x++) {
    const first = FIRST[x];
    const last = LAST[x];
    // An output covers two or three whole columns between its first and its last.
    let whole = rows[first + 1] + rows[first + 2];
    if (last - first === 4) whole += rows[first + 3];
    const sum = FIRST_WEIGHT[x] * rows[first] + COLUMN_UNITS * whole + LAST_WEIGHT[x] * rows[last];
    // Storing into a Uint8Array truncates, and the quotient is below 256.
    out[to + x] = sum / DIVISOR;
  }
}

/**
 * Of a sum of at most 8 pixels, in thousandths: 0 to 8 × 255,000.
 * @param pixels the sum. @param redAndBlue the same without green: 11 bits each, 5 apart.
 */
function lumaOfSum(pixels: number, redAndBlue: number): number {
  const green = (pixels - redAndBlue) >> 8;
  return (299 * (redAndBlue >> 16) + 587 * green + 114 * (redAndBlue & 0xffff)) | 0;
}

/** In thousandths, 0 to 255,000. */
function luma(rgb: number): number {
  return (299 * ((rgb >> 16) & 0xff) + 587 * ((rgb >> 8) & 0xff) + 114 * (rgb & 0xff)) | 0;
}
