import uPlot from "uplot";
import { make } from "../shared/dom.js";
import { cssColour } from "../shared/theme.js";
import type { ChartSpec } from "./charts.js";
import { smooth, type RunData, type Series } from "./run-data.js";
import { compact, tickText, TIME_SPACINGS, timeText } from "./numbers.js";

export interface ShownRun {
  readonly id: string;
  readonly name: string;
  readonly colour: string;
  readonly data: RunData;
}

export interface ChartView {
  readonly axis: "steps" | "seconds";
  readonly smoothing: number;
  /** What is zoomed to; undefined: all. */
  readonly range: readonly [number, number] | undefined;
  /** The end of all runs that are shown. */
  readonly end: number;
}

export interface ChartEvents {
  readonly onZoom: (range: readonly [number, number] | undefined) => void;
}

const DOT_ALPHA = "70";
const FAINT_ALPHA = "48";

/** One card with a curve for each run. */
export class Chart {
  readonly element: HTMLElement;
  readonly #spec: ChartSpec;
  readonly #events: ChartEvents;
  readonly #plot = make("div", { class: "plot" });
  readonly #values = make("span", { class: "values" });
  #uplot: uPlot | undefined;
  #shape = "";
  #view: ChartView | undefined;
  /** Lines of runs, not dots: index into the data, and whose. */
  #lines: { readonly index: number; readonly run: ShownRun }[] = [];

  constructor(spec: ChartSpec, events: ChartEvents) {
    this.#spec = spec;
    this.#events = events;
    const unit = spec.unit ? [" ", make("span", { class: "soft small" }, spec.unit)] : [];
    this.element = make(
      "article",
      { class: "card chart" },
      make("header", {}, make("h2", {}, spec.title, ...unit), this.#values),
      this.#plot,
    );
    new ResizeObserver(() => {
      this.#uplot?.setSize(this.#size());
    }).observe(this.#plot);
  }

  /** @param isNewLook after a change of theme: built anew. */
  show(runs: readonly ShownRun[], view: ChartView, isNewLook = false): void {
    this.#view = view;
    const tables: uPlot.AlignedData[] = [];
    const series: uPlot.Series[] = [{}];
    this.#lines = [];
    for (const run of runs) this.#addRun(run, view, tables, series);
    this.element.hidden = tables.length === 0;
    if (tables.length === 0) return;
    const data = tables.length === 1 ? tables[0] : uPlot.join(tables);
    const shape = JSON.stringify([
      runs.map(({ id }) => id),
      series.length,
      view.axis,
      view.smoothing > 0,
    ]);
    if (this.#uplot && shape === this.#shape && !isNewLook) this.#uplot.setData(data);
    else this.#build(data, series);
    this.#shape = shape;
    this.#showValues();
  }

  #addRun(
    run: ShownRun,
    view: ChartView,
    tables: uPlot.AlignedData[],
    series: uPlot.Series[],
  ): void {
    const { tag, dotsTag, scale = 1, isMean = false } = this.#spec;
    const add = (points: Series, values: readonly (number | null)[], more: uPlot.Series): void => {
      const scaled = scale === 1 ? values : values.map((value) => value && value * scale);
      tables.push([points[view.axis], scaled] as unknown as uPlot.AlignedData);
      series.push({ points: { show: false }, spanGaps: true, ...more });
    };
    const dots = dotsTag === undefined ? undefined : run.data.series.get(dotsTag);
    if (dots) {
      const colour = run.colour + DOT_ALPHA;
      add(dots, dots.values, {
        paths: () => null,
        points: { show: true, size: 3, width: 0, fill: colour, stroke: colour },
      });
    }
    const line = run.data.series.get(tag);
    if (!line) return;
    const isSmoothed = !isMean && view.smoothing > 0;
    if (isSmoothed) add(line, line.values, { stroke: run.colour + FAINT_ALPHA, width: 1 });
    const values = isSmoothed ? smooth(line.values, view.smoothing) : line.values;
    this.#lines.push({ index: series.length, run });
    add(line, values, { stroke: run.colour, width: 2 });
  }

  #size(): { width: number; height: number } {
    return { width: this.#plot.clientWidth, height: this.#plot.clientHeight };
  }

  #build(data: uPlot.AlignedData, series: uPlot.Series[]): void {
    this.#uplot?.destroy();
    const soft = cssColour("--soft");
    const grid = { stroke: cssColour("--line"), width: 1 };
    const font = "11px Inter, system-ui, sans-serif";
    const axis: uPlot.Axis = { stroke: soft, grid, ticks: { show: false }, font };
    const isTime = this.#view?.axis === "seconds";
    this.#uplot = new uPlot(
      {
        ...this.#size(),
        series,
        // On the right, half of the last tick's text.
        padding: [8, 18, 0, 0],
        legend: { show: false },
        scales: {
          // The same for all charts, so that what stands below each other belongs together.
          x: { time: false, range: () => [...(this.#view?.range ?? [0, this.#view?.end ?? 1])] },
        },
        axes: [
          {
            ...axis,
            size: 26,
            space: 70,
            ...(isTime && { incrs: TIME_SPACINGS }),
            values: (_, ticks, _axis, _space, spacing) =>
              ticks.map((tick) => (isTime ? timeText : tickText)(tick, spacing)),
          },
          {
            ...axis,
            size: 46,
            gap: 4,
            values: (_, ticks, _axis, _space, spacing) =>
              ticks.map((tick) => tickText(tick, spacing)),
          },
        ],
        cursor: {
          y: false,
          sync: { key: "all", setSeries: false },
          points: { show: false },
          drag: { x: true, y: false, setScale: false },
          bind: {
            dblclick: () => () => {
              this.#events.onZoom(undefined);
              return null;
            },
          },
        },
        hooks: {
          setCursor: [
            () => {
              this.#showValues();
            },
          ],
          setSelect: [
            (plot) => {
              this.#zoomToSelection(plot);
            },
          ],
        },
      },
      data,
      this.#plot,
    );
  }

  #zoomToSelection(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 4) return;
    const range = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")] as const;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#events.onZoom(range);
  }

  /** Beside the title: each run's value under the cursor, else the newest. */
  #showValues(): void {
    const plot = this.#uplot;
    if (!plot) return;
    const { idx } = plot.cursor;
    this.#values.replaceChildren(
      ...this.#lines.map(({ index, run }) => {
        const value = make("b", { title: run.name }, compact(valueAt(plot.data[index], idx)));
        value.style.setProperty("--run", run.colour);
        return value;
      }),
    );
  }
}

/** At that place, else the nearest before it. */
function valueAt(
  values: ArrayLike<number | null | undefined>,
  index: number | null | undefined,
): number | undefined {
  for (let i = index ?? values.length - 1; i >= 0; i--) {
    const value = values[i];
    if (value !== null && value !== undefined) return value;
  }
  return undefined;
}
