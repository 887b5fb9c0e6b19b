import { ROUNDS, spreadOf, type OnProgress, type Spread } from "./rounds.js";
import type { Played } from "../trainer/actor-group.js";
import type { LearnSummary } from "../trainer/learner.js";
import type { TrainObserver } from "../trainer/train-loop.js";
import type { Window } from "../trainer/window.js";
import type { BusyTimes } from "../trainer/workers/training-threads.js";

/** Clocks of the process; all count up from any point. */
export interface Clocks {
  /** ms */
  readonly now: () => number;
  /** Processor time of all threads, ms. */
  readonly cpuMs: () => number;
  readonly busyMs: () => BusyTimes;
}

export interface EndToEndOptions extends Clocks {
  /** About how long to measure, s; the warm-up is not counted. */
  readonly seconds: number;
  /** Emulator frames of a decision. */
  readonly actionRepeat: number;
  /** Updates before the measurement begins. */
  readonly warmUpUpdates: number;
  readonly cores: number;
  readonly onProgress?: OnProgress;
}

/** Spreads are over rounds. */
export interface EndToEndResult {
  readonly rounds: number;
  readonly stepsPerSecond: Spread;
  readonly framesPerSecond: Spread;
  readonly updatesPerSecond: Spread;
  /** Share of the time for which an actor thread had work, 0 to 1; mean of the threads. */
  readonly actorUtilisation: Spread;
  /** Share of the time for which the learner's thread had work, 0 to 1. */
  readonly learnerUtilisation: Spread;
  /** Processor time used of what the cores had to give, 0 to 1. */
  readonly processorUtilisation: Spread;
}

interface Reading {
  readonly now: number;
  readonly cpu: number;
  readonly actors: number;
  readonly learner: number;
  readonly steps: number;
  readonly updates: number;
}

/** Watches a training run, as it is, for some rounds of equal time, and then has it stopped. */
export class EndToEndBench implements TrainObserver {
  readonly #options: EndToEndOptions;
  readonly #readings: Reading[] = [];
  #steps = 0;
  #updates = 0;

  constructor(options: EndToEndOptions) {
    this.#options = options;
  }

  onWindow(window: Window, _played: readonly Played[], learned: LearnSummary): void {
    this.#steps += window.last - window.after;
    this.#updates += learned.updates;
    const { now, seconds, warmUpUpdates } = this.#options;
    const last = this.#readings.at(-1);
    const due = last
      ? now() - last.now >= (seconds * 1000) / ROUNDS
      : this.#updates >= warmUpUpdates;
    if (due) this.#readings.push(this.#read());
    this.#options.onProgress?.(Math.max(0, this.#readings.length - 1) / ROUNDS);
  }

  shouldStop(): boolean {
    return this.#readings.length > ROUNDS;
  }

  result(): EndToEndResult {
    const { actionRepeat, cores } = this.#options;
    const rounds = this.#readings
      .slice(1)
      .map((after, i) => ({ before: this.#readings[i], after }));
    const each = (of: (reading: Reading) => number): Spread =>
      spreadOf(
        rounds.map(({ before, after }) => (of(after) - of(before)) / (after.now - before.now)),
      );
    return {
      rounds: rounds.length,
      stepsPerSecond: each(({ steps }) => 1000 * steps),
      framesPerSecond: each(({ steps }) => 1000 * steps * actionRepeat),
      updatesPerSecond: each(({ updates }) => 1000 * updates),
      actorUtilisation: each(({ actors }) => actors),
      learnerUtilisation: each(({ learner }) => learner),
      processorUtilisation: each(({ cpu }) => cpu / cores),
    };
  }

  #read(): Reading {
    const { now, cpuMs, busyMs } = this.#options;
    const { actors, learner } = busyMs();
    return {
      now: now(),
      cpu: cpuMs(),
      actors: actors.reduce((sum, ms) => sum + ms, 0) / actors.length,
      learner,
      steps: this.#steps,
      updates: this.#updates,
    };
  }
}
