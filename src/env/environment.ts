/** Result of one decision. */
export interface StepResult<Info> {
  /** See {@link Environment.observation}; valid until the next `step` or `reset`. */
  readonly observation: Uint8Array;
  readonly reward: number;
  /** The episode ended in a state without a future: value zero beyond it. */
  readonly terminated: boolean;
  /** The episode was cut (time limit, stall): the future has value, bootstrap from it. */
  readonly truncated: boolean;
  readonly info: Info;
}

/** How an episode begins. */
export interface EpisodeStart<Info> {
  /** See {@link Environment.observation}; valid until the next `step` or `reset`. */
  readonly observation: Uint8Array;
  readonly info: Info;
  /** Not where episodes begin, but at a state that was saved before. */
  readonly restarted?: boolean;
}

/** The usual reinforcement-learning environment. `Info` is what a person or a log wants to know. */
export interface Environment<Info = unknown> {
  readonly actionCount: number;
  /** e.g. `[84, 84, 4]`; uint8. */
  readonly observationShape: readonly number[];
  /**
   * Starts an episode. The same seed gives the same episode for the same actions.
   * @returns the first observation and info.
   */
  reset(seed: number): EpisodeStart<Info>;
  /** @param action 0 to `actionCount - 1`. @throws MarioError INVALID_OPTION outside that. */
  step(action: number): StepResult<Info>;
  /**
   * Newest single frame of the stack, `[84, 84] uint8`; a replay memory stores each frame once.
   * Valid until the next `step` or `reset`.
   */
  readonly frame: Uint8Array;
  /** The current observation, `observationShape` uint8; valid until the next `step` or `reset`. */
  readonly observation: Uint8Array;
  /** All that decides what comes next, copied. */
  getState(): Uint8Array;
  /** Goes on from there. @throws MarioError STATE_INVALID. */
  setState(state: Uint8Array): void;
}

/** One that can begin an episode elsewhere, too. */
export interface RestartableEnvironment<Info = unknown> extends Environment<Info> {
  /**
   * Begins an episode at a state from `getState`: goes on from there, but with the newest frame in
   * place of those before it, as after `reset`. @throws MarioError STATE_INVALID.
   */
  restart(state: Uint8Array): EpisodeStart<Info>;
}
