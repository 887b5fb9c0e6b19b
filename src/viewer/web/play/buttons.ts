import { Button } from "../../../nes/hardware.js";

export type ButtonName = keyof typeof Button;
export const BUTTON_NAMES = Object.keys(Button) as ButtonName[];

/** By the keys' place on the keyboard, so that other layouts play alike. */
const KEYS: Readonly<Record<string, ButtonName>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
  KeyW: "up",
  KeyS: "down",
  KeyA: "left",
  KeyD: "right",
  KeyX: "a",
  KeyK: "a",
  Space: "a",
  KeyZ: "b",
  // What a German keyboard has Z written on.
  KeyY: "b",
  KeyJ: "b",
  Enter: "start",
  NumpadEnter: "start",
  Backspace: "select",
};

/** @param code `KeyboardEvent.code`. */
export function buttonOfKey(code: string): ButtonName | undefined {
  return Object.hasOwn(KEYS, code) ? KEYS[code] : undefined;
}

const OPPOSITES = [Button.left | Button.right, Button.up | Button.down];

/**
 * A cross-shaped pad cannot be pressed left and right at once, and games rely on it: of two opposite
 * directions the one pressed last counts.
 */
export class Rocker {
  #before = 0;
  #winners = 0;

  /** @param buttons all that are held now. @returns them without what is outdone. */
  settle(buttons: number): number {
    const pressed = buttons & ~this.#before;
    this.#before = buttons;
    let settled = buttons;
    for (const pair of OPPOSITES) {
      const fresh = pressed & pair;
      if (fresh !== 0 && fresh !== pair) this.#winners = (this.#winners & ~pair) | fresh;
      if ((buttons & pair) === pair) settled = (settled & ~pair) | (this.#winners & pair);
    }
    return settled;
  }
}

/** Half way: less is a thumb at rest. */
const STICK_THRESHOLD = 0.5;
/**
 * By number, in the layout that the Gamepad API calls standard: the lower two of the four jump, the
 * left and the upper run, as on the pads of later consoles.
 */
const PAD_BUTTONS: Readonly<Record<number, ButtonName>> = {
  0: "a",
  1: "a",
  2: "b",
  3: "b",
  8: "select",
  9: "start",
  12: "up",
  13: "down",
  14: "left",
  15: "right",
};

/** What a gamepad holds down: its buttons, and its left stick as a cross. */
export function buttonsOfPad(pad: {
  readonly buttons: readonly { readonly pressed: boolean }[];
  readonly axes: readonly number[];
}): number {
  let buttons = 0;
  pad.buttons.forEach(({ pressed }, i) => {
    if (pressed && i in PAD_BUTTONS) buttons |= Button[PAD_BUTTONS[i]];
  });
  const [x = 0, y = 0] = pad.axes;
  if (x <= -STICK_THRESHOLD) buttons |= Button.left;
  if (x >= STICK_THRESHOLD) buttons |= Button.right;
  if (y <= -STICK_THRESHOLD) buttons |= Button.up;
  if (y >= STICK_THRESHOLD) buttons |= Button.down;
  return buttons;
}

/** A thumb nearer to the middle than this, of the way to the edge, presses nothing. */
const DEAD_ZONE = 0.25;

/**
 * Directions under a thumb on a cross: the nearest of eight.
 * @param x −1 at the left edge to 1 at the right. @param y −1 at the top to 1 at the bottom.
 */
export function buttonsOfCross(x: number, y: number): number {
  if (Math.hypot(x, y) < DEAD_ZONE) return 0;
  const eighth = Math.round((Math.atan2(y, x) * 4) / Math.PI) & 7;
  const directions = [
    "right",
    "right down",
    "down",
    "left down",
    "left",
    "left up",
    "up",
    "right up",
  ];
  return directions[eighth]
    .split(" ")
    .reduce((buttons, name) => buttons | Button[name as ButtonName], 0);
}
