import { MarioError } from "../core/errors.js";

const SEGMENT_FRAMES = 4096;

export interface FrameStoreOptions {
  /** Frames kept; the oldest is overwritten by the next one after that. */
  readonly capacity: number;
  /** Bytes in one frame, e.g. 84 × 84 = 7,056. */
  readonly frameBytes: number;
  /** From {@link allocateFrames}, where another thread shares the store; default: its own. */
  readonly segments?: readonly ArrayBufferLike[];
}

/**
 * Memory for a store's frames: in segments, since one array of many gigabytes is beyond some
 * JavaScript engines; shared between threads where the platform can. The system hands it out as it
 * is first written to.
 */
export function allocateFrames(options: Omit<FrameStoreOptions, "segments">): ArrayBufferLike[] {
  const { capacity, frameBytes } = options;
  // A browser page that is not cross-origin isolated has no shared memory; it has no threads either.
  const Buffer = typeof SharedArrayBuffer === "undefined" ? ArrayBuffer : SharedArrayBuffer;
  return Array.from({ length: Math.ceil(capacity / SEGMENT_FRAMES) }, (_, index) => {
    const frames = Math.min(SEGMENT_FRAMES, capacity - index * SEGMENT_FRAMES);
    return new Buffer(frames * frameBytes);
  });
}

/**
 * A ring of single frames of one environment, each stored once however many observation stacks show
 * it.
 *
 * Frames are named by a number that counts up for ever, so that a name never changes its meaning:
 * `has` says whether it is still kept. One thread adds frames; another that shares the memory says
 * with {@link advance} which ones it may look at.
 */
export class FrameStore {
  readonly capacity: number;
  readonly frameBytes: number;
  readonly #segments: readonly Uint8Array[];
  #count = 0;

  constructor(options: FrameStoreOptions) {
    this.capacity = options.capacity;
    this.frameBytes = options.frameBytes;
    const segments = options.segments ?? allocateFrames(options);
    this.#segments = segments.map((segment) => new Uint8Array(segment));
  }

  /** Frames ever added: the id of the next one. */
  get count(): number {
    return this.#count;
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
    this.view(id).set(frame);
    return id;
  }

  /** Frames up to this count were added by the thread that owns the environment. */
  advance(count: number): void {
    this.#count = Math.max(this.#count, count);
  }

  /** Whether that frame is still kept. @param inFlight frames that may be added meanwhile */
  has(id: number, inFlight = 0): boolean {
    return id >= 0 && id < this.#count && id >= this.#count + inFlight - this.capacity;
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
}
