/** Side of an observation, pixels. */
export const FRAME_SIDE = 84;
/** The part of the screen that is looked at: rows 8 to 231, all columns. */
export const CROP_ROWS = 224;
export const CROP_COLUMNS = 256;
const CROP_TOP = 8;

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
  readonly #luma = new Int32Array(CROP_ROWS * CROP_COLUMNS);
  readonly #rows = new Int32Array(3 * CROP_COLUMNS);

  /**
   * @param screen `[240, 256] uint32`, 0x00RRGGBB.
   * @param out `[84, 84] uint8`, 0–255.
   */
  frame(screen: Uint32Array, out: Uint8Array): void {
    lumaOf(screen, this.#luma);
    this.#average(out);
  }

  /**
   * The brighter of two screens, pixel by pixel at full resolution, before averaging: shows sprites
   * that flicker every other frame (Mnih et al. 2015, Methods).
   */
  frameOfTwo(screen: Uint32Array, previous: Uint32Array, out: Uint8Array): void {
    lumaOf(screen, this.#luma);
    brightenBy(previous, this.#luma);
    this.#average(out);
  }

  /** Every 8 source rows make 3 output rows, with the same weights each time. */
  #average(out: Uint8Array): void {
    const luma = this.#luma;
    const rows = this.#rows;
    const groups = CROP_ROWS / ROW_SPAN;
    for (let group = 0; group < groups; group++) {
      const base = group * ROW_SPAN * CROP_COLUMNS;
      for (let x = 0; x < CROP_COLUMNS; x++) {
        const at = base + x;
        const row2 = luma[at + 2 * CROP_COLUMNS];
        const row5 = luma[at + 5 * CROP_COLUMNS];
        rows[x] = ROW_UNITS * (luma[at] + luma[at + CROP_COLUMNS]) + 2 * row2;
        rows[CROP_COLUMNS + x] =
          row2 + ROW_UNITS * (luma[at + 3 * CROP_COLUMNS] + luma[at + 4 * CROP_COLUMNS]) + row5;
        rows[2 * CROP_COLUMNS + x] =
          2 * row5 + ROW_UNITS * (luma[at + 6 * CROP_COLUMNS] + luma[at + 7 * CROP_COLUMNS]);
      }
      for (let row = 0; row < ROW_UNITS; row++) {
        averageColumns(rows, row * CROP_COLUMNS, out, (ROW_UNITS * group + row) * FRAME_SIDE);
      }
    }
  }
}

function averageColumns(rows: Int32Array, from: number, out: Uint8Array, to: number): void {
  for (let x = 0; x < FRAME_SIDE; x++) {
    const first = from + FIRST[x];
    const last = from + LAST[x];
    let whole = 0;
    for (let column = first + 1; column < last; column++) whole += rows[column];
    const sum = FIRST_WEIGHT[x] * rows[first] + COLUMN_UNITS * whole + LAST_WEIGHT[x] * rows[last];
    // Storing into a Uint8Array truncates, and the quotient is below 256.
    out[to + x] = sum / DIVISOR;
  }
}

function lumaOf(screen: Uint32Array, luma: Int32Array): void {
  const offset = CROP_TOP * CROP_COLUMNS;
  for (let i = 0; i < CROP_ROWS * CROP_COLUMNS; i++) luma[i] = lumaThousandths(screen[offset + i]);
}

function brightenBy(screen: Uint32Array, luma: Int32Array): void {
  const offset = CROP_TOP * CROP_COLUMNS;
  for (let i = 0; i < CROP_ROWS * CROP_COLUMNS; i++) {
    const other = lumaThousandths(screen[offset + i]);
    if (other > luma[i]) luma[i] = other;
  }
}

function lumaThousandths(rgb: number): number {
  return 299 * ((rgb >> 16) & 0xff) + 587 * ((rgb >> 8) & 0xff) + 114 * (rgb & 0xff);
}
