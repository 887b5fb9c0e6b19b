import type { Spread } from "../core/rounds.js";

/** Median, least and greatest as people read them. @param digits after the point. */
export function spread({ min, median, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
}

/** What the figures of a benchmark in rounds are. */
export function ofRounds(rounds: number): string {
  return `medians (least to greatest) of ${rounds} rounds that alternate, after one that warms up`;
}

/** Prints a result as JSON, or as lines for people. */
export function print(
  result: object,
  options: { readonly json?: boolean },
  lines: readonly string[],
): void {
  process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : `${lines.join("\n")}\n`);
}
