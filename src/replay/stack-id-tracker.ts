import type { FrameStore } from "./frame-store.js";
import type { StackIds } from "./transition.js";

/**
 * Stores one environment's frames and knows the ids of those in its current observation; before an
 * episode's first frame that frame is repeated.
 */
export class StackIdTracker {
  readonly #store: FrameStore;
  #ids: StackIds = [0, 0, 0, 0];

  constructor(store: FrameStore) {
    this.#store = store;
  }

  /** Current observation. */
  get ids(): StackIds {
    return this.#ids;
  }

  /** Starts an episode. @param frame first frame, copied into the store. */
  reset(frame: Uint8Array): StackIds {
    const id = this.#store.add(frame);
    this.#ids = [id, id, id, id];
    return this.#ids;
  }

  /** @param frame newest frame, copied into the store. */
  push(frame: Uint8Array): StackIds {
    const [, b, c, d] = this.#ids;
    this.#ids = [b, c, d, this.#store.add(frame)];
    return this.#ids;
  }

  /** Goes on from an observation whose frames are in the store. */
  setIds(ids: StackIds): void {
    this.#ids = ids;
  }
}
