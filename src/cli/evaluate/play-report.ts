import type { Logger } from "pino";
import { createConsoleLog } from "../../logging/console-log.js";
import { ProgressLine } from "../../logging/progress.js";
import type { EpisodeSummary } from "../../trainer/episode.js";

/** What a person sees while episodes are played: a progress line on standard error. */
export interface PlayReport {
  /** After every step. @param x asked for only when it is shown */
  step(x: () => number): void;
  episode(episode: EpisodeSummary): void;
  /** Another task for a while, e.g. the encoding of a film; ends with `clear`. */
  task(total: number, unit: string): ProgressLine;
  note(fields: Record<string, number | string>, message: string): void;
  /** Told even if `quiet`. */
  warn(message: string): void;
  close(): void;
}

export interface PlayReportOptions {
  readonly episodes: number;
  /** Nothing but the progress line, and that on a terminal only, and warnings. */
  readonly quiet?: boolean;
}

/** Often enough to see that it lives. */
const STEP_SHOW_PERIOD_MS = 100;

/** For people on a terminal, JSON lines elsewhere. */
export async function createPlayReport(options: PlayReportOptions): Promise<PlayReport> {
  const { episodes, quiet = false } = options;
  const line = new ProgressLine({ totalSteps: episodes, unit: "episodes" });
  const log: Logger = await createConsoleLog({ output: line, level: quiet ? "warn" : "info" });
  let played = 0;
  let distances = 0;
  let last = "";
  let shownAt = -Infinity;
  line.update({ steps: 0 });
  return {
    step(x) {
      const now = performance.now();
      if (!line.isDrawn || now - shownAt < STEP_SHOW_PERIOD_MS) return;
      shownAt = now;
      line.update({ steps: played, detail: `${last}now at ${x()} px` });
    },
    episode({ distance, reward, steps, completed }) {
      played++;
      distances += distance;
      const mean = (distances / played).toFixed(0);
      last = `last ${distance} px · mean ${mean} px · `;
      line.update({ steps: played, detail: `last ${distance} px · mean ${mean} px` });
      // On a terminal the line above tells it, and the report at the end.
      if (!line.isDrawn) {
        log.info({ episode: played, distance, reward, steps, completed }, "episode");
      }
    },
    task(total, unit) {
      line.clear();
      return new ProgressLine({ totalSteps: total, unit });
    },
    note(fields, message) {
      // The fields repeat, for programs, what the message says.
      if (line.isTTY) log.info(message);
      else log.info(fields, message);
    },
    warn(message) {
      log.warn(message);
    },
    close() {
      line.clear();
    },
  };
}
