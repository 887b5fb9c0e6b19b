import type { EpisodeEntry } from "../../protocol/protocol.js";
import { make, whole, clock } from "../shared/dom.js";

const ENDINGS: Readonly<Record<EpisodeEntry["ending"], string>> = {
  completed: "finished",
  fell: "fell",
  hit: "hit",
  timeUp: "time up",
  died: "died",
  cut: "cut short",
};
/** Rows beyond these are dropped from the page; they can still be counted. */
const MOST_ROWS = 500;

/** The list of episodes, newest first, each with a button that plays it again. */
export class EpisodeList {
  readonly entries: EpisodeEntry[] = [];
  readonly #body: HTMLElement;
  readonly #summary: HTMLElement;
  readonly #rows = new Map<number, HTMLElement>();
  readonly #onReplay: (id: number) => void;
  readonly #stageDistance: number;
  readonly #frameRate: number;

  constructor(options: {
    readonly body: HTMLElement;
    readonly summary: HTMLElement;
    readonly stageDistance: number;
    readonly frameRate: number;
    readonly onReplay: (id: number) => void;
  }) {
    this.#body = options.body;
    this.#summary = options.summary;
    this.#onReplay = options.onReplay;
    this.#stageDistance = options.stageDistance;
    this.#frameRate = options.frameRate;
    this.set([]);
  }

  set(entries: readonly EpisodeEntry[]): void {
    this.entries.length = 0;
    this.#rows.clear();
    this.#body.replaceChildren(
      make(
        "p",
        { class: "empty" },
        "The first episode is in progress. Finished episodes can be replayed here.",
      ),
    );
    for (const entry of entries) this.#insert(entry);
    this.#summarise();
  }

  add(entry: EpisodeEntry): void {
    this.#insert(entry);
    this.#summarise();
  }

  /** @param id of the episode that is played again; undefined: none is. */
  mark(id: number | undefined): void {
    for (const [one, row] of this.#rows) row.classList.toggle("playing", one === id);
  }

  #insert(entry: EpisodeEntry): void {
    if (this.#rows.size === 0) this.#body.replaceChildren(head());
    const row = this.#row(entry);
    this.#body.firstElementChild!.after(row);
    this.entries.push(entry);
    this.#rows.set(entry.id, row);
    const [oldest] = this.#rows;
    if (this.#rows.size > MOST_ROWS) {
      oldest[1].remove();
      this.#rows.delete(oldest[0]);
    }
  }

  #row(entry: EpisodeEntry): HTMLElement {
    const replay = make("button", { "aria-label": `Replay episode ${entry.id}` }, "Replay");
    replay.addEventListener("click", () => {
      this.#onReplay(entry.id);
    });
    const way = make("span", { class: "way" });
    way.style.setProperty("--share", String(Math.min(1, entry.distance / this.#stageDistance)));
    const ending = `${ENDINGS[entry.ending]}${entry.helped ? " *" : ""}`;
    return make(
      "div",
      { class: entry.ending === "completed" ? "episode completed" : "episode" },
      make("span", { class: "soft" }, String(entry.id)),
      make("span", { class: "ending", ...(entry.helped && { title: "A person helped" }) }, ending),
      way,
      make("span", { class: "number" }, `${whole(entry.distance)} px`),
      make("span", { class: "number hide-small soft" }, whole(entry.reward)),
      make("span", { class: "number hide-small soft" }, clock(entry.frames / this.#frameRate)),
      replay,
    );
  }

  #summarise(): void {
    // What a person did says nothing of the network.
    const own = this.entries.filter(({ helped }) => !helped);
    if (own.length === 0) {
      this.#summary.textContent = "";
      return;
    }
    const distances = own.map(({ distance }) => distance);
    const mean = distances.reduce((sum, one) => sum + one, 0) / own.length;
    // Not by a spread: of a page left running there may be more than a call can take.
    const furthest = distances.reduce((most, one) => Math.max(most, one));
    const finished = own.filter(({ ending }) => ending === "completed").length;
    const helped = this.entries.length - own.length;
    this.#summary.textContent =
      `${own.length} played · mean ${whole(mean)} px · furthest ${whole(furthest)} px · ` +
      `finished ${Math.round((100 * finished) / own.length)} %${helped > 0 ? ` · * ${helped} with a person's help` : ""}`;
  }
}

function head(): HTMLElement {
  const cell = (text: string, kind = ""): HTMLElement => make("span", { class: kind }, text);
  return make(
    "div",
    { class: "episode head" },
    cell("#"),
    cell("ended"),
    cell("progress", "one-line"),
    cell("distance", "number"),
    cell("reward", "number hide-small"),
    cell("time", "number hide-small"),
    cell(""),
  );
}
