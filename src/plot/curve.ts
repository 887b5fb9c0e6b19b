/** A figure over steps, or over time, by rising x. */
export interface Curve {
  /** Environment steps (decisions), or time of any unit. */
  readonly xs: Float64Array;
  readonly values: Float64Array;
}

/** What several seeds have in common, at each of `xs`. */
export interface CurveSummary {
  readonly xs: Float64Array;
  readonly median: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
}

/** Sorts by step; of several points of one step the last counts; what is not finite is left out. */
export function curveOf(points: readonly { step: number; value: number }[]): Curve {
  const byStep = new Map<number, number>();
  for (const { step, value } of points) if (Number.isFinite(value)) byStep.set(step, value);
  const sorted = [...byStep].sort(([a], [b]) => a - b);
  return {
    xs: Float64Array.from(sorted, ([step]) => step),
    values: Float64Array.from(sorted, ([, value]) => value),
  };
}

/** The curve over another x, which does not fall. @param xOf of each of its own */
export function over({ xs, values }: Curve, xOf: (x: number) => number): Curve {
  let last = -Infinity;
  return { xs: xs.map((x) => (last = Math.max(last, xOf(x)))), values };
}

/** Mean of the points of the last `windowSteps` steps, itself included. 0: the curve as it is. */
export function smooth({ xs, values }: Curve, windowSteps: number): Curve {
  let first = 0;
  let sum = 0;
  const smoothed = values.map((value, i) => {
    sum += value;
    while (xs[first] < xs[i] - windowSteps) sum -= values[first++];
    return sum / (i - first + 1);
  });
  return { xs, values: windowSteps > 0 ? smoothed : values };
}

/**
 * The curve at `count` evenly spaced x from `from` to `to`, both within its own: the mean
 * of the points nearest to each, or between points the straight line.
 */
export function resample({ xs, values }: Curve, from: number, to: number, count: number): Curve {
  const spacing = count > 1 ? (to - from) / (count - 1) : 0;
  const grid = Float64Array.from({ length: count }, (_, i) => from + i * spacing);
  let next = 0;
  const resampled = grid.map((x) => {
    while (next < xs.length && xs[next] < x - spacing / 2) next++;
    let sum = 0;
    let end = next;
    while (end < xs.length && xs[end] < x + spacing / 2) sum += values[end++];
    return end > next ? sum / (end - next) : interpolate(xs, values, next, x);
  });
  return { xs: grid, values: resampled };
}

/** @param next index of the first point at or after `x` */
function interpolate(xs: Float64Array, values: Float64Array, next: number, x: number): number {
  if (next === 0) return values[0];
  if (next >= xs.length) return values[values.length - 1];
  const share = (x - xs[next - 1]) / (xs[next] - xs[next - 1]);
  return values[next - 1] + share * (values[next] - values[next - 1]);
}

/**
 * Median and range of several curves over the x that all of them cover.
 * @returns undefined when there is no such x
 */
export function summarize(curves: readonly Curve[], count: number): CurveSummary | undefined {
  const from = Math.max(...curves.map(({ xs }) => xs[0]));
  const to = Math.min(...curves.map(({ xs }) => xs[xs.length - 1]));
  if (curves.length === 0 || !(from < to)) return undefined;
  const sampled = curves.map((curve) => resample(curve, from, to, count));
  const { xs } = sampled[0];
  const each = (statistic: (sorted: Float64Array) => number): Float64Array =>
    xs.map((_, i) => statistic(Float64Array.from(sampled, ({ values }) => values[i]).sort()));
  return {
    xs,
    median: each(medianOf),
    min: each((sorted) => sorted[0]),
    max: each((sorted) => sorted[sorted.length - 1]),
  };
}

function medianOf(sorted: Float64Array): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
