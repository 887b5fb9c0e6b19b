import type { TextOutput } from "./console-log.js";

/** How far a long task is. */
export interface Progress {
  /** Done so far: steps, or what {@link ProgressLineOptions.unit} says. */
  readonly steps: number;
  /** Mean reward of the last 100 episodes, once there is one. */
  readonly meanReward?: number | undefined;
  /** The best such mean for which a model was saved. */
  readonly bestReward?: number | undefined;
  /** Anything else worth a few words, at the end of the line. */
  readonly detail?: string | undefined;
}

/** What is shown: {@link Progress} and what follows from it. */
export interface ProgressReport extends Progress {
  readonly totalSteps: number;
  /** Default `steps`. */
  readonly unit?: string | undefined;
  /** Over the last half minute. */
  readonly stepsPerSecond: number;
  /** Undefined until the speed is known. */
  readonly secondsLeft: number | undefined;
}

export interface ProgressLineOptions {
  readonly totalSteps: number;
  /** What is counted; default `steps`. */
  readonly unit?: string;
  /** Steps done before, by the run that is resumed. Default 0. */
  readonly startSteps?: number;
  /** Default `process.stderr`. */
  readonly output?: TextOutput & { readonly columns?: number };
  /** Milliseconds; for tests. */
  readonly now?: () => number;
}

/** Faster than this no eye follows. */
const DRAW_PERIOD_MS = 100;
const SPEED_WINDOW_MS = 30_000;
const SAMPLE_PERIOD_MS = 1000;
const BAR_WIDTH = 20;
/** Carriage return, then "erase to the end of the line" (ECMA-48, EL). */
const CLEAR = "\r\u001b[K";

/**
 * One line at the bottom of the terminal that is drawn over and over; elsewhere (a file, a pipe) it
 * draws nothing. Messages written through it appear above the line. It has
 * no timer: what is shown is as old as the last `update`.
 */
export class ProgressLine implements TextOutput {
  readonly isTTY: boolean;
  /** A line is drawn; a terminal that cannot erase (TERM=dumb) gets messages only. */
  readonly isDrawn: boolean;
  private readonly output: TextOutput & { readonly columns?: number };
  private readonly options: ProgressLineOptions;
  private readonly now: () => number;
  private readonly samples: { time: number; steps: number }[];
  private line = "";
  private drawnAt = -Infinity;
  private pending: Progress | undefined;

  constructor(options: ProgressLineOptions) {
    this.options = options;
    this.output = options.output ?? process.stderr;
    this.isTTY = this.output.isTTY === true;
    this.isDrawn = this.isTTY && process.env.TERM !== "dumb";
    this.now = options.now ?? (() => performance.now());
    this.samples = [{ time: this.now(), steps: options.startSteps ?? 0 }];
  }

  update(progress: Progress): void {
    const time = this.now();
    this.sample(time, progress.steps);
    if (!this.isDrawn) return;
    if (time - this.drawnAt < DRAW_PERIOD_MS) this.pending = progress;
    else this.show(this.describe(progress, time), time);
  }

  /**
   * A message of whole lines, above the progress line.
   * @param to where it goes instead of the line's own output, perhaps on the same terminal
   */
  write(text: string, to: TextOutput = this.output): void {
    if (this.line === "") to.write(text);
    else if (to === this.output) to.write(CLEAR + text + this.line);
    else {
      this.output.write(CLEAR);
      to.write(text);
      this.output.write(this.line);
    }
  }

  /** Shows the last state and leaves it standing; a later `update` starts a new line. */
  end(): void {
    const time = this.now();
    if (this.pending !== undefined) this.show(this.describe(this.pending, time), time);
    if (this.line !== "") this.output.write("\n");
    this.line = "";
  }

  /** Takes the line away; a later `update` brings it back. */
  clear(): void {
    if (this.line !== "") this.output.write(CLEAR);
    this.line = "";
    this.pending = undefined;
    this.drawnAt = -Infinity;
  }

  private show(report: ProgressReport, time: number): void {
    this.pending = undefined;
    this.drawnAt = time;
    // One column less than there is: some terminals wrap as soon as the last one is filled.
    this.line = formatProgress(report).slice(0, (this.output.columns || 80) - 1);
    this.output.write(CLEAR + this.line);
  }

  private sample(time: number, steps: number): void {
    const last = this.samples[this.samples.length - 1];
    if (time - last.time < SAMPLE_PERIOD_MS && this.samples.length > 1) return;
    this.samples.push({ time, steps });
    while (this.samples.length > 2 && time - this.samples[1].time >= SPEED_WINDOW_MS) {
      this.samples.shift();
    }
  }

  private describe(progress: Progress, time: number): ProgressReport {
    const { totalSteps, unit } = this.options;
    const [oldest] = this.samples;
    const seconds = (time - oldest.time) / 1000;
    const stepsPerSecond = seconds > 0 ? (progress.steps - oldest.steps) / seconds : 0;
    const left = Math.max(0, totalSteps - progress.steps);
    const secondsLeft = stepsPerSecond > 0 ? left / stepsPerSecond : undefined;
    return { ...progress, totalSteps, unit, stepsPerSecond, secondsLeft };
  }
}

/** The progress line's text, most important first because a narrow terminal cuts its end. */
export function formatProgress(report: ProgressReport): string {
  const { steps, totalSteps, stepsPerSecond, secondsLeft, meanReward, bestReward } = report;
  const { unit = "steps", detail } = report;
  const share = totalSteps > 0 ? Math.min(1, steps / totalSteps) : 1;
  const full = Math.round(share * BAR_WIDTH);
  const parts = [
    `${"█".repeat(full)}${"░".repeat(BAR_WIDTH - full)} ${(share * 100).toFixed(1)} %`,
    `${whole(steps)}/${whole(totalSteps)} ${unit}`,
  ];
  // Of episodes there is less than one a second.
  if (stepsPerSecond >= 1 || unit === "steps") parts.push(`${whole(stepsPerSecond)}/s`);
  if (secondsLeft !== undefined) parts.push(`${formatDuration(secondsLeft)} left`);
  if (meanReward !== undefined) parts.push(`mean ${meanReward.toFixed(1)}`);
  if (bestReward !== undefined) parts.push(`best ${bestReward.toFixed(1)}`);
  if (detail !== undefined) parts.push(detail);
  return parts.join(" · ");
}

/** The two largest units: `8 s`, `9 min 26 s`, `1 h 5 min`, `2 d 3 h`. */
export function formatDuration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  const s = total % 60;
  const min = Math.floor(total / 60) % 60;
  const h = Math.floor(total / 3600) % 24;
  const d = Math.floor(total / 86_400);
  if (d > 0) return `${d} d ${h} h`;
  if (h > 0) return `${h} h ${min} min`;
  return min > 0 ? `${min} min ${s} s` : `${s} s`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
