/** `1,234`, `12.3k`, `0.0123`, `–`. */
export function compact(value: number | undefined): string {
  if (value === undefined) return "–";
  const size = Math.abs(value);
  if (size >= 1e6) return `${trim(value / 1e6)}M`;
  if (size >= 1e4) return `${trim(value / 1e3)}k`;
  if (size >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString("en-US");
  if (size >= 1e-3) return trim(value);
  return size === 0 ? "0" : value.toExponential(1);
}

/** Three figures, no zeros at the end. */
function trim(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** Between ticks of a time axis, seconds: as clocks divide, to a month. */
export const TIME_SPACINGS = [
  ...[1, 2, 5, 10, 30],
  ...[1, 2, 5, 10, 30].map((minutes) => 60 * minutes),
  ...[1, 2, 3, 6, 12, 24, 48, 120, 240, 720].map((hours) => 3600 * hours),
];

/** A tick of an axis of numbers. @param spacing between ticks: no two of them read the same. */
export function tickText(value: number, spacing: number): string {
  if (spacing < 1e-4) {
    const digits = Math.ceil(Math.log10(Math.max(1, Math.abs(value) / spacing))) + 1;
    return value === 0 ? "0" : value.toExponential(Math.min(20, digits)).replace(/\.?0*e/, "e");
  }
  const size = Math.abs(value);
  const [unit, letter] = size >= 1e6 ? [1e6, "M"] : size >= 1e4 ? [1e3, "k"] : [1, ""];
  const decimals = Math.max(0, Math.ceil(-Math.log10(spacing / unit) - 1e-9));
  const text = (value / unit).toLocaleString("en-US", { maximumFractionDigits: decimals + 1 });
  return `${text}${letter}`;
}

/** A tick of an axis of time: `40 s`, `2.5 min`, `1:10 h`, `1:10:30 h`. @param spacing one of {@link TIME_SPACINGS} */
export function timeText(seconds: number, spacing: number): string {
  if (seconds < 60) return `${seconds} s`;
  const [unit, name] = seconds < 3600 ? [60, "min"] : [3600, "h"];
  if (spacing % (unit / 2) === 0) return `${seconds / unit} ${name}`;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const rest = seconds % unit;
  const parts = unit === 60 ? [rest] : [rest / 60, ...(spacing % 60 === 0 ? [] : [rest % 60])];
  return `${[String(Math.floor(seconds / unit)), ...parts.map(two)].join(":")} ${name}`;
}
