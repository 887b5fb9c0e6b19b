/** One bar: how many values lie in [left, right), in the last bar [left, right]. */
export interface HistogramBucket {
  readonly left: number;
  readonly right: number;
  readonly count: number;
}

interface HistogramOptions {
  /** Default 30. */
  readonly buckets?: number;
  /** Values counted at most; default 16,384. */
  readonly maxValues?: number;
}

/** As many as TensorBoard's own summaries have. */
const BUCKETS = 30;
/** Of longer arrays every n-th value is counted: 0.2 ms for any length; all of 2 M weights take 20. */
const MAX_VALUES = 16_384;

/**
 * Buckets of equal width from the least to the greatest value. Values that are not finite are left
 * out. Of an array longer than `maxValues` evenly spaced values are taken, so that 2 M weights cost no
 * more than 16,384; the counts are then those of the sample.
 * @returns none for no (finite) values; one bucket of width 1 when all are equal
 */
export function histogramOf(
  values: ArrayLike<number>,
  { buckets = BUCKETS, maxValues = MAX_VALUES }: HistogramOptions = {},
): HistogramBucket[] {
  const stride = oddStride(values.length, maxValues);
  let least = Infinity;
  let greatest = -Infinity;
  let total = 0;
  for (let i = 0; i < values.length; i += stride) {
    const value = values[i];
    if (!Number.isFinite(value)) continue;
    total++;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  if (total === 0) return [];
  if (least === greatest) return [{ left: least - 0.5, right: least + 0.5, count: total }];
  const counts = new Uint32Array(buckets);
  const scale = buckets / (greatest - least);
  for (let i = 0; i < values.length; i += stride) {
    const value = values[i];
    if (!Number.isFinite(value)) continue;
    counts[Math.min(buckets - 1, Math.floor((value - least) * scale))]++;
  }
  const edge = (i: number): number => (i === buckets ? greatest : least + i / scale);
  return Array.from(counts, (count, i) => ({ left: edge(i), right: edge(i + 1), count }));
}

/** Odd, so that it meets every column of a kernel, whose sides are mostly powers of two. */
function oddStride(length: number, maxValues: number): number {
  return length <= maxValues ? 1 : Math.ceil(length / maxValues) | 1;
}
