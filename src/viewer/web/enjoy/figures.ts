import type { EnjoyDecision, EnjoyHello } from "../../protocol/protocol.js";
import { make, whole } from "../shared/dom.js";

const NAMES = ["Distance", "Furthest", "Reward", "Clock", "Score", "Coins", "Decisions"] as const;
type Name = (typeof NAMES)[number];

/** Figures of the running episode. */
export class Figures {
  readonly #values: ReadonlyMap<Name, HTMLElement>;

  constructor(into: HTMLElement) {
    this.#values = new Map(NAMES.map((name) => [name, make("dd", {}, "–")]));
    into.replaceChildren(
      ...Array.from(this.#values, ([name, value]) => make("dl", {}, make("dt", {}, name), value)),
    );
  }

  show(now: EnjoyDecision, { stage }: EnjoyHello): void {
    this.#set("Distance", whole(now.x), "px");
    const share = Math.min(1, now.maxX / stage.distance);
    this.#set("Furthest", whole(now.maxX), `${Math.round(100 * share)} %`);
    this.#set("Reward", whole(now.reward));
    this.#set("Clock", whole(now.time));
    this.#set("Score", whole(now.score));
    this.#set("Coins", whole(now.coins));
    this.#set("Decisions", whole(now.steps));
  }

  #set(name: Name, value: string, unit = ""): void {
    this.#values.get(name)!.replaceChildren(value, ...(unit ? [" ", make("small", {}, unit)] : []));
  }
}
