import type { FrameStore } from "../../replay/frame-store.js";
import type { Played } from "../../trainer/actor-group.js";
import type { ResumeWriter, RunState } from "../../trainer/checkpoint/resume-point.js";
import type { LoopState } from "../../trainer/train-loop.js";
import type { Window } from "../../trainer/window.js";
import type { WriteFailures } from "./write-failures.js";

export interface ResumeKeeperOptions {
  readonly writer: ResumeWriter;
  readonly periodSteps: number;
  /** Steps of the whole run. */
  readonly timesteps: number;
  /** Keeps the point of a finished run: it may be made longer. */
  readonly keepsLast: boolean;
  /** Whether something is left to do even after the last step. */
  readonly isUnfinished: () => boolean;
  /**
   * What was decided on the command line is not in the point that the run begins at: saves another after
   * its first window. Otherwise a run that was made longer and killed would go on to its former end.
   */
  readonly isChanged: boolean;
  readonly stateAt: (loop: LoopState) => Promise<RunState>;
  readonly stores: readonly FrameStore[];
  readonly note: (message: string) => void;
  readonly failures: WriteFailures;
}

/**
 * The first point comes after this share of the period, so that a run that is killed early can go on,
 * too; one that could not be written is tried again after as much.
 */
const EARLY_SHARE = 0.1;

/** Saves a resume point now and then, and when the run is stopped. */
export class ResumeKeeper {
  readonly #options: ResumeKeeperOptions;
  #loop: LoopState;
  #savedAt: number | undefined;
  #isUnsavedChange: boolean;
  #nextAt: number;

  /** @param from where the run begins: at a point, or at step 0 */
  constructor(options: ResumeKeeperOptions, from: LoopState) {
    this.#options = options;
    this.#loop = from;
    this.#savedAt = from.step > 0 ? from.step : undefined;
    this.#isUnsavedChange = options.isChanged;
    const share = options.isChanged ? 0 : from.step > 0 ? 1 : EARLY_SHARE;
    this.#nextAt = from.step + options.periodSteps * share;
  }

  /** The step of the point that is there; undefined while there is none. */
  get savedAt(): number | undefined {
    return this.#savedAt;
  }

  async onWindow(window: Window, played: readonly Played[]): Promise<void> {
    this.#loop = { step: window.last, index: window.index + 1, incoming: played };
    const due = window.last >= this.#nextAt && window.last < this.#options.timesteps;
    if (due) await this.#save();
  }

  /** The loop has ended: saves where it was stopped; removes what a finished run leaves. */
  async finish(): Promise<void> {
    const { failures, isUnfinished, keepsLast, timesteps, writer } = this.#options;
    if (this.#loop.step >= timesteps && !isUnfinished() && !keepsLast) {
      // What cannot be removed does no harm.
      await failures.observe("the removal of the resume point", () => {
        writer.remove();
        this.#savedAt = undefined;
        return Promise.resolve();
      });
    } else if (this.#loop.step > (this.#savedAt ?? 0) || this.#isUnsavedChange) await this.#save();
    // Part of an owed evaluation may have been played, or a held model written, since that point.
    else if (this.#savedAt !== undefined && isUnfinished()) await this.#save();
  }

  async #save(): Promise<void> {
    const { failures, note, periodSteps, stateAt, stores, writer } = this.#options;
    const { step } = this.#loop;
    const started = performance.now();
    this.#nextAt = step + periodSteps * EARLY_SHARE;
    await failures.observe("a resume point", async () => {
      const bytes = await writer.save(await stateAt(this.#loop), stores);
      this.#savedAt = step;
      this.#isUnsavedChange = false;
      this.#nextAt = step + periodSteps;
      const seconds = (performance.now() - started) / 1000;
      note(
        `resume point at step ${step}: ${(bytes / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s`,
      );
    });
  }
}
