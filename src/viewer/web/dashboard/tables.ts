import { make, whole } from "../shared/dom.js";
import type { ShownRun } from "./chart.js";
import { compact } from "./numbers.js";

export interface NamedRun extends ShownRun {
  readonly name: string;
}

const COLUMNS: readonly (readonly [title: string, value: (run: NamedRun) => string])[] = [
  ["Steps", ({ data }) => whole(data.steps)],
  ["Mean reward", ({ data }) => fixed(data.last("episode/mean_reward_100"), "px")],
  ["Best mean", ({ data }) => fixed(data.most("episode/mean_reward_100"), "px")],
  ["Mean distance", ({ data }) => fixed(data.last("episode/mean_distance_100"), "px")],
  ["Furthest", ({ data }) => fixed(data.most("episode/distance"), "px")],
  ["Finished", ({ data }) => percent(data.last("episode/completed_100"))],
  ["Epsilon", ({ data }) => compact(data.last("train/epsilon"))],
  ["Steps/s", ({ data }) => compact(data.last("speed/steps_per_second"))],
];

/** Where each run stands: large figures for one, a line for each of several. */
export function showGlance(into: HTMLElement, runs: readonly NamedRun[]): void {
  if (runs.length === 0) {
    into.replaceChildren(make("p", { class: "soft" }, "Choose a run to look at."));
    return;
  }
  if (runs.length === 1) {
    const figures = COLUMNS.map(([title, value]) =>
      make("dl", {}, make("dt", {}, title), make("dd", {}, value(runs[0]))),
    );
    into.replaceChildren(make("div", { class: "figures" }, ...figures));
    return;
  }
  const table = make("table");
  into.replaceChildren(table);
  const head = make("tr", {}, make("th", {}, "Last 100 episodes"));
  head.append(...COLUMNS.map(([title]) => make("th", {}, title)));
  table.replaceChildren(
    make("thead", {}, head),
    make(
      "tbody",
      {},
      ...runs.map((run) =>
        make(
          "tr",
          {},
          make("td", {}, swatch(run), run.name),
          ...COLUMNS.map(([, value]) => make("td", {}, value(run))),
        ),
      ),
    ),
  );
}

/** All settings: in groups for one run; a column for each of several, which shows what differs. */
export function showSettings(
  into: HTMLElement,
  runs: readonly NamedRun[],
  onlyDifferences: boolean,
): void {
  const names = new Set(runs.flatMap(({ data }) => Object.keys(data.settings)));
  const rows = Array.from(names, (name) => {
    const values = runs.map(({ data }) => data.settings[name] ?? "–");
    return { name, values, differs: new Set(values).size > 1 };
  }).filter(({ differs }) => differs || !onlyDifferences);
  if (rows.length === 0) {
    const text = names.size === 0 ? "No settings were logged." : "All settings are the same.";
    into.replaceChildren(make("p", { class: "soft" }, text));
    return;
  }
  if (runs.length === 1) {
    into.replaceChildren(groups(rows));
    return;
  }
  const table = make("table");
  into.replaceChildren(table);
  const head = make("tr", {}, make("th"));
  head.append(...runs.map((run) => make("th", {}, swatch(run), run.name)));
  table.replaceChildren(
    make("thead", {}, head),
    make(
      "tbody",
      {},
      ...rows.map(({ name, values, differs }) =>
        make(
          "tr",
          differs ? { class: "differs" } : {},
          make("td", {}, name),
          ...values.map((value) => make("td", {}, value)),
        ),
      ),
    ),
  );
}

/** `learning.gamma` stands as `gamma` under `learning`; what has no group comes first. */
function groups(
  rows: readonly { readonly name: string; readonly values: readonly string[] }[],
): HTMLElement {
  const lists = new Map<string, HTMLElement>();
  for (const { name, values } of rows) {
    const dot = name.indexOf(".");
    const group = dot < 0 ? "run" : name.slice(0, dot);
    let list = lists.get(group);
    if (!list) lists.set(group, (list = make("dl", {}, make("h2", {}, group))));
    list.append(make("div", {}, make("dt", {}, name.slice(dot + 1)), make("dd", {}, values[0])));
  }
  return make("div", { class: "groups" }, ...lists.values());
}

function swatch({ colour }: NamedRun): HTMLElement {
  const element = make("span", { class: "swatch" });
  element.style.setProperty("--run", colour);
  return element;
}

function fixed(value: number | undefined, unit: string): string {
  return value === undefined ? "–" : `${whole(value)} ${unit}`;
}

function percent(value: number | undefined): string {
  return value === undefined ? "–" : `${Math.round(100 * value)} %`;
}
