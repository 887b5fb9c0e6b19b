/** A figure over steps, by rising steps. */
export interface Curve {
  /** Environment steps (decisions). */
  readonly steps: Float64Array;
  readonly values: Float64Array;
}

/** What several seeds have in common, at each of `steps`. */
export interface CurveSummary {
  readonly steps: Float64Array;
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
    steps: Float64Array.from(sorted, ([step]) => step),
    values: Float64Array.from(sorted, ([, value]) => value),
  };
}

/** Mean of the points of the last `windowSteps` steps, itself included. 0: the curve as it is. */
export function smooth({ steps, values }: Curve, windowSteps: number): Curve {
  let first = 0;
  let sum = 0;
  const smoothed = values.map((value, i) => {
    sum += value;
    while (steps[first] < steps[i] - windowSteps) sum -= values[first++];
    return sum / (i - first + 1);
  });
  return { steps, values: windowSteps > 0 ? smoothed : values };
}

/**
 * The curve at `count` evenly spaced steps from `from` to `to`, both within its own steps: the mean
 * of the points nearest to each, or between points the straight line.
 */
export function resample({ steps, values }: Curve, from: number, to: number, count: number): Curve {
  const spacing = count > 1 ? (to - from) / (count - 1) : 0;
  const grid = Float64Array.from({ length: count }, (_, i) => from + i * spacing);
  let next = 0;
  const resampled = grid.map((step) => {
    while (next < steps.length && steps[next] < step - spacing / 2) next++;
    let sum = 0;
    let end = next;
    while (end < steps.length && steps[end] < step + spacing / 2) sum += values[end++];
    return end > next ? sum / (end - next) : interpolate(steps, values, next, step);
  });
  return { steps: grid, values: resampled };
}

/** @param next index of the first point at or after `step` */
function interpolate(
  steps: Float64Array,
  values: Float64Array,
  next: number,
  step: number,
): number {
  if (next === 0) return values[0];
  if (next >= steps.length) return values[values.length - 1];
  const share = (step - steps[next - 1]) / (steps[next] - steps[next - 1]);
  return values[next - 1] + share * (values[next] - values[next - 1]);
}

/**
 * Median and range of several curves over the steps that all of them cover.
 * @returns undefined when there are no such steps
 */
export function summarize(curves: readonly Curve[], count: number): CurveSummary | undefined {
  const from = Math.max(...curves.map(({ steps }) => steps[0]));
  const to = Math.min(...curves.map(({ steps }) => steps[steps.length - 1]));
  if (curves.length === 0 || !(from < to)) return undefined;
  const sampled = curves.map((curve) => resample(curve, from, to, count));
  const { steps } = sampled[0];
  const each = (statistic: (sorted: Float64Array) => number): Float64Array =>
    steps.map((_, i) => statistic(Float64Array.from(sampled, ({ values }) => values[i]).sort()));
  return {
    steps,
    median: each(medianOf),
    min: each((sorted) => sorted[0]),
    max: each((sorted) => sorted[sorted.length - 1]),
  };
}

function medianOf(sorted: Float64Array): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
