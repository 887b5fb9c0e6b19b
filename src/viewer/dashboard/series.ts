import type { SeriesPoints } from "../protocol/protocol.js";

/** One logged figure. */
export interface Point {
  readonly tag: string;
  readonly step: number;
  /** Since the run began, without those for which it was stopped. */
  readonly seconds: number;
  readonly value: number;
}

/** What a run has logged since it was last asked. */
export interface RunGrowth {
  /** The run was resumed here: points from this step on are done again. */
  readonly dropFrom?: number;
  readonly settings?: Readonly<Record<string, string>>;
  readonly points: readonly Point[];
}

/** Where a run's figures come from: its files, or the trainer in this process. */
export interface RunSource {
  readonly id: string;
  readonly name: string;
  /** @returns what came since the last call, oldest first. */
  poll(): readonly RunGrowth[];
  /** Milliseconds since 1970. */
  changedAt(): number;
}

/** More points than a wide screen has columns, by far. */
const MOST_POINTS = 8000;
/** Each of them is an episode, and they are counted: never thinned out. */
const COUNTED = "episode/distance";
/** A float32 has no more. */
const DIGITS = 7;

interface Series {
  readonly steps: number[];
  readonly seconds: number[];
  readonly values: number[];
}

/** A run's figures in memory. */
export class SeriesStore {
  readonly #series = new Map<string, Series>();

  add({ tag, step, seconds, value }: Point): void {
    let series = this.#series.get(tag);
    if (!series) this.#series.set(tag, (series = { steps: [], seconds: [], values: [] }));
    series.steps.push(step);
    series.seconds.push(seconds);
    series.values.push(value);
  }

  dropFrom(step: number): void {
    for (const series of this.#series.values()) {
      const keep = series.steps.findIndex((one) => one >= step);
      if (keep < 0) continue;
      for (const list of [series.steps, series.seconds, series.values]) list.length = keep;
    }
  }

  /** Everything, thinned out where it is more than a page can show. */
  snapshot(): Record<string, SeriesPoints> {
    const entries = Array.from(this.#series, ([tag, series]) => [
      tag,
      pointsOf(tag === COUNTED ? series : thin(series)),
    ]);
    return Object.fromEntries(entries) as Record<string, SeriesPoints>;
  }
}

/** @param points of any tags, each tag's oldest first. */
export function groupByTag(points: readonly Point[]): Record<string, SeriesPoints> {
  const store = new SeriesStore();
  for (const point of points) store.add(point);
  return store.snapshot();
}

/** Of each run of neighbours the lowest and the highest, so that no peak is lost; and the last one. */
function thin(series: Series): Series {
  const { steps, seconds, values } = series;
  if (values.length <= MOST_POINTS) return series;
  const size = Math.ceil((2 * values.length) / MOST_POINTS);
  const thinned: Series = { steps: [], seconds: [], values: [] };
  for (let from = 0; from < values.length; from += size) {
    const to = Math.min(from + size, values.length);
    let low = from;
    let high = from;
    for (let i = from + 1; i < to; i++) {
      if (values[i] < values[low]) low = i;
      if (values[i] > values[high]) high = i;
    }
    // The newest is shown as such, besides.
    const chosen = new Set([low, high, ...(to === values.length ? [to - 1] : [])]);
    for (const i of [...chosen].sort((a, b) => a - b)) {
      thinned.steps.push(steps[i]);
      thinned.seconds.push(seconds[i]);
      thinned.values.push(values[i]);
    }
  }
  return thinned;
}

/** JSON has no NaN and no infinity: null. */
function pointsOf({ steps, seconds, values }: Series): SeriesPoints {
  return {
    steps,
    seconds: seconds.map((value) => Math.round(value * 10) / 10),
    values: values.map((value) =>
      Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) : null,
    ),
  };
}
