/** Most bytes kept for reuse; one update of the DQN network at batch 32 cycles through about 60 MB. */
const MAX_FREE_BYTES = 256 * 2 ** 20;

/**
 * Arrays for kernels' outputs, used again once their tensor is gone. A fresh array's pages are
 * zeroed by the operating system one fault at a time, which costs about as much as computing them.
 *
 * An array is reused only while nobody else can hold it: whatever leaves our own kernels (read by a
 * caller, given to a kernel that may keep a view) must be {@link release}d first.
 */
export class BufferPool {
  readonly #allocate: (length: number) => Float32Array;
  readonly #free = new Map<number, Float32Array[]>();
  readonly #owned = new WeakSet<Float32Array>();
  #freeBytes = 0;
  #allocations = 0;

  constructor(allocate: (length: number) => Float32Array) {
    this.#allocate = allocate;
  }

  /** How often an array was asked for that was not there. */
  get allocations(): number {
    return this.#allocations;
  }

  /** An array of `length` values, contents unspecified: the caller writes all of it. */
  take(length: number): Float32Array {
    const array = this.#free.get(length)?.pop();
    if (array !== undefined) {
      this.#freeBytes -= array.byteLength;
      return array;
    }
    this.#allocations++;
    const fresh = this.#allocate(length);
    this.#owned.add(fresh);
    return fresh;
  }

  /** Whether nobody outside our kernels can hold this array. */
  owns(array: Float32Array): boolean {
    return this.#owned.has(array);
  }

  /** Takes an array back whose tensor is gone; ignores one that it does not own. */
  give(array: unknown): void {
    if (!(array instanceof Float32Array) || !this.owns(array)) return;
    if (this.#freeBytes + array.byteLength > MAX_FREE_BYTES) return;
    const free = this.#free.get(array.length);
    if (free === undefined) this.#free.set(array.length, [array]);
    else free.push(array);
    this.#freeBytes += array.byteLength;
  }

  /** Gives an array up for good: somebody else may hold it from now on. */
  release(array: unknown): void {
    if (array instanceof Float32Array) this.#owned.delete(array);
  }
}
