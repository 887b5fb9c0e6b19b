import { Button, SCREEN_HEIGHT, SCREEN_WIDTH } from "../../nes/hardware.js";
import { CHARACTER_WIDTH, eachTextPixel } from "./font.js";
import type { Picture } from "../../picture/picture.js";

/** Pixels that the overlay adds at the right of the console's picture. */
export const OVERLAY_WIDTH = 128;

/** Width of the pictures of a film, pixels, before they are enlarged. */
export function filmWidth(overlay: boolean): number {
  return overlay ? SCREEN_WIDTH + OVERLAY_WIDTH : SCREEN_WIDTH;
}

/** What the player thought and held at one moment. */
export interface OverlayState {
  /** Newest frame that the network sees, `[side, side] uint8`, grey. */
  readonly frame: Uint8Array;
  /** Q-value of every action; undefined where no network plays. */
  readonly qValues: ArrayLike<number> | undefined;
  /** Index of the action taken. */
  readonly action: number;
  /** Buttons held in this frame, an OR. */
  readonly held: number;
}

const LEFT = SCREEN_WIDTH;
const MARGIN = 6;
const FRAME_TOP = 6;
const ROW_HEIGHT = 7;
const LABEL_WIDTH = 4 * CHARACTER_WIDTH;

const BACKGROUND = 0x15181d;
const EDGE = 0x2c323b;
const TEXT = 0xd7dce2;
const DIM = 0x6b7480;
const BAR = 0x4c7dbd;
const GREEDY = 0xf0b429;
const EXPLORED = 0xe4572e;
const PAD = 0x8d939c;
const KEY = 0x23272d;

const LABELS = [
  [Button.up, "↑"],
  [Button.down, "↓"],
  [Button.left, "←"],
  [Button.right, "→"],
  [Button.a, "A"],
  [Button.b, "B"],
] as const;

/**
 * Draws beside the console's picture what the network sees, a bar for the Q-value of every action,
 * and a controller with the buttons held. The action taken is yellow where it is the best one, red
 * where it was chosen at random. The bars' scale follows the Q-values of the last seconds.
 */
export class Overlay {
  readonly #actions: readonly number[];
  readonly #pixels = new Uint32Array(filmWidth(true) * SCREEN_HEIGHT);
  #least = Infinity;
  #greatest = -Infinity;

  /** @param actions the buttons of each action, 1 to 14 of them */
  constructor(actions: readonly number[]) {
    this.#actions = actions;
  }

