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

/** A tick of the horizontal axis. @param value steps, or seconds. */
export function axisText(value: number, isTime: boolean): string {
  if (!isTime) return compact(value);
  if (value < 60) return `${Math.round(value)} s`;
  if (value < 3600) return `${trim(value / 60)} min`;
  return `${trim(value / 3600)} h`;
}
