import { MarioError } from "../core/errors.js";
import type { Rng } from "../core/rng.js";
import type { FrameStore } from "./frame-store.js";
import { STACK_FRAMES, type Transition, type TransitionBatch } from "./transition.js";

export interface ReplayMemoryOptions {
  /** Transitions kept at most. */
  readonly capacity: number;
  /** Where the frames of the transitions are. */
  readonly frames: FrameStore;
}

/** Frames to keep for so many transitions: each episode's first frame is one more. */
export function framesForTransitions(capacity: number): number {
  // An episode of 16 decisions is about the shortest there is, so 1/16 more is enough; where it is
  // not, the oldest transitions leave a little sooner.
  return Math.ceil(capacity * (1 + 1 / 16)) + STACK_FRAMES;
}

/**
 * A ring of transitions, sampled uniformly with replacement (Lin 1992; Mnih et al. 2015).
 *
 * A transition leaves when its place is needed or when a frame of it is gone.
 */
export class ReplayMemory {
  readonly capacity: number;
  readonly #frames: FrameStore;
  readonly #ids: Int32Array;
  readonly #actions: Int32Array;
  readonly #rewards: Float32Array;
  readonly #discounts: Float32Array;
  #next = 0;
  #size = 0;
  #batch: TransitionBatch | undefined;

  constructor(options: ReplayMemoryOptions) {
    this.capacity = options.capacity;
    this.#frames = options.frames;
    this.#ids = new Int32Array(options.capacity * 2 * STACK_FRAMES);
    this.#actions = new Int32Array(options.capacity);
    this.#rewards = new Float32Array(options.capacity);
    this.#discounts = new Float32Array(options.capacity);
  }

  /** Transitions that can be sampled. */
  get size(): number {
    return this.#size;
  }

  add(transition: Transition): void {
    const slot = this.#next;
    this.#ids.set(transition.sTm1, slot * 2 * STACK_FRAMES);
    this.#ids.set(transition.sT, slot * 2 * STACK_FRAMES + STACK_FRAMES);
    this.#actions[slot] = transition.aTm1;
    this.#rewards[slot] = transition.rT;
    this.#discounts[slot] = transition.discountT;
    this.#next = (slot + 1) % this.capacity;
    this.#size = Math.min(this.#size + 1, this.capacity);
    this.#dropThoseWithoutFrames();
  }

  /**
   * @returns a batch whose arrays are reused by the next call.
   * @throws MarioError SHAPE_MISMATCH when the memory is empty.
   */
  sample(size: number, rng: Rng): TransitionBatch {
    this.#dropThoseWithoutFrames();
    if (this.#size === 0) {
      throw new MarioError("SHAPE_MISMATCH", "An empty replay memory was sampled.");
    }
    const batch = this.#batchOf(size);
    for (let i = 0; i < size; i++) {
      const slot = (this.#oldest() + rng.integer(this.#size)) % this.capacity;
      batch.indices[i] = slot;
      batch.aTm1[i] = this.#actions[slot];
      batch.rT[i] = this.#rewards[slot];
      batch.discountT[i] = this.#discounts[slot];
      const at = slot * 2 * STACK_FRAMES;
      writeObservation(this.#frames, this.#ids, at, batch.sTm1, i);
      writeObservation(this.#frames, this.#ids, at + STACK_FRAMES, batch.sT, i);
    }
    return batch;
  }

  #oldest(): number {
    return (this.#next - this.#size + this.capacity) % this.capacity;
  }

  #dropThoseWithoutFrames(): void {
    while (this.#size > 0 && !this.#frames.has(this.#ids[this.#oldest() * 2 * STACK_FRAMES])) {
      this.#size--;
    }
  }

  #batchOf(size: number): TransitionBatch {
    if (this.#batch?.size === size) return this.#batch;
    const observations = size * this.#frames.frameBytes * STACK_FRAMES;
    this.#batch = {
      size,
      sTm1: new Uint8Array(observations),
      aTm1: new Int32Array(size),
      rT: new Float32Array(size),
      discountT: new Float32Array(size),
      sT: new Uint8Array(observations),
      weights: new Float32Array(size).fill(1),
      indices: new Int32Array(size),
    };
    return this.#batch;
  }
}

/**
 * Interleaves a stack's frames into row `row` of `out`, `[rows, height, width, 4] uint8`, newest
 * last. One 32-bit store a pixel: four planes at once (so little-endian, like every host of today).
 *
 * @param ids frame ids; the stack's four start at `at`, oldest first
 */
function writeObservation(
  frames: FrameStore,
  ids: ArrayLike<number>,
  at: number,
  out: Uint8Array,
  row: number,
): void {
  const pixels = frames.frameBytes;
  const words = new Uint32Array(out.buffer, out.byteOffset + row * pixels * STACK_FRAMES, pixels);
  const a = frames.view(ids[at]);
  const b = frames.view(ids[at + 1]);
  const c = frames.view(ids[at + 2]);
  const d = frames.view(ids[at + 3]);
  for (let p = 0; p < pixels; p++) words[p] = a[p] | (b[p] << 8) | (c[p] << 16) | (d[p] << 24);
}
