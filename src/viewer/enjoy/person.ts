import { Button } from "../../nes/hardware.js";

const HORIZONTAL = Button.left | Button.right;
const VERTICAL = Button.up | Button.down;
/** What to keep where not all pressed buttons make an action: walking before jumping before running. */
const WEIGHTS = [
  [Button.left, 8],
  [Button.right, 8],
  [Button.a, 4],
  [Button.b, 2],
  [Button.up, 1],
  [Button.down, 1],
] as const;

/** After the last key is let go the person keeps the controller for so long. */
export const HAND_BACK_MS = 1200;

/** Persons' hands on the one controller: whoever presses a key takes over, and hands back. */
export class Person {
  readonly #held = new Map<object, number>();
  readonly #now: () => number;
  #changedAt = -Infinity;

  /** @param now milliseconds, monotonic. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param who the page. @param buttons an OR of buttons; 0: all let go. */
  press(who: object, buttons: number): void {
    if (buttons === 0 && !this.#held.has(who)) return;
    if (buttons === 0) this.#held.delete(who);
    else this.#held.set(who, buttons);
    this.#changedAt = this.#now();
  }

  /** A page that is gone holds nothing. */
  leave(who: object): void {
    this.press(who, 0);
  }

  get buttons(): number {
    let all = 0;
    for (const buttons of this.#held.values()) all |= buttons;
    return all;
  }

  /** Whether the person, not the network, decides now. */
  get hasControl(): boolean {
    return this.#held.size > 0 || this.#now() - this.#changedAt < HAND_BACK_MS;
  }
}

/**
 * The action whose buttons come closest to those pressed without adding one; opposite directions
 * cancel out.
 * @param actions each an OR of buttons; one of them should be 0.
 * @returns its index
 */
export function nearestAction(actions: readonly number[], pressed: number): number {
  let wanted = pressed;
  if ((wanted & HORIZONTAL) === HORIZONTAL) wanted &= ~HORIZONTAL;
  if ((wanted & VERTICAL) === VERTICAL) wanted &= ~VERTICAL;
  let best = 0;
  let most = -1;
  actions.forEach((buttons, index) => {
    if ((buttons & ~wanted) !== 0) return;
    const weight = WEIGHTS.reduce((sum, [bit, w]) => sum + ((buttons & bit) !== 0 ? w : 0), 0);
    if (weight > most) [best, most] = [index, weight];
  });
  return best;
}
