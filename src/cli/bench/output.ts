import type { OnProgress, Spread } from "../../bench/rounds.js";
import type { TextOutput } from "../../logging/console-log.js";
import { formatDuration } from "../../logging/progress.js";

const DRAW_PERIOD_MS = 100;
/** Carriage return, then "erase to the end of the line" (ECMA-48, EL). */
const CLEAR = "\r\u001b[K";

/**
 * Says on a terminal how far a measurement is, in one line that goes when it is done; nothing
 * elsewhere.
 * @param output default standard error
 */
export async function withProgress<T>(
  measure: (onProgress: OnProgress) => T | Promise<T>,
  output: TextOutput = process.stderr,
): Promise<T> {
  if (output.isTTY !== true || process.env.TERM === "dumb") return measure(() => undefined);
  const began = performance.now();
  let drawnAt = -Infinity;
  output.write("measuring …");
  try {
    return await measure((share) => {
      const now = performance.now();
      if (now - drawnAt < DRAW_PERIOD_MS || share <= 0) return;
      drawnAt = now;
      const left = ((now - began) * (1 / share - 1)) / 1000;
      output.write(
        `${CLEAR}measuring … ${Math.floor(100 * share)} %, ${formatDuration(left)} left`,
      );
    });
  } finally {
    output.write(CLEAR);
  }
}

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
