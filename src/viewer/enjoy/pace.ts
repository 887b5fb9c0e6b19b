/** Keeps the console's time: whole frames at a fixed rate, and no catching up after a hitch. */
export class Pace {
  readonly #frameMs: number;
  readonly #now: () => number;
  #due: number;
  #wake: (() => void) | undefined;

  /** @param frameRate frames a second. @param now milliseconds, monotonic. */
  constructor(frameRate: number, now: () => number) {
    this.#frameMs = 1000 / frameRate;
    this.#now = now;
    this.#due = now();
  }

  /** Waits until the frames shown last have had their time. @param speed times the console's pace. */
  async frames(count: number, speed: number): Promise<void> {
    this.#due += (count * this.#frameMs) / speed;
    const wait = this.#due - this.#now();
    // A machine too slow for the console's pace does not try to catch up later.
    if (wait < -MOST_LAG_MS) this.#due = this.#now();
    if (wait > 0) await this.pause(wait);
    // It must not starve everything else either.
    else await new Promise((resolve) => setImmediate(resolve));
  }

  /** From now on, after something that was not the game's: a stop, a change of speed. */
  restart(): void {
    this.#due = this.#now();
  }

  /** Sleeps so long, or for ever, or until {@link Pace.wake}. */
  pause(milliseconds = Infinity): Promise<void> {
    return new Promise((resolve) => {
      const timer = milliseconds < Infinity ? setTimeout(resolve, milliseconds) : undefined;
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  wake(): void {
    this.#wake?.();
  }
}

const MOST_LAG_MS = 250;
