import type { Environment, StepResult } from "../env/environment.js";
import type { MarioEnv, MarioInfo } from "../env/mario-env.js";

/** All that an episode needs to happen again exactly: the game draws no random number of its own. */
export interface EpisodeTrace {
  readonly seed: number;
  readonly actions: readonly number[];
  /** Emulator frames that it took. */
  readonly frames: number;
}

/**
 * An environment that remembers its running episode, so that it can be played again and filmed once
 * it is known to be worth it: while nobody films, most frames need not be drawn.
 */
export class TracedEnvironment implements Environment<MarioInfo> {
  readonly #inner: MarioEnv;
  #seed = 0;
  #actions: number[] = [];
  #frames = 0;

  constructor(inner: MarioEnv) {
    this.#inner = inner;
  }

  get actionCount(): number {
    return this.#inner.actionCount;
  }

  get observationShape(): readonly number[] {
    return this.#inner.observationShape;
  }

  get frame(): Uint8Array {
    return this.#inner.frame;
  }

  /** Of the episode since the last reset. */
  get trace(): EpisodeTrace {
    return { seed: this.#seed, actions: this.#actions, frames: this.#frames };
  }

  reset(seed: number): { readonly observation: Uint8Array; readonly info: MarioInfo } {
    this.#seed = seed;
    this.#actions = [];
    this.#frames = 0;
    return this.#inner.reset(seed);
  }

  step(action: number): StepResult<MarioInfo> {
    const result = this.#inner.step(action);
    this.#actions.push(action);
    this.#frames = result.info.frames;
    return result;
  }
}
