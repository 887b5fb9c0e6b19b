import type { Chooser, EnjoyHello, EpisodeEntry, Moment } from "../protocol/protocol.js";

/** A game and who plays it, as far as watching is concerned. */
export interface WatchedGame {
  readonly hello: EnjoyHello;
  /** Buttons of each action, an OR. */
  readonly buttons: readonly number[];
  /** `[84, 84, 4] uint8`, live. */
  readonly observation: Uint8Array;
  /** `[240, 256] uint32`, 0x00RRGGBB, live. */
  screen(): Uint32Array;
  /** Buttons held in the frame that the screen shows, an OR. */
  held(): number;
  reset(seed: number): Moment;
  /** What the network thinks, `[actions] float32`. */
  qValues(): Float32Array;
  /** What it does about it, chance included. */
  decide(q: Float32Array): Omit<Choice, "q">;
  /** Which pixels that action's value hangs on, `[84, 84] uint8`. */
  saliency(action: number): Uint8Array;
  /** @param onFrame called after each frame, with the picture drawn; without it only the last is. */
  step(
    action: number,
    onFrame?: () => void,
  ): { readonly moment: Moment; readonly ending: EpisodeEntry["ending"] | undefined };
  moment(): Moment;
  /** Everything that decides the running episode's future; {@link WatchedGame.resume} continues it. */
  suspend(): unknown;
  resume(state: unknown): void;
}

export interface Choice {
  /** `[actions] float32`. */
  readonly q: Float32Array;
  readonly action: number;
  readonly by: Chooser;
}
