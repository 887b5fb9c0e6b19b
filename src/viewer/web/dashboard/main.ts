import {
  PictureKind,
  type DashboardCommand,
  type DashboardMessage,
} from "../../protocol/protocol.js";
import { byId, letGoAfterClicks } from "../shared/dom.js";
import { PictureQueue } from "../shared/picture.js";
import { readPictureHeader } from "../../protocol/protocol.js";
import { PageSocket } from "../shared/socket.js";
import { StageMap } from "../shared/stage-map.js";
import { distanceOf } from "./stage-distance.js";
import { followTheme } from "../shared/theme.js";
import { Chart, type ChartView } from "./chart.js";
import { CHARTED, CHARTS, otherChart } from "./charts.js";
import { LivePanel } from "./live-panel.js";
import { RunData } from "./run-data.js";
import { RunList, runName } from "./run-list.js";
import { showGlance, showSettings, type NamedRun } from "./tables.js";

const DISTANCE_TAG = "episode/distance";

const data = new Map<string, RunData>();
const charts = new Map<string, Chart>();
const live = new LivePanel();
const list = new RunList(() => {
  document.body.classList.toggle("empty", list.isEmpty);
  follow();
  draw();
});
let view: ChartView = { axis: "steps", smoothing: 0.6, range: undefined, end: 1 };
let map: StageMap | undefined;
let isDue = false;
let isNewLook = false;

const pictures = new PictureQueue((picture) => {
  live.screen(picture);
});
const socket = new PageSocket({
  onText: (message) => {
    receive(message as DashboardMessage);
  },
  onPicture: (bytes) => {
    if (readPictureHeader(bytes).kind === PictureKind.film) live.filmPicture(bytes);
    else pictures.push(bytes);
  },
  onStatus: (connected) => {
    const status = byId("status");
    status.classList.toggle("on", connected);
    status.textContent = connected ? "Connected" : "Waiting for mario";
    if (connected) following = "";
  },
});

function send(command: DashboardCommand): void {
  socket.send(command);
}

function receive(message: DashboardMessage): void {
  switch (message.t) {
    case "hello":
      // Of a program that was started anew, perhaps with fewer environments.
      live.clear();
      byId("live").hidden = !message.live;
      break;
    case "runs":
      list.set(message.runs);
      break;
    case "series": {
      let run = data.get(message.run);
      if (!run) data.set(message.run, (run = new RunData()));
      if (message.reset) run.reset(message.settings ?? {});
      run.add(message.tags);
      draw();
      break;
    }
    case "episode":
      live.episode(message.episode);
      break;
    case "best":
      live.best(message.best);
      send({ t: "film", film: message.best.film });
      break;
  }
}

let following = "";
function follow(): void {
  const runs = list.checked.map(({ id }) => id);
  const text = runs.join("\n");
  if (text === following) return;
  following = text;
  send({ t: "follow", runs });
}

/** Once before the next repaint, however much has come. */
function draw(): void {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    drawNow();
  });
}

function drawNow(): void {
  const runs: NamedRun[] = list.checked.map((entry) => ({
    id: entry.id,
    name: runName(entry).name,
    colour: list.colour(entry.id),
    data: data.get(entry.id) ?? new RunData(),
  }));
  byId("about").textContent = list.isEmpty
    ? ""
    : runs.length === 1
      ? runName(list.checked[0]).detail
      : `${runs.length} runs side by side`;
  showGlance(byId("glance"), runs);
  view = grown(view, endOf(runs));
  for (const chart of chartsFor(runs)) chart.show(runs, view, isNewLook);
  isNewLook = false;
  const only = byId("differences", HTMLInputElement);
  byId("differences-label").hidden = runs.length < 2;
  showSettings(byId("settings"), runs, only.checked && runs.length > 1);
  showEnds(runs);
  byId("zoom-reset", HTMLButtonElement).disabled = view.range === undefined;
}

/** The usual ones first, then whatever else the runs have logged. */
function chartsFor(runs: readonly NamedRun[]): Chart[] {
  const others = new Set(runs.flatMap(({ data }) => [...data.series.keys()]));
  for (const tag of CHARTED) others.delete(tag);
  const specs = [...CHARTS, ...[...others].sort().map(otherChart)];
  const wanted = new Set(specs.map(({ tag }) => tag));
  for (const [tag, chart] of charts) if (!wanted.has(tag)) chart.element.hidden = true;
  return specs.map((spec) => {
    let chart = charts.get(spec.tag);
    if (!chart) {
      chart = new Chart(spec, { onZoom: zoomTo });
      charts.set(spec.tag, chart);
      byId("charts").append(chart.element);
    }
    return chart;
  });
}

