import { make } from "../shared/dom.js";

/** Decisions over which the scale is taken, so that it does not jump about. */
const WINDOW = 60;

/** One bar for each action's Q-value. */
export class QBars {
  readonly #rows: readonly { row: HTMLElement; bar: HTMLElement; value: HTMLElement }[];
  readonly #axis: HTMLElement;
  readonly #spans: number[] = [];

  constructor(into: HTMLElement, axis: HTMLElement, names: readonly string[]) {
    this.#axis = axis;
    this.#rows = names.map((name) => {
      const bar = make("i");
      const value = make("span");
      return {
        row: make("div", { class: "bar" }, make("span", {}, actionName(name)), bar, value),
        bar,
        value,
      };
    });
    into.replaceChildren(...this.#rows.map(({ row }) => row));
  }

  show(q: readonly number[], chosen: number): void {
    const low = Math.min(...q);
    this.#spans.push(Math.max(...q) - low);
    if (this.#spans.length > WINDOW) this.#spans.shift();
    // All equal, as a network has it that knows nothing, is no reason to divide by zero.
    const span = Math.max(...this.#spans, 1e-6);
    const digits = span < 0.5 ? 3 : 2;
    this.#rows.forEach(({ row, bar, value }, i) => {
      // The lowest keeps a stub, to be seen.
      bar.style.setProperty("--share", String(0.03 + (0.97 * (q[i] - low)) / span));
      value.textContent = q[i].toFixed(digits).replace("-", "−");
      row.classList.toggle("chosen", i === chosen);
    });
    this.#axis.textContent = `Q-value of each action: the return it promises. Bars: the lead over the worst action, up to ${span.toFixed(digits)}.`;
  }
}

/** `right+A+B` → `right A B`; arrows are quicker to read than words. */
export function actionName(name: string): string {
  const arrows: Readonly<Record<string, string>> = { left: "←", right: "→", up: "↑", down: "↓" };
  if (name === "nothing") return "nothing";
  return name
    .split("+")
    .map((part) => arrows[part] ?? part)
    .join(" ");
}
