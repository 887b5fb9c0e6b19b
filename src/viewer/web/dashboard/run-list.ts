import type { RunEntry } from "../../protocol/protocol.js";
import { byId, make, whole } from "../shared/dom.js";

/** Told apart also by those who see few colours: light and dark ones alternate. */
const COLOURS = [
  "#e0662a",
  "#2f78c4",
  "#2f9a6a",
  "#a05bc0",
  "#c39321",
  "#d14a78",
  "#2d9db0",
  "#8a7f70",
];

/** What is checked when the page opens. */
const FIRST_CHECKED = 3;

/**
 * The list of runs: running ones first, which keep their places, then those that changed last. A
 * checked one keeps its colour, and shares it with no other as long as there are colours enough.
 */
export class RunList {
  readonly #onChange: () => void;
  readonly #colours = new Map<string, string>();
  #entries: readonly RunEntry[] = [];
  #checked: Set<string> | undefined;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  get checked(): readonly RunEntry[] {
    return this.#entries.filter(({ id }) => this.#checked?.has(id));
  }

  /** Of a checked run. */
  colour(id: string): string {
    return this.#colours.get(id) ?? COLOURS[0];
  }

  #assignColours(): void {
    for (const id of [...this.#colours.keys()]) {
      if (!this.#checked?.has(id)) this.#colours.delete(id);
    }
    for (const { id } of this.checked) {
      if (this.#colours.has(id)) continue;
      const taken = new Set(this.#colours.values());
      const free = COLOURS.find((colour) => !taken.has(colour));
      this.#colours.set(id, free ?? COLOURS[this.#colours.size % COLOURS.length]);
    }
  }

  set(entries: readonly RunEntry[]): void {
    const isNews = this.#entries.length > 0;
    const known = new Set(this.#entries.map(({ id }) => id));
    this.#entries = entries.toSorted((a, b) => {
      if (a.running !== b.running) return a.running ? -1 : 1;
      return a.running ? b.name.localeCompare(a.name) : b.changed - a.changed;
    });
    if (this.#checked === undefined || !isNews) {
      const running = this.#entries.filter(({ running }) => running);
      const first = (running.length > 0 ? running : this.#entries).slice(0, FIRST_CHECKED);
      this.#checked = new Set(first.map(({ id }) => id));
    } else {
      // A run that begins while one looks on is what one wants to see.
      for (const { id, running } of this.#entries) {
        if (running && !known.has(id)) this.#checked.add(id);
      }
    }
    this.#draw();
    this.#onChange();
  }

  #draw(): void {
    this.#assignColours();
    const focused = (document.activeElement as HTMLElement | null)?.dataset["run"];
    byId("run-count").textContent = String(this.#entries.length);
    byId("runs").replaceChildren(...this.#entries.map((entry, i) => this.#row(entry, `run-${i}`)));
    if (focused === undefined) return;
    const boxes = byId("runs").querySelectorAll<HTMLElement>("[data-run]");
    [...boxes].find(({ dataset }) => dataset["run"] === focused)?.focus({ preventScroll: true });
  }

  #row(entry: RunEntry, inputId: string): HTMLElement {
    const { name, detail } = runName(entry);
    const box = make("input", { type: "checkbox", id: inputId });
    box.dataset["run"] = entry.id;
    box.checked = this.#checked?.has(entry.id) ?? false;
    if (box.checked) box.style.setProperty("--run", this.colour(entry.id));
    box.addEventListener("change", () => {
      if (box.checked) this.#checked?.add(entry.id);
      else this.#checked?.delete(entry.id);
      this.#assignColours();
      if (box.checked) box.style.setProperty("--run", this.colour(entry.id));
      this.#onChange();
    });
    const mark = entry.running ? [make("span", { class: "running" }, "running")] : [];
    return make(
      "li",
      {},
      make(
        "label",
        { title: entry.name },
        box,
        make("span", { class: "name" }, name, ...mark),
        make("span", { class: "detail small soft" }, detail),
      ),
    );
  }
}

/**
 * A run's folder is `…/<settings>/<start in universal time>`: the start as people write it, here and
 * now, and the settings below it.
 */
export function runName(entry: RunEntry): { readonly name: string; readonly detail: string } {
  const parts = entry.name.split(/[/\\]/);
  const last = parts.at(-1) ?? "";
  const time = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z(_\d+)?$/.exec(last);
  if (!time) return { name: last, detail: parts.slice(0, -1).join("/") };
  const started = new Date(`${time[1]}T${time[2]}:${time[3]}:${time[4]}Z`);
  const text = started.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  return {
    name: `${text}${time[5] ? ` (${time[5].slice(1)})` : ""}`,
    detail: inWords(parts.at(-2) ?? ""),
  };
}

/** `60000_0.2_priofalse_dueltrue_lr0.00025`, the folder's name, as people would say it. */
function inWords(settings: string): string {
  const match = /^(\d+)_([\d.]+)_prio(true|false)_duel(true|false)_lr([\d.e-]+)$/.exec(settings);
  if (!match) return settings;
  const [, steps, , prioritized, dueling, learningRate] = match;
  return [
    `${whole(Number(steps))} steps`,
    ...(dueling === "true" ? ["dueling"] : []),
    ...(prioritized === "true" ? ["prioritized"] : []),
    `learning rate ${learningRate}`,
  ].join(", ");
}
