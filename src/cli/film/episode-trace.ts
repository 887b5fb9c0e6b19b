import type { Environment, StepResult } from "../../env/environment.js";
import type { MarioEnv, MarioInfo } from "../../env/mario-env.js";

/** All that an episode needs to happen again exactly: the game draws no random number of its own. */
export interface EpisodeTrace {
  /** Seed of its reset, or the environment's state where it was taken up. */
  readonly start: number | Uint8Array;
  readonly actions: readonly number[];
  /** Emulator frames that it took. */
  readonly frames: number;
}

/** Takes an environment to where a traced episode begins. @throws MarioError STATE_INVALID. */
export function beginTrace(environment: MarioEnv, { start }: EpisodeTrace): void {
  if (typeof start === "number") environment.reset(start);
  else environment.setState(start);
}

/**
 * An environment that remembers its running episode, so that it can be played again and filmed once
 * it is known to be worth it: while nobody films, most frames need not be drawn.
 */
export class TracedEnvironment implements Environment<MarioInfo> {
  readonly #inner: MarioEnv;
  #start: number | Uint8Array = 0;
  #actions: number[] = [];
  #framesAtStart = 0;

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

  get observation(): Uint8Array {
    return this.#inner.observation;
  }

  /** Of the episode since the last `reset` or `setState`. */
  get trace(): EpisodeTrace {
    const frames = this.#inner.info().frames - this.#framesAtStart;
    return { start: this.#start, actions: this.#actions, frames };
  }

  reset(seed: number): { readonly observation: Uint8Array; readonly info: MarioInfo } {
    const result = this.#inner.reset(seed);
    this.#begin(seed);
    return result;
  }

  step(action: number): StepResult<MarioInfo> {
    this.#actions.push(action);
    return this.#inner.step(action);
  }

  getState(): Uint8Array {
    return this.#inner.getState();
  }

  setState(state: Uint8Array): void {
    this.#inner.setState(state);
    this.#begin(state.slice());
  }

  #begin(start: number | Uint8Array): void {
    this.#start = start;
    this.#actions = [];
    this.#framesAtStart = this.#inner.info().frames;
  }
}
