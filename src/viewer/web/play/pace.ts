/** More than this late, ms, and what was missed is let go: nobody wants to see it in a rush. */
const FORGET_MS = 250;
/** At most so many in a row without a picture: a slow machine plays slowly, and still shows it. */
const MAX_PER_PICTURE = 4;

/**
 * Decides which of the frames that jsnes asks for are run. It asks on every animation frame, and
 * again whenever its sound runs dry: without bounds the game would rush at every start, and a machine
 * that is too slow would be asked for ever more.
 */
export class Pace {
  readonly #frameMs: number;
  readonly #lead: number;
  #start = 0;
  #taken = 0;
  #sincePicture = 0;

  /** @param framesPerSecond the game's. @param lead frames that the sound may be ahead. */
  constructor(framesPerSecond: number, lead: number) {
    this.#frameMs = 1000 / framesPerSecond;
    this.#lead = lead;
  }

  /** @param now ms, on any clock. */
  resume(now: number): void {
    this.#start = now;
    this.#taken = 0;
    this.#sincePicture = 0;
  }

  /** To be called when a picture is shown. */
  picture(): void {
    this.#sincePicture = 0;
  }

  /** Whether to run a frame now. */
  take(now: number): boolean {
    const due = (now - this.#start) / this.#frameMs + this.#lead;
    if (this.#taken + 1 > due || this.#sincePicture >= MAX_PER_PICTURE) return false;
    if ((due - this.#taken) * this.#frameMs > FORGET_MS) {
      this.#start = now;
      this.#taken = this.#lead;
    }
    this.#taken++;
    this.#sincePicture++;
    return true;
  }
}
