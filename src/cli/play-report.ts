import type { Logger } from "pino";
import { createConsoleLog } from "../logging/console-log.js";
import { ProgressLine } from "../logging/progress.js";
import type { EpisodeSummary } from "../trainer/episode.js";

/** What a person sees while episodes are played: a progress line on standard error. */
export interface PlayReport {
  episode(episode: EpisodeSummary): void;
  /** Another task for a while, e.g. the encoding of a film; ends with `clear`. */
  task(total: number, unit: string): ProgressLine;
  note(fields: Record<string, number | string>, message: string): void;
  close(): void;
}

export interface PlayReportOptions {
  readonly episodes: number;
  /** Nothing but the progress line, and that on a terminal only. */
  readonly quiet?: boolean;
}

/** For people on a terminal, JSON lines elsewhere. */
export async function createPlayReport(options: PlayReportOptions): Promise<PlayReport> {
  const { episodes, quiet = false } = options;
  const line = new ProgressLine({ totalSteps: episodes, unit: "episodes" });
  const log: Logger = await createConsoleLog({ output: line, level: quiet ? "silent" : "info" });
  let played = 0;
  let distances = 0;
  line.update({ steps: 0 });
  return {
    episode({ distance, reward, steps, completed }) {
      played++;
      distances += distance;
      const mean = (distances / played).toFixed(0);
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
      log.info(fields, message);
    },
    close() {
      line.clear();
    },
  };
}
