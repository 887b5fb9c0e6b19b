import { RunClock } from "../../logging/run-clock.js";
import { runChangedAt, RunTail } from "../../logging/run-tail.js";
import { RUN_SETTINGS_TAG } from "../../logging/tags.js";
import type { Point, RunGrowth, RunSource } from "../../viewer/dashboard/series.js";

/** A run as its event files tell it, while they grow. */
export class FileRun implements RunSource {
  readonly name: string;
  readonly #directory: string;
  readonly #tail: RunTail;
  readonly #clock = new RunClock();

  /** @param directory a folder with event files. */
  constructor(directory: string, name: string) {
    this.#directory = directory;
    this.name = name;
    this.#tail = new RunTail(directory);
  }

  get id(): string {
    return this.#directory;
  }

  changedAt(): number {
    return runChangedAt(this.#directory);
  }

  /** For how long the run went on, as far as it was read. */
  get seconds(): number {
    return this.#clock.seconds;
  }

  poll(): readonly RunGrowth[] {
    const growth: RunGrowth[] = [];
    let points: Point[] = [];
    const close = (): void => {
      if (points.length > 0) growth.push({ points });
      points = [];
    };
    for (const event of this.#tail.poll()) {
      const { step, content } = event;
      const seconds = this.#clock.at(event);
      if (content.kind === "scalar") {
        points.push({ tag: content.tag, step, seconds, value: content.value });
      } else if (content.kind === "sessionStart") {
        close();
        growth.push({ dropFrom: step, points: [] });
      } else if (content.kind === "text" && content.tag === RUN_SETTINGS_TAG) {
        close();
        growth.push({ settings: parseSettings(content.markdown), points: [] });
      }
    }
    close();
    return growth;
  }
}

/** The rows of the table that a run begins with: `| learning.gamma | 0.9 |`. */
function parseSettings(markdown: string): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const line of markdown.split("\n").slice(2)) {
    const [before, name, value, after, ...more] = line.split("|").map((cell) => cell.trim());
    const isRow = before === "" && name !== "" && after === "" && more.length === 0;
    if (isRow) settings[name] = value;
  }
  return settings;
}
