import { MarioError } from "../core/errors.js";
import { STACK_FRAMES } from "../core/observation.js";
import type { Rng } from "../core/rng.js";
import type { FrameStore } from "./frame-store.js";
import type { Sampler, SamplerState } from "./sampler.js";
import type { TransitionBatch } from "./transition.js";
import type { TransitionBlock } from "./transition-block.js";

export interface ReplayMemoryOptions {
  /** Transitions kept at most; each environment has an equal share. */
  readonly capacity: number;
  /** Each environment's frames, one store a lane. */
  readonly lanes: readonly FrameStore[];
  /** Which transitions are looked at; it has as many slots as the memory. */
  readonly sampler: Sampler;
  /**
   * Frames that an environment may add to its store while the memory is sampled: transitions that
   * would lose theirs leave before. Default 0.
   */
  readonly framesInFlight?: number;
}

/**
 * Frames to keep in a lane for so many transitions: each episode's first frame is one more.
 * @param inFlight see {@link ReplayMemoryOptions.framesInFlight}
 */
export function framesForTransitions(transitions: number, inFlight = 0): number {
  // An episode of 16 decisions is about the shortest there is, so 1/16 more is enough; where it is
  // not, the oldest transitions leave a little sooner.
  return Math.ceil(transitions * (1 + 1 / 16)) + 2 * STACK_FRAMES + inFlight;
}

/** Transitions that each of so many environments keeps. */
export function laneCapacity(capacity: number, lanes: number): number {
  return Math.max(1, Math.floor(capacity / lanes));
}

/** Bytes of a transition besides its frames: frame ids, action, return, discount. */
export const TRANSITION_BYTES = 2 * STACK_FRAMES * 4 + 3 * 4;

/** All but the frames: numbers and typed arrays. */
export interface ReplayState {
  /** One entry a slot; ids eight. */
  readonly ids: Int32Array;
  readonly actions: Int32Array;
  readonly rewards: Float32Array;
  readonly discounts: Float32Array;
  readonly lanes: readonly {
    readonly next: number;
    readonly size: number;
    /** Frames ever added to the lane's store. */
    readonly frameCount: number;
  }[];
  readonly sampler: SamplerState;
}

/** One environment's transitions: a ring of slots. */
interface Lane {
  readonly frames: FrameStore;
  readonly firstSlot: number;
  /** Place in the lane of the next transition. */
  next: number;
  size: number;
}

/**
 * Transitions of several environments, each a ring, the oldest leaving first (Lin 1992; Mnih et al.
 * 2015). A transition leaves when its place is needed or when a frame of it goes.
 */
export class ReplayMemory {
  readonly capacity: number;
  readonly #laneCapacity: number;
  readonly #lanes: readonly Lane[];
  readonly #sampler: Sampler;
  readonly #framesInFlight: number;
  readonly #ids: Int32Array;
  readonly #actions: Int32Array;
  readonly #rewards: Float32Array;
  readonly #discounts: Float32Array;
  #batch: TransitionBatch | undefined;

