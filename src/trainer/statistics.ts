import type { Rng } from "../core/rng.js";

/** Lower and upper end. */
export type Interval = readonly [low: number, high: number];

/** Chance that an interval misses: all of them are 95 % ones. */
const MISS = 0.05;
/** Standard normal's 97.5 % point. */
const Z = 1.959964;

/** Arithmetic mean; 0 of nothing. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard error of the mean: sample standard deviation over sqrt(n); 0 below two values. */
export function standardError(values: readonly number[]): number {
  const n = values.length;
  if (n < 2) return 0;
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (n - 1) / n);
}

/**
 * Quantile by linear interpolation between order statistics (Hyndman & Fan 1996, definition 7, the
 * default of R and NumPy); 0 of nothing.
 * @param level 0 (least) to 1 (largest)
 */
export function quantile(values: readonly number[], level: number): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const place = level * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/**
 * 95 % interval of a mean by Student's t; right for values that are not far from normal, or for
 * many. Of fewer than two values nothing is known.
 */
export function meanInterval(values: readonly number[]): Interval | null {
  if (values.length < 2) return null;
  const centre = mean(values);
  const spread = studentQuantile(values.length - 1) * standardError(values);
  return [centre - spread, centre + spread];
}

/**
 * 95 % interval of a mean by the percentile bootstrap (Efron 1979): for few values from a lopsided
 * or two-humped distribution, such as distances of which some are the whole stage. Of a handful it is
 * too narrow; of fewer than two values nothing is known.
 * @param rng source of the resamples: the same state gives the same interval
 */
export function bootstrapMeanInterval(
  values: readonly number[],
  rng: Rng,
  resamples = 2000,
): Interval | null {
  if (values.length < 2) return null;
  const means = Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[rng.integer(values.length)];
    return sum / values.length;
  });
  return [quantile(means, MISS / 2), quantile(means, 1 - MISS / 2)];
}

/** 95 % score interval of a proportion (Wilson 1927): honest at 0 and at 1 too. */
export function wilson(successes: number, trials: number): Interval {
  if (trials === 0) return [0, 1];
  const p = successes / trials;
  const scale = 1 + (Z * Z) / trials;
  const centre = p + (Z * Z) / (2 * trials);
  const spread = Z * Math.sqrt((p * (1 - p)) / trials + (Z * Z) / (4 * trials * trials));
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}

/**
 * 95 % interval of a proportion that never misses more often than that (Clopper & Pearson 1934):
 * wider than {@link wilson}, for a claim such as "at least 95 of 100".
 */
export function clopperPearson(successes: number, trials: number): Interval {
  const failures = trials - successes;
  return [
    successes === 0 ? 0 : betaQuantile(MISS / 2, successes, failures + 1),
    failures === 0 ? 1 : betaQuantile(1 - MISS / 2, successes + 1, failures),
  ];
}

/** Student's 97.5 % point: beyond ± this lies 5 %. */
function studentQuantile(degrees: number): number {
  const x = betaQuantile(MISS, degrees / 2, 0.5);
  return Math.sqrt((degrees * (1 - x)) / x);
}

/** The x at which the beta distribution has reached a level. */
function betaQuantile(level: number, a: number, b: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (betaDistribution(middle, a, b) < level) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Regularized incomplete beta function by its continued fraction (Abramowitz & Stegun 26.5.8). */
function betaDistribution(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  // The fraction converges fast on this side of the mean only.
  if (x > (a + 1) / (a + b + 2)) return 1 - betaDistribution(1 - x, b, a);
  const logFront =
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x);
  let fraction = 1;
  // From the inside out: 1 / (1 + d1 / (1 + d2 / …)); far more terms than double precision needs.
  for (let term = 200; term >= 1; term--) {
    const m = term >> 1;
    const d =
      term % 2 === 0
        ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
        : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    fraction = 1 + d / fraction;
  }
  return Math.exp(logFront) / (a * fraction);
}

/** ln Γ(x) for x above 0: Stirling's series after a shift to where it is exact. */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 10; z++) shift += Math.log(z);
  const series = 1 / (12 * z) - 1 / (360 * z ** 3) + 1 / (1260 * z ** 5) - 1 / (1680 * z ** 7);
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series - shift;
}
