import { MarioError } from "../core/errors.js";
import type { FrameStore } from "../replay/frame-store.js";
import type { Played } from "../trainer/actor-group.js";
import type { ResumeWriter, RunState } from "../trainer/checkpoint/resume-point.js";
import type { LoopState } from "../trainer/train-loop.js";
import type { Window } from "../trainer/window.js";

export interface ResumeKeeperOptions {
  readonly writer: ResumeWriter;
  readonly periodSteps: number;
  /** Steps of the whole run. */
  readonly timesteps: number;
  readonly stateAt: (loop: LoopState) => Promise<RunState>;
  readonly stores: readonly FrameStore[];
  readonly note: (message: string) => void;
}

/** Saves a resume point now and then, and when the run is stopped. */
export class ResumeKeeper {
  readonly #options: ResumeKeeperOptions;
  #loop: LoopState;
  #savedAt: number;

  /** @param from where the run begins */
  constructor(options: ResumeKeeperOptions, from: LoopState) {
    this.#options = options;
    this.#loop = from;
    this.#savedAt = from.step;
  }

  async onWindow(window: Window, played: readonly Played[]): Promise<void> {
    this.#loop = { step: window.last, index: window.index + 1, incoming: played };
    const { periodSteps, timesteps } = this.#options;
    const due = window.last - this.#savedAt >= periodSteps && window.last < timesteps;
    if (due) await this.#save();
  }

  /** The loop has ended: saves where it was stopped; removes what a finished run leaves. */
  async finish(): Promise<void> {
    const { timesteps, writer } = this.#options;
    if (this.#loop.step >= timesteps) writer.remove();
    else if (this.#loop.step > this.#savedAt) await this.#save();
  }

  /** A run goes on without a resume point rather than end because there was no place for one. */
  async #save(): Promise<void> {
    const { writer, stateAt, stores, note } = this.#options;
    const started = performance.now();
    this.#savedAt = this.#loop.step;
    try {
      const bytes = await writer.save(await stateAt(this.#loop), stores);
      const seconds = (performance.now() - started) / 1000;
      note(
        `resume point at step ${this.#loop.step}: ${(bytes / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s`,
      );
    } catch (error) {
      if (!(error instanceof MarioError)) throw error;
      note(`no resume point: ${error.message}`);
    }
  }
}
