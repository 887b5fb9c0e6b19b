import { SPEEDS, type EnjoyCommand, type EnjoyState, type Speed } from "../../protocol/protocol.js";
import { byId, make } from "../shared/dom.js";

const SPEED_NAMES: Readonly<Record<Speed, string>> = { 1: "1×", 2: "2×", 4: "4×", 0: "Max" };
const PAUSE_ICON = "M3.5 2.5h3v11h-3Zm6 0h3v11h-3Z";
const GO_ICON = "M4 2v12l9-6Z";

export interface TransportOptions {
  readonly send: (command: EnjoyCommand) => void;
  readonly onSaliency: (on: boolean) => void;
}

/** The buttons below the game. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #speeds: ReadonlyMap<Speed, HTMLButtonElement>;
  #isPaused = false;
  #saliency = false;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#speeds = new Map(
      SPEEDS.map((value) => {
        const button = make("button", { title: `Key ${value}` }, SPEED_NAMES[value]);
        button.addEventListener("click", () => {
          options.send({ t: "speed", value });
        });
        return [value, button];
      }),
    );
    byId("speeds").append(...this.#speeds.values());
    byId("pause").addEventListener("click", this.togglePause);
    byId("step").addEventListener("click", this.step);
    byId("saliency").addEventListener("click", this.toggleSaliency);
    byId("live").addEventListener("click", () => {
      options.send({ t: "live" });
    });
  }

  /** Whether the overlay is wanted. */
  get saliency(): boolean {
    return this.#saliency;
  }

  show({ paused, speed, replay }: EnjoyState): void {
    this.#isPaused = paused;
    byId("pause-text").textContent = paused ? "Resume" : "Pause";
    byId("pause-icon", SVGElement).setAttribute("d", paused ? GO_ICON : PAUSE_ICON);
    for (const [value, button] of this.#speeds) {
      button.setAttribute("aria-pressed", String(value === speed));
    }
    byId("live").hidden = replay === undefined;
  }

  readonly togglePause = (): void => {
    this.#options.send({ t: "pause", on: !this.#isPaused });
  };

  readonly step = (): void => {
    this.#options.send({ t: "step" });
  };

  readonly toggleSaliency = (): void => {
    this.#saliency = !this.#saliency;
    byId("saliency").setAttribute("aria-pressed", String(this.#saliency));
    this.#options.onSaliency(this.#saliency);
  };
}