/** Of the steps in the zoomed range. */
function showEnds(runs: readonly NamedRun[]): void {
  const stageDistance = distanceOf(runs.map(({ data }) => data.settings));
  if (map?.distance !== stageDistance) {
    map?.dispose();
    map = new StageMap(byId("map", HTMLCanvasElement), stageDistance);
  }
  const [from, to] = view.range ?? [-Infinity, Infinity];
  const ends = runs.flatMap(({ data, colour }) => {
    const series = data.series.get(DISTANCE_TAG);
    if (!series) return [];
    return series[view.axis].flatMap((at, i) => {
      const distance = series.values[i];
      return distance !== null && at >= from && at <= to ? [{ distance, colour }] : [];
    });
  });
  map.ends(ends);
  byId("map-note").textContent =
    `${ends.length.toLocaleString("en-US")} episodes${view.range ? " in the zoomed range" : ""}; furthest x of each`;
}

function zoomTo(range: readonly [number, number] | undefined): void {
  view = { ...view, range };
  draw();
}

/** Where the longest of these runs ends, on the chosen axis. */
function endOf(runs: readonly NamedRun[]): number {
  let end = 1;
  for (const { data } of runs) {
    for (const series of data.series.values()) end = Math.max(end, series[view.axis].at(-1) ?? 0);
  }
  return end;
}

/** A range at the end goes on with it: that is where news comes. */
function grown(before: ChartView, end: number): ChartView {
  const { range } = before;
  const by = end - before.end;
  if (range === undefined || range[1] < before.end || by <= 0) return { ...before, end };
  return { ...before, end, range: [range[0] + by, range[1] + by] };
}

/** To the right end of what is shown; outwards, where the left is reached, to the right as well. */
function zoomBy(factor: number): void {
  const [low, high] = view.range ?? [0, view.end];
  const width = (high - low) * factor;
  const from = Math.max(0, high - width);
  const to = Math.min(view.end, from + width);
  zoomTo(from <= 0 && to >= view.end ? undefined : [from, to]);
}

function move(share: number): void {
  if (!view.range) return;
  const [low, high] = view.range;
  const by = Math.min(Math.max((high - low) * share, -low), view.end - high);
  zoomTo([low + by, high + by]);
}

function setAxis(axis: ChartView["axis"]): void {
  if (axis !== view.axis) view = { ...view, axis, range: undefined };
  byId("by-steps").setAttribute("aria-pressed", String(axis === "steps"));
  byId("by-time").setAttribute("aria-pressed", String(axis === "seconds"));
  draw();
}

function setSmoothing(value: number): void {
  const smoothing = Math.min(0.99, Math.max(0, Math.round(100 * value) / 100));
  view = { ...view, smoothing };
  byId("smoothing", HTMLInputElement).value = String(smoothing);
  byId("smoothing-value").textContent = smoothing.toFixed(2);
  draw();
}

function listen(): void {
  const onClick = (id: string, action: () => void): void => {
    byId(id).addEventListener("click", action);
  };
  onClick("by-steps", () => {
    setAxis("steps");
  });
  onClick("by-time", () => {
    setAxis("seconds");
  });
  onClick("zoom-in", () => {
    zoomBy(0.5);
  });
  onClick("zoom-out", () => {
    zoomBy(2);
  });
  onClick("zoom-reset", () => {
    zoomTo(undefined);
  });
  onClick("help-button", openHelp);
  byId("differences").addEventListener("change", draw);
  const smoothing = byId("smoothing", HTMLInputElement);
  smoothing.addEventListener("input", () => {
    setSmoothing(Number(smoothing.value));
  });
  window.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if ((event.target as Element).closest("dialog[open], input[type=range]")) return;
    // Nothing to pan, or a table that is wider than its place: the arrows scroll, as everywhere.
    const isScroll = !view.range || (event.target as Element).closest(".scroll") !== null;
    if (event.key.startsWith("Arrow") && isScroll) return;
    const command = keys[event.key];
    if (command === undefined) return;
    event.preventDefault();
    command();
  });
}

function openHelp(): void {
  byId("help", HTMLDialogElement).showModal();
}

const keys: Readonly<Partial<Record<string, () => void>>> = {
  "+": () => {
    zoomBy(0.5);
  },
  "-": () => {
    zoomBy(2);
  },
  "0": () => {
    zoomTo(undefined);
  },
  ArrowLeft: () => {
    move(-0.25);
  },
  ArrowRight: () => {
    move(0.25);
  },
  s: () => {
    setSmoothing(view.smoothing + 0.1);
  },
  S: () => {
    setSmoothing(view.smoothing - 0.1);
  },
  x: () => {
    setAxis(view.axis === "steps" ? "seconds" : "steps");
  },
  t: () => {
    byId("theme").click();
  },
  "?": openHelp,
};

listen();
letGoAfterClicks();
setSmoothing(view.smoothing);
followTheme(byId("theme"), () => {
  isNewLook = true;
  map?.redraw();
  draw();
});
