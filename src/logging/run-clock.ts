import type { LogEvent } from "./event-encoding.js";

/**
 * Seconds since a run began, without those for which it was stopped: a resumed session begins when
 * the one before had come to its first step.
 */
export class RunClock {
  /** Wall time at which the clock would have shown 0, had the run never been stopped. */
  #zero: number | undefined;
  #seconds = 0;
  /** When which step was reached; both only rise. */
  readonly #reached: { readonly step: number; readonly seconds: number }[] = [];

  /** What it shows at the newest event. */
  get seconds(): number {
    return this.#seconds;
  }

  /** @param event the run's next one, in the order written @returns what the clock shows then */
  at({ step, wallTime, content }: LogEvent): number {
    if (content.kind === "fileVersion") this.#zero = wallTime;
    else if (content.kind === "sessionStart") {
      // These steps are done again.
      while ((this.#reached.at(-1)?.step ?? -1) >= step) this.#reached.pop();
      this.#zero = wallTime - (this.#reached.at(-1)?.seconds ?? 0);
    }
    this.#zero ??= wallTime;
    this.#seconds = wallTime - this.#zero;
    if (content.kind !== "fileVersion" && content.kind !== "sessionStart") this.#reach(step);
    return this.#seconds;
  }

  /** Later events may be about earlier steps, e.g. an evaluation that took a while. */
  #reach(step: number): void {
    const seconds = this.#seconds;
    const reached = this.#reached;
    for (let last = reached.at(-1); last; last = reached.at(-1)) {
      if (last.step < step || last.seconds > seconds) break;
      reached.pop();
    }
    const last = reached.at(-1);
    if (last === undefined || (last.step < step && last.seconds < seconds)) {
      reached.push({ step, seconds });
    }
  }
}
