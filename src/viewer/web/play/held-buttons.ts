import { Button } from "../../../nes/hardware.js";
import { BUTTON_NAMES, Rocker, buttonOfKey, buttonsOfCross, buttonsOfPad } from "./buttons.js";

/** Keyboard, gamepads and touch together: what is held down at this moment. */
export class HeldButtons {
  readonly #keys = new Map<string, number>();
  /** By pointer. */
  readonly #touches = new Map<number, number>();
  readonly #rocker = new Rocker();

  constructor() {
    document.addEventListener("keydown", (event) => {
      this.#keyDown(event);
    });
    document.addEventListener("keyup", (event) => {
      this.#keys.delete(event.code);
    });
    // What is let go elsewhere, nobody reports.
    window.addEventListener("blur", () => {
      this.release();
    });
  }

  /** Lets go of everything. */
  release(): void {
    this.#keys.clear();
    this.#touches.clear();
  }

  /** The controller byte for the next frame; to be asked once for each. */
  read(): number {
    let buttons = 0;
    for (const held of this.#keys.values()) buttons |= held;
    for (const held of this.#touches.values()) buttons |= held;
    // Absent where the page is not secure.
    const pads = "getGamepads" in navigator ? navigator.getGamepads() : [];
    for (const pad of pads) if (pad !== null) buttons |= buttonsOfPad(pad);
    return this.#rocker.settle(buttons);
  }

  /** Makes an element a cross of directions, followed while a thumb slides over it. */
  addCross(element: Element): void {
    this.#follow(element, (x, y) => buttonsOfCross(x, y));
  }

  /** Makes an element press whichever of its `[data-button]` children is under the thumb, or both of two. */
  addButtons(element: Element): void {
    this.#follow(element, (_x, _y, event) => {
      let buttons = 0;
      for (const child of element.querySelectorAll<HTMLElement>("[data-button]")) {
        const box = child.getBoundingClientRect();
        const away = Math.hypot(
          event.clientX - (box.left + box.width / 2),
          event.clientY - (box.top + box.height / 2),
        );
        const name = BUTTON_NAMES.find((one) => one === child.dataset["button"]);
        // Half as far again as it is large: a thumb between two presses both.
        if (name !== undefined && away < 0.75 * Math.max(box.width, box.height)) {
          buttons |= Button[name];
        }
      }
      return buttons;
    });
  }

  #keyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const button = buttonOfKey(event.code);
    if (button === undefined) return;
    // On a button of the page, these two press that button.
    const onControl = event.target instanceof Element && event.target.closest("button") !== null;
    if (onControl && (event.code === "Enter" || event.code === "Space")) return;
    this.#keys.set(event.code, Button[button]);
    event.preventDefault();
  }

  #follow(
    element: Element,
    buttonsAt: (x: number, y: number, event: PointerEvent) => number,
  ): void {
    const touch = (event: PointerEvent): void => {
      const box = element.getBoundingClientRect();
      const x = (2 * (event.clientX - box.left)) / box.width - 1;
      const y = (2 * (event.clientY - box.top)) / box.height - 1;
      this.#touches.set(event.pointerId, buttonsAt(x, y, event));
    };
    const on = (type: string, listener: (event: PointerEvent) => void): void => {
      element.addEventListener(type, listener as EventListener);
    };
    on("pointerdown", (event) => {
      event.preventDefault();
      element.setPointerCapture(event.pointerId);
      touch(event);
    });
    on("pointermove", (event) => {
      if (this.#touches.has(event.pointerId)) touch(event);
    });
    for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) {
      on(type, (event) => this.#touches.delete(event.pointerId));
    }
    on("contextmenu", (event) => {
      event.preventDefault();
    });
  }
}
