/** One axis of a plot: a range of round numbers and the ticks in it. */
export interface Axis {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

export interface AxisOptions {
  /** About how many intervals between ticks. */
  readonly intervals: number;
  /** Widen the range to whole intervals; otherwise it stays as it is. */
  readonly round: boolean;
  /** Write 50k and 1.5M instead of 50,000 and 1,500,000. */
  readonly short: boolean;
}

/** Ticks at multiples of 1, 2, 2.5 or 5 times a power of ten. */
export function axisOf(low: number, high: number, options: AxisOptions): Axis {
  // One value alone still needs a range around it.
  const span = high > low ? high - low : Math.abs(high) || 1;
  const step = niceStep(span / options.intervals);
  const top = high > low ? high : low + span;
  // A value that is a tick but for rounding noise counts as one.
  const noise = options.round ? 1e-9 : -1e-9;
  const first = (options.round ? Math.floor : Math.ceil)(low / step + noise);
  const last = (options.round ? Math.ceil : Math.floor)(top / step - noise);
  const values = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  const ticks = values.map((value) => ({ value, label: tickLabel(value, step, options.short) }));
  return options.round
    ? { min: values[0], max: values[values.length - 1], ticks }
    : { min: low, max: top, ticks };
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5].find((candidate) => candidate * power >= rough * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** As many decimals as tell neighbouring ticks apart, and no more. */
function tickLabel(value: number, step: number, short: boolean): string {
  const units = [
    { size: 1e6, suffix: "M" },
    { size: 1e3, suffix: "k" },
  ];
  const unit = short ? units.find(({ size }) => Math.abs(value) >= size) : undefined;
  const { size, suffix } = unit ?? { size: 1, suffix: "" };
  const decimals = Math.min(10, Math.max(0, -Math.floor(Math.log10(step / size) + 1e-9) + 1));
  // Minus zero and rounding noise both show as 0.
  const shown = Math.abs(value) < step / 1e6 ? 0 : value / size;
  const text = shown.toLocaleString("en-US", { maximumFractionDigits: decimals });
  return text.replace("-", "−") + suffix;
}
