/** Buttons held for so many frames. */
export type Run = readonly [frames: number, buttons: number];

/** Collects a play frame by frame; keeps it all, and what has not been sent yet. */
export class RunRecorder {
  readonly #all: [number, number][] = [];
  #pending: [number, number][] = [];
  #frames = 0;
  #sent = 0;

  get frames(): number {
    return this.#frames;
  }

  /** Frames before the pending ones. */
  get sent(): number {
    return this.#sent;
  }

  push(buttons: number): void {
    append(this.#all, buttons);
    append(this.#pending, buttons);
    this.#frames++;
  }

  /** What came since the last time, which is then counted as sent. */
  takePending(): Run[] {
    const pending = this.#pending;
    this.#pending = [];
    this.#sent = this.#frames;
    return pending;
  }

  /** Counts everything as not yet sent: the next `takePending` begins at frame 0. */
  rewind(): void {
    this.#pending = this.#all.map(([frames, buttons]) => [frames, buttons]);
    this.#sent = 0;
  }
}

function append(runs: [number, number][], buttons: number): void {
  const last = runs.at(-1);
  if (last?.[1] === buttons) last[0]++;
  else runs.push([1, buttons]);
}

/** Gives out a recorded play frame by frame. */
export class RunPlayer {
  readonly frames: number;
  readonly #runs: readonly Run[];
  #frame = 0;
  #run = 0;
  #used = 0;

  constructor(runs: readonly Run[]) {
    this.#runs = runs;
    this.frames = runs.reduce((sum, [frames]) => sum + frames, 0);
  }

  /** Frames given out. */
  get frame(): number {
    return this.#frame;
  }

  /** Buttons of the next frame; undefined when it is over. */
  next(): number | undefined {
    if (this.#run >= this.#runs.length) return undefined;
    const [frames, buttons] = this.#runs[this.#run];
    this.#frame++;
    if (++this.#used >= frames) {
      this.#run++;
      this.#used = 0;
    }
    return buttons;
  }
}