  /** @returns `[240, 384]`, overwritten by the next call. @param screen `[240, 256] uint32` */
  draw(screen: Uint32Array, { frame, qValues, action, held }: OverlayState): Picture {
    for (let y = 0; y < SCREEN_HEIGHT; y++) {
      const row = y * filmWidth(true);
      this.#pixels.set(screen.subarray(y * SCREEN_WIDTH, (y + 1) * SCREEN_WIDTH), row);
    }
    this.#fill(0, 0, OVERLAY_WIDTH, SCREEN_HEIGHT, BACKGROUND);
    const side = Math.round(Math.sqrt(frame.length));
    const frameLeft = (OVERLAY_WIDTH - side) >> 1;
    this.#drawFrame(frame, side, frameLeft);
    const rowsTop = FRAME_TOP + side + 12;
    if (qValues) this.#drawValues(qValues, action, rowsTop);
    const padTop = qValues ? rowsTop + this.#actions.length * ROW_HEIGHT : rowsTop;
    this.#drawController(held, padTop + ((SCREEN_HEIGHT - padTop - 36) >> 1));
    return { width: filmWidth(true), height: SCREEN_HEIGHT, pixels: this.#pixels };
  }

  #drawFrame(frame: Uint8Array, side: number, left: number): void {
    this.#fill(left - 1, FRAME_TOP - 1, side + 2, side + 2, EDGE);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        this.#set(left + x, FRAME_TOP + y, frame[y * side + x] * 0x010101);
      }
    }
  }

  #drawValues(qValues: ArrayLike<number>, action: number, top: number): void {
    const values = Array.from(qValues);
    const least = Math.min(...values);
    const greatest = Math.max(...values);
    this.#follow(least, greatest);
    const barLeft = MARGIN + LABEL_WIDTH;
    const barWidth = OVERLAY_WIDTH - MARGIN - barLeft;
    this.#text(`Q ${values[action].toFixed(2)}`, MARGIN, top - 8, TEXT);
    values.forEach((q, i) => {
      const y = top + i * ROW_HEIGHT;
      const taken = q === greatest ? GREEDY : EXPLORED;
      const label = labelOf(this.#actions[i]);
      this.#text(label, MARGIN, y, i === action ? taken : DIM);
      const share = (q - this.#least) / (this.#greatest - this.#least || 1);
      this.#fill(barLeft, y, barWidth, ROW_HEIGHT - 2, EDGE);
      const length = Math.max(1, Math.round(share * barWidth));
      this.#fill(barLeft, y, length, ROW_HEIGHT - 2, i === action ? taken : BAR);
    });
  }

  /** Widens at once, narrows by 5 % a picture. */
  #follow(least: number, greatest: number): void {
    const narrower = (kept: number, now: number) =>
      Number.isFinite(kept) ? kept + 0.05 * (now - kept) : now;
    this.#least = Math.min(least, narrower(this.#least, least));
    this.#greatest = Math.max(greatest, narrower(this.#greatest, greatest));
  }

  #drawController(buttons: number, top: number): void {
    const left = MARGIN + 10;
    const width = OVERLAY_WIDTH - 2 * left;
    this.#fill(left, top + 1, width, 34, PAD);
    this.#fill(left + 1, top, width - 2, 36, PAD);
    const key = (bit: number) => ((buttons & bit) !== 0 ? GREEDY : KEY);
    const [x, y] = [left + 16, top + 18];
    this.#fill(x - 4, y - 4, 8, 8, KEY);
    this.#fill(x - 4, y - 12, 8, 8, key(Button.up));
    this.#fill(x - 4, y + 4, 8, 8, key(Button.down));
    this.#fill(x - 12, y - 4, 8, 8, key(Button.left));
    this.#fill(x + 4, y - 4, 8, 8, key(Button.right));
    this.#disc(left + width - 35, y + 4, 8, key(Button.b));
    this.#text("B", left + width - 36, y + 2, (buttons & Button.b) !== 0 ? KEY : PAD);
    this.#disc(left + width - 14, y - 2, 8, key(Button.a));
    this.#text("A", left + width - 15, y - 4, (buttons & Button.a) !== 0 ? KEY : PAD);
  }

  #disc(centreX: number, centreY: number, radius: number, rgb: number): void {
    for (let y = -radius; y <= radius; y++) {
      for (let x = -radius; x <= radius; x++) {
        if (x * x + y * y <= radius * radius + 2) this.#set(centreX + x, centreY + y, rgb);
      }
    }
  }

  #text(text: string, left: number, top: number, rgb: number): void {
    eachTextPixel(text, (x, y) => {
      this.#set(left + x, top + y, rgb);
    });
  }

  /** In pixels of the overlay, whose left edge is the picture's right one. */
  #fill(left: number, top: number, width: number, height: number, rgb: number): void {
    for (let y = top; y < top + height; y++) {
      const at = y * filmWidth(true) + LEFT + left;
      this.#pixels.fill(rgb, at, at + width);
    }
  }

  #set(x: number, y: number, rgb: number): void {
    this.#pixels[y * filmWidth(true) + LEFT + x] = rgb;
  }
}

function labelOf(buttons: number): string {
  const label = LABELS.filter(([bit]) => (buttons & bit) !== 0).map(([, text]) => text);
  return label.join("") || "-";
}
