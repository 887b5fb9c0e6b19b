import type { SeriesPoints } from "../../protocol/protocol.js";

/** One figure of a run, by rising steps. */
export interface Series {
  readonly steps: number[];
  readonly seconds: number[];
  readonly values: (number | null)[];
}

/** A run as far as the page knows it. */
export class RunData {
  settings: Readonly<Record<string, string>> = {};
  readonly series = new Map<string, Series>();

  reset(settings: Readonly<Record<string, string>>): void {
    this.settings = settings;
    this.series.clear();
  }

  add(tags: Readonly<Record<string, SeriesPoints>>): void {
    for (const [tag, points] of Object.entries(tags)) {
      let series = this.series.get(tag);
      if (!series) this.series.set(tag, (series = { steps: [], seconds: [], values: [] }));
      append(series.steps, points.steps);
      append(series.seconds, points.seconds);
      append(series.values, points.values);
    }
  }

  /** The newest value of a figure. */
  last(tag: string): number | undefined {
    return this.series.get(tag)?.values.at(-1) ?? undefined;
  }

  most(tag: string): number | undefined {
    const values = this.series.get(tag)?.values ?? [];
    let most: number | undefined;
    for (const value of values) if (value !== null && value > (most ?? -Infinity)) most = value;
    return most;
  }

  /** The furthest step of any figure. */
  get steps(): number {
    let most = 0;
    for (const { steps } of this.series.values()) most = Math.max(most, steps.at(-1) ?? 0);
    return most;
  }
}

/** One by one: a spread of a long list is more than a call can take. */
function append<T>(to: T[], from: readonly T[]): void {
  for (const value of from) to.push(value);
}

/**
 * Exponential moving average, with the bias of its start corrected (as Adam does it).
 * @param weight of the past, 0 to below 1.
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight === 0) return values.slice();
  let mean = 0;
  let known = 1;
  return values.map((value) => {
    if (value === null) return null;
    mean = weight * mean + (1 - weight) * value;
    known *= weight;
    return mean / (1 - known);
  });
}
