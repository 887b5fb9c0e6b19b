import { MarioError } from "../core/errors.js";

const SEGMENT_FRAMES = 4096;

export interface FrameStoreOptions {
  /** Frames kept; the oldest is overwritten by the next one after that. */
  readonly capacity: number;
  /** Bytes in one frame, e.g. 84 × 84 = 7,056. */
  readonly frameBytes: number;
}

/**
 * A ring of single frames, each stored once however many observation stacks show it.
 *
 * Frames are named by a number that counts up for ever, so that a name never changes its meaning:
 * `has` says whether it is still kept. Memory is taken in segments as it is needed (one array of
 * many gigabytes is beyond what some JavaScript engines allow).
 */
export class FrameStore {
  readonly capacity: number;
  readonly frameBytes: number;
  readonly #segments: Uint8Array[] = [];
  #count = 0;

  constructor(options: FrameStoreOptions) {
    this.capacity = options.capacity;
    this.frameBytes = options.frameBytes;
  }

  /** Frames ever added: the id of the next one. */
  get count(): number {
    return this.#count;
  }

  /** Bytes the store takes when full. */
  static bytesFor(options: FrameStoreOptions): number {
    return options.capacity * options.frameBytes;
  }

  /** Copies a frame in. @returns its id. @throws MarioError SHAPE_MISMATCH on another length. */
  add(frame: Uint8Array): number {
    if (frame.length !== this.frameBytes) {
      throw new MarioError(
        "SHAPE_MISMATCH",
        `A frame of ${frame.length} bytes was added to a store of ${this.frameBytes}-byte frames.`,
      );
    }
    const id = this.#count++;
    const slot = id % this.capacity;
    this.#segment(slot).set(frame, (slot % SEGMENT_FRAMES) * this.frameBytes);
    return id;
  }

  /** Whether that frame is still kept. */
  has(id: number): boolean {
    return id >= 0 && id < this.#count && id >= this.#count - this.capacity;
  }

  /** A view of the frame, valid until it is overwritten. The caller makes sure that `has(id)`. */
  view(id: number): Uint8Array {
    const slot = id % this.capacity;
    const start = (slot % SEGMENT_FRAMES) * this.frameBytes;
    return this.#segments[Math.floor(slot / SEGMENT_FRAMES)].subarray(
      start,
      start + this.frameBytes,
    );
  }

  #segment(slot: number): Uint8Array {
    const index = Math.floor(slot / SEGMENT_FRAMES);
    const frames = Math.min(SEGMENT_FRAMES, this.capacity - index * SEGMENT_FRAMES);
    return (this.#segments[index] ??= new Uint8Array(frames * this.frameBytes));
  }
}
