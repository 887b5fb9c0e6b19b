import type { NativeAddon } from "./native.js";

/** Calls kept before they run by themselves, so that what they hold stays bounded. */
const MAX_PENDING = 256;

/**
 * The addon with its kernels put off until somebody looks: {@link flush} runs them in the order of
 * the calls. Threads of OpenMP fall asleep within microseconds, and TensorFlow.js spends more than
 * that between two kernels; run back to back, one wakes them all. What each kernel may touch has
 * been checked before; the arrays must not be written by anyone else before `flush`.
 */
export class DeferredAddon {
  readonly #addon: NativeAddon;
  #pending: (() => void)[] = [];

  constructor(addon: NativeAddon) {
    this.#addon = addon;
  }

  /** Runs what is pending. @throws what a kernel throws; the calls after it are dropped. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const pending = this.#pending;
    this.#pending = [];
    for (const call of pending) call();
  }

  /** Runs a call after all before it, later. */
  defer(call: (addon: NativeAddon) => void): void {
    this.#pending.push(() => {
      call(this.#addon);
    });
    if (this.#pending.length >= MAX_PENDING) this.flush();
  }

  /** Runs a call after all before it, now. */
  now<T>(call: (addon: NativeAddon) => T): T {
    this.flush();
    return call(this.#addon);
  }

  /** See {@link NativeAddon.alignment}; no kernel can know a new buffer, so none runs before. */
  alignment(buffer: ArrayBuffer): number {
    return this.#addon.alignment(buffer);
  }
}
