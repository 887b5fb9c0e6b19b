/** Plain data. */
export interface CollapseWatchState {
  readonly best: { readonly mean: number; readonly step: number };
  readonly isTold: boolean;
}

/** From where the mean reward has fallen, and to what; pixels. */
export interface Collapse {
  readonly best: number;
  readonly bestStep: number;
  readonly mean: number;
}

/** Share of the best mean below which it counts as lost, and above which as found again. */
const [LOST, FOUND] = [0.5, 0.75];

/**
 * Tells when a run loses what it had learned: the mean reward over 100 episodes is less than half of
 * the best that it has been. Single bad episodes move such a mean by a hundredth.
 */
export class CollapseWatch {
  #best = { mean: 0, step: 0 };
  #isTold = false;

  /**
   * @param mean over the last 100 episodes, no fewer
   * @returns what was lost, once for each time
   */
  add(step: number, mean: number): Collapse | undefined {
    if (mean > this.#best.mean) this.#best = { mean, step };
    if (mean >= FOUND * this.#best.mean) this.#isTold = false;
    if (this.#isTold || mean >= LOST * this.#best.mean || this.#best.mean <= 0) return undefined;
    this.#isTold = true;
    return { best: this.#best.mean, bestStep: this.#best.step, mean };
  }

  getState(): CollapseWatchState {
    return { best: this.#best, isTold: this.#isTold };
  }

  setState({ best, isTold }: CollapseWatchState): void {
    this.#best = best;
    this.#isTold = isTold;
  }
}