  constructor(options: ReplayMemoryOptions) {
    this.#laneCapacity = laneCapacity(options.capacity, options.lanes.length);
    this.capacity = this.#laneCapacity * options.lanes.length;
    this.#lanes = options.lanes.map((frames, lane) => ({
      frames,
      firstSlot: lane * this.#laneCapacity,
      next: 0,
      size: 0,
    }));
    this.#sampler = options.sampler;
    this.#framesInFlight = options.framesInFlight ?? 0;
    this.#ids = new Int32Array(this.capacity * 2 * STACK_FRAMES);
    this.#actions = new Int32Array(this.capacity);
    this.#rewards = new Float32Array(this.capacity);
    this.#discounts = new Float32Array(this.capacity);
  }

  /** Transitions that can be sampled. */
  get size(): number {
    return this.#sampler.size;
  }

  /**
   * Takes in what an environment did, whose frames are in its lane's store already.
   * @param frameCount frames ever added to that store
   */
  add(lane: number, block: TransitionBlock, frameCount: number): void {
    const target = this.#lanes[lane];
    target.frames.advance(frameCount);
    for (let i = 0; i < block.size; i++) this.#put(target, block, i);
    this.#dropThoseWithoutFrames(target);
  }

  /**
   * @returns a batch whose arrays are reused by the next call.
   * @throws MarioError SHAPE_MISMATCH when the memory is empty.
   */
  sample(size: number, rng: Rng): TransitionBatch {
    if (this.size === 0) {
      throw new MarioError("SHAPE_MISMATCH", "An empty replay memory was sampled.");
    }
    const batch = this.#batchOf(size);
    this.#sampler.sample(size, rng, batch);
    for (let i = 0; i < size; i++) {
      const slot = batch.indices[i];
      const { frames } = this.#lanes[Math.floor(slot / this.#laneCapacity)];
      batch.aTm1[i] = this.#actions[slot];
      batch.rT[i] = this.#rewards[slot];
      batch.discountT[i] = this.#discounts[slot];
      const at = slot * 2 * STACK_FRAMES;
      writeObservation(frames, this.#ids, at, batch.sTm1, i);
      writeObservation(frames, this.#ids, at + STACK_FRAMES, batch.sT, i);
    }
    return batch;
  }

  /** Tells the sampler how wrong the values of the last batch were. */
  updatePriorities({ indices }: TransitionBatch, tdErrors: Float32Array): void {
    this.#sampler.update(indices, tdErrors);
  }

  getState(): ReplayState {
    return {
      ids: this.#ids.slice(),
      actions: this.#actions.slice(),
      rewards: this.#rewards.slice(),
      discounts: this.#discounts.slice(),
      lanes: this.#lanes.map(({ next, size, frames }) => ({
        next,
        size,
        frameCount: frames.count,
      })),
      sampler: this.#sampler.getState(),
    };
  }

  /**
   * Goes on from there; the frames must be in the stores again.
   * @throws MarioError STATE_INVALID when the state is of a memory of another size
   */
  setState(state: ReplayState): void {
    if (state.actions.length !== this.capacity || state.lanes.length !== this.#lanes.length) {
      throw new MarioError(
        "STATE_INVALID",
        "This replay memory's state is of a memory of another size.",
      );
    }
    this.#ids.set(state.ids);
    this.#actions.set(state.actions);
    this.#rewards.set(state.rewards);
    this.#discounts.set(state.discounts);
    for (const [i, { next, size, frameCount }] of state.lanes.entries()) {
      const lane = this.#lanes[i];
      lane.next = next;
      lane.size = size;
      lane.frames.advance(frameCount);
    }
    this.#sampler.setState(state.sampler);
  }

  #put(lane: Lane, block: TransitionBlock, i: number): void {
    const slot = lane.firstSlot + lane.next;
    const { ids } = block;
    const from = i * 2 * STACK_FRAMES;
    for (let k = 0; k < 2 * STACK_FRAMES; k++) {
      this.#ids[slot * 2 * STACK_FRAMES + k] = ids[from + k];
    }
    this.#actions[slot] = block.aTm1[i];
    this.#rewards[slot] = block.rT[i];
    this.#discounts[slot] = block.discountT[i];
    this.#sampler.add(slot);
    lane.size = Math.min(lane.size + 1, this.#laneCapacity);
    lane.next = (lane.next + 1) % this.#laneCapacity;
  }

  #dropThoseWithoutFrames(lane: Lane): void {
    while (lane.size > 0) {
      const oldest =
        lane.firstSlot + ((lane.next - lane.size + this.#laneCapacity) % this.#laneCapacity);
      const firstFrame = this.#ids[oldest * 2 * STACK_FRAMES];
      if (lane.frames.has(firstFrame, this.#framesInFlight)) return;
      this.#sampler.remove(oldest);
      lane.size--;
    }
  }

  #batchOf(size: number): TransitionBatch {
    if (this.#batch?.size === size) return this.#batch;
    const observations = size * this.#lanes[0].frames.frameBytes * STACK_FRAMES;
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
 * last: four pixels of four frames at once, as 32-bit words (so little-endian, like every host of
 * today), and the pixels that are left one by one.
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
  const words = new Int32Array(out.buffer, out.byteOffset + row * pixels * STACK_FRAMES, pixels);
  const [a, b, c, d] = [0, 1, 2, 3].map((k) => frames.view(ids[at + k])) as StackViews;
  // Words must begin at a multiple of their size: frames of other lengths have none.
  const inWords = pixels % 4 === 0 ? pixels : 0;
  if (inWords > 0) interleave(wordsOf(a), wordsOf(b), wordsOf(c), wordsOf(d), words);
  for (let p = inWords; p < pixels; p++) {
    words[p] = a[p] | (b[p] << 8) | (c[p] << 16) | (d[p] << 24);
  }
}

type StackViews = [Uint8Array, Uint8Array, Uint8Array, Uint8Array];

function wordsOf(frame: Uint8Array): Int32Array {
  return new Int32Array(frame.buffer, frame.byteOffset, frame.length / 4);
}

const EVEN_BYTES = 0x00ff00ff;
const ODD_BYTES = 0xff00ff00 | 0;

/** Transposes blocks of 4 pixels × 4 frames: `out[4 i + p]` has byte p of word i of each frame. */
function interleave(
  a: Int32Array,
  b: Int32Array,
  c: Int32Array,
  d: Int32Array,
  out: Int32Array,
): void {
  for (let i = 0, p = 0; i < a.length; i++, p += 4) {
    // Of each pair of frames pixels 0 and 2, then 1 and 3.
    const evenAB = (a[i] & EVEN_BYTES) | ((b[i] & EVEN_BYTES) << 8);
    const oddAB = ((a[i] >>> 8) & EVEN_BYTES) | (b[i] & ODD_BYTES);
    const evenCD = (c[i] & EVEN_BYTES) | ((d[i] & EVEN_BYTES) << 8);
    const oddCD = ((c[i] >>> 8) & EVEN_BYTES) | (d[i] & ODD_BYTES);
    out[p] = (evenAB & 0xffff) | (evenCD << 16);
    out[p + 1] = (oddAB & 0xffff) | (oddCD << 16);
    out[p + 2] = (evenAB >>> 16) | (evenCD & -0x10000);
    out[p + 3] = (oddAB >>> 16) | (oddCD & -0x10000);
  }
}
