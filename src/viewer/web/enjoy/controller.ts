import { Button } from "../../../nes/hardware.js";
import { makeSvg } from "../shared/dom.js";

type ButtonName = Exclude<keyof typeof Button, "select" | "start">;

interface Part {
  readonly shapes: readonly SVGElement[];
}

/** A drawn controller: its buttons light up, and can be pressed with a finger or the mouse. */
export class Controller {
  readonly element: SVGElement;
  readonly #parts = new Map<ButtonName, Part>();
  readonly #pressed = new Map<number, ButtonName>();

  /** @param onPress told all that is held now, an OR of {@link Button}. */
  constructor(onPress: (buttons: number) => void) {
    this.element = makeSvg("svg", { viewBox: "0 0 250 104", role: "img" });
    this.element.setAttribute("aria-label", "Controller: the buttons that are held now");
    this.element.append(
      makeSvg("rect", { x: 1, y: 1, width: 248, height: 102, rx: 20, class: "pad-body" }),
    );
    this.#arm("up", "M55 17h18a4 4 0 0 1 4 4v18H51V21a4 4 0 0 1 4-4Z", "M64 24l5 7H59Z");
    this.#arm("down", "M51 65h26v18a4 4 0 0 1-4 4H55a4 4 0 0 1-4-4Z", "M64 80l5-7H59Z");
    this.#arm("left", "M33 39h18v26H33a4 4 0 0 1-4-4V43a4 4 0 0 1 4-4Z", "M36 52l7-5v10Z");
    this.#arm("right", "M77 39h18a4 4 0 0 1 4 4v18a4 4 0 0 1-4 4H77Z", "M92 52l-7-5v10Z");
    this.element.append(
      makeSvg("rect", {
        x: 50,
        y: 38,
        width: 28,
        height: 28,
        class: "pad-part",
        "pointer-events": "none",
        stroke: "none",
      }),
    );
    this.#round("b", 160, 60);
    this.#round("a", 208, 46);
    const release = (event: PointerEvent): void => {
      if (this.#pressed.delete(event.pointerId)) onPress(this.#held());
    };
    this.element.addEventListener("pointerdown", (event) => {
      const name = (event.target as Element).getAttribute("data-button") as ButtonName | null;
      if (name === null) return;
      event.preventDefault();
      this.#pressed.set(event.pointerId, name);
      onPress(this.#held());
    });
    window.addEventListener("pointerup", release);
    window.addEventListener("pointercancel", release);
  }

  /** @param held an OR of {@link Button} */
  light(held: number): void {
    for (const [name, { shapes }] of this.#parts) {
      for (const shape of shapes) shape.classList.toggle("lit", (held & Button[name]) !== 0);
    }
  }

  #held(): number {
    let buttons = 0;
    for (const name of this.#pressed.values()) buttons |= Button[name];
    return buttons;
  }

  #arm(name: ButtonName, outline: string, mark: string): void {
    this.#add(
      name,
      makeSvg("path", { d: outline, class: "pad-part", "data-button": name }),
      makeSvg("path", { d: mark, class: "pad-mark" }),
    );
  }

  #round(name: ButtonName, x: number, y: number): void {
    const label = makeSvg("text", { x, y: y + 4, class: "pad-mark" });
    label.textContent = name.toUpperCase();
    this.#add(
      name,
      makeSvg("circle", { cx: x, cy: y, r: 19, class: "pad-part", "data-button": name }),
      label,
    );
  }

  #add(name: ButtonName, ...shapes: readonly SVGElement[]): void {
    this.#parts.set(name, { shapes });
    this.element.append(...shapes);
  }
}
