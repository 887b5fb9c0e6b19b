import { axisOf, type Axis } from "./axis.js";
import type { Curve, CurveSummary } from "./curve.js";
import type { GlyphText, TextStyle } from "./glyph-text.js";

export interface PlotCurves {
  readonly label: string;
  /** One for each seed; drawn thin if there are several. */
  readonly seeds: readonly Curve[];
  /** Drawn bold, with its range as a band. */
  readonly summary: CurveSummary | undefined;
}

export interface PlotReference {
  readonly value: number;
  readonly label: string;
}

/** One figure of all runs. */
export interface PlotPanel {
  readonly yLabel: string;
  readonly runs: readonly PlotCurves[];
  /** Dashed lines across, e.g. a published result. */
  readonly references: readonly PlotReference[];
}

export interface PlotPicture {
  readonly title: string;
  readonly subtitle: string;
  readonly xLabel: string;
  /** One above the other, with the same horizontal axis; of the same runs. */
  readonly panels: readonly PlotPanel[];
}

/** Pixels; rasterised at twice that. */
export const PLOT_WIDTH = 960;
/** With one panel. */
const HEIGHT = 540;
/** Of the curves' area, where there are several. */
const PANEL_HEIGHT = 210;
/** Of so few points, such as evaluations, each is marked; one alone makes no line. */
const MAX_DOTS = 40;
/** Okabe & Ito 2008, "Color Universal Design": told apart by people with any colour vision. */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#4d4d4d"];
const INK = "#1f2328";
const GRAY = "#59636e";
const GRID = "#e4e8ec";
const MARGIN = { right: 28, bottom: 56, left: 30, panel: 44, between: 14 } as const;

const TITLE: TextStyle = { size: 21, color: INK, bold: true };
const SUBTITLE: TextStyle = { size: 13.5, color: GRAY };
const LABEL: TextStyle = { size: 13.5, color: GRAY };
const TICK: TextStyle = { size: 13.5, color: GRAY };
const LEGEND: TextStyle = { size: 14.5, color: INK };

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly x: (step: number) => number;
  readonly y: (value: number) => number;
}

/** Draws learning curves as SVG: light theme, no scripts, no fonts of the system. */
export function plotSvg(picture: PlotPicture, text: GlyphText): string {
  const { panels } = picture;
  const legend = drawLegend(panels[0].runs, text, 96);
  const areaHeight =
    panels.length > 1 ? PANEL_HEIGHT : HEIGHT - MARGIN.bottom - MARGIN.panel - legend.bottom;
  const panelHeight = MARGIN.panel + areaHeight + MARGIN.between;
  const height = legend.bottom + panels.length * panelHeight - MARGIN.between + MARGIN.bottom;
  const xAxis = xAxisOf(panels);
  const yAxes = panels.map((panel) => yAxisOf(panel, panels.length > 1 ? 4 : 6));
  const labels = yAxes.flatMap(({ ticks }) => ticks.map(({ label }) => text.width(label, TICK)));
  const left = MARGIN.left + Math.max(...labels) + 10;
  const drawn = panels.map((panel, i) => {
    const top = legend.bottom + MARGIN.panel + i * panelHeight;
    const frame = frameOf(xAxis, yAxes[i], { left, top, bottom: top + areaHeight });
    return drawPanel(panel, frame, { xAxis, yAxis: yAxes[i] }, i === panels.length - 1, text);
  });
  const parts = [
    `<rect width="${PLOT_WIDTH}" height="${height}" fill="#ffffff"/>`,
    text.draw(picture.title, MARGIN.left, 42, TITLE),
    text.draw(picture.subtitle, MARGIN.left, 65, SUBTITLE),
    legend.svg,
    text.draw(picture.xLabel, (left + PLOT_WIDTH - MARGIN.right) / 2, height - 16, {
      ...LABEL,
      anchor: "middle",
    }),
    ...drawn,
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${PLOT_WIDTH}" height="${height}" ` +
    `viewBox="0 0 ${PLOT_WIDTH} ${height}">\n${parts.join("\n")}\n</svg>\n`
  );
}

/** @param isLast has the numbers of the horizontal axis below it */
function drawPanel(
  { references, runs, yLabel }: PlotPanel,
  frame: Frame,
  axes: { readonly xAxis: Axis; readonly yAxis: Axis },
  isLast: boolean,
  text: GlyphText,
): string {
  return [
    text.draw(yLabel, MARGIN.left, frame.top - 18, LABEL),
    drawAxes(frame, axes, isLast, text),
    ...references.map((reference) => drawReferenceLine(reference, frame)),
    ...runs.map((run, i) => drawRun(run, colorOf(i), frame)),
    ...references.map((reference) => drawReferenceLabel(reference, runs, frame, text)),
  ].join("\n");
}

function colorOf(run: number): string {
  return COLORS[run % COLORS.length];
}

function xAxisOf(panels: readonly PlotPanel[]): Axis {
  const curves = panels.flatMap(({ runs }) => runs).flatMap(({ seeds }) => seeds);
  const last = Math.max(...curves.map(({ xs }) => xs[xs.length - 1]));
  return axisOf(0, last, { intervals: 8, round: false, short: true });
}

function yAxisOf({ runs, references }: PlotPanel, intervals: number): Axis {
  // From zero, so that twice as high means twice as much.
  let [low, high] = [0, 0];
  const curves = runs.flatMap(({ seeds }) => seeds).map(({ values }) => values);
  for (const values of [...curves, references.map(({ value }) => value)]) {
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return axisOf(low, high, { intervals, round: true, short: false });
}

function frameOf(
  xAxis: Axis,
  yAxis: Axis,
  { left, top, bottom }: { readonly left: number; readonly top: number; readonly bottom: number },
): Frame {
  const right = PLOT_WIDTH - MARGIN.right;
  const x = (step: number): number =>
    left + ((step - xAxis.min) / (xAxis.max - xAxis.min)) * (right - left);
  const y = (value: number): number =>
    bottom - ((value - yAxis.min) / (yAxis.max - yAxis.min)) * (bottom - top);
  return { left, right, top, bottom, x, y };
}

/** Swatches in a row, in further rows where they do not fit. */
function drawLegend(
  runs: readonly PlotCurves[],
  text: GlyphText,
  top: number,
): { svg: string; bottom: number } {
  const parts: string[] = [];
  let [x, y]: [number, number] = [MARGIN.left, top];
  for (const [i, { label }] of runs.entries()) {
    const width = 34 + text.width(label, LEGEND);
    if (x > MARGIN.left && x + width > PLOT_WIDTH - MARGIN.right) {
      [x, y] = [MARGIN.left, y + 24];
    }
    const middle = y - 5;
    parts.push(
      `<path d="M${x + 2} ${middle}h22" stroke="${colorOf(i)}" stroke-width="4" stroke-linecap="round"/>`,
      text.draw(label, x + 34, y, LEGEND),
    );
    x += width + 26;
  }
  return { svg: parts.join("\n"), bottom: y };
}

function drawAxes(
  frame: Frame,
  { xAxis, yAxis }: { readonly xAxis: Axis; readonly yAxis: Axis },
  isLast: boolean,
  text: GlyphText,
): string {
  const { left, right, bottom } = frame;
  const parts: string[] = [];
  for (const { value, label } of yAxis.ticks) {
    const y = round(frame.y(value));
    const color = value === 0 ? GRAY : GRID;
    parts.push(
      `<path d="M${left} ${y}H${right}" stroke="${color}" stroke-width="1"/>`,
      text.draw(label, left - 10, y + 4.8, { ...TICK, anchor: "end" }),
    );
  }
  for (const { value, label } of xAxis.ticks) {
    const x = round(frame.x(value));
    parts.push(`<path d="M${x} ${bottom}v5" stroke="${GRAY}" stroke-width="1"/>`);
    if (isLast) parts.push(text.draw(label, x, bottom + 21, { ...TICK, anchor: "middle" }));
  }
  return parts.join("\n");
}

function drawRun({ seeds, summary }: PlotCurves, color: string, frame: Frame): string {
  const parts: string[] = [];
  const several = seeds.length > 1;
  if (several && summary !== undefined) {
    const there = pathData(summary.xs, summary.max, frame);
    const back = pathData(summary.xs.toReversed(), summary.min.toReversed(), frame);
    parts.push(`<path d="${there}L${back.slice(1)}Z" fill="${color}" fill-opacity="0.13"/>`);
  }
  const stroke = `fill="none" stroke="${color}" stroke-linejoin="round" stroke-linecap="round"`;
  for (const { xs, values } of seeds) {
    if (xs.length <= MAX_DOTS) parts.push(drawDots(xs, values, color, frame));
    const style = several ? 'stroke-width="1" stroke-opacity="0.45"' : 'stroke-width="2.5"';
    parts.push(`<path d="${pathData(xs, values, frame)}" ${stroke} ${style}/>`);
  }
  if (several && summary !== undefined) {
    const data = pathData(summary.xs, summary.median, frame);
    parts.push(`<path d="${data}" ${stroke} stroke-width="2.5"/>`);
  }
  return parts.join("\n");
}

function drawDots(xs: Float64Array, values: Float64Array, color: string, frame: Frame): string {
  const dot = (x: number, i: number): string =>
    `<circle cx="${round(frame.x(x))}" cy="${round(frame.y(values[i]))}" r="3.5" fill="${color}"/>`;
  return Array.from(xs, dot).join("\n");
}

function drawReferenceLine({ value }: PlotReference, { left, right, y }: Frame): string {
  return (
    `<path d="M${left} ${round(y(value))}H${right}" stroke="${INK}" stroke-width="1.25" ` +
    `stroke-dasharray="5 4"/>`
  );
}

/** Above its line, at the end where curves are further away. */
function drawReferenceLabel(
  { value, label }: PlotReference,
  runs: readonly PlotCurves[],
  frame: Frame,
  text: GlyphText,
): string {
  const y = round(frame.y(value)) - 7;
  const style: TextStyle = { size: 13, color: INK };
  const width = text.width(label, style);
  const starts = [frame.right - width, frame.left + 8];
  const distances = starts.map((x) => distanceToCurves(runs, frame, x, x + width, y - 5));
  const x = distances[0] >= Math.min(distances[1], 20) ? starts[0] : starts[1];
  // A light ground under the words, should a curve pass there all the same.
  return (
    `<rect x="${x - 4}" y="${y - 13}" width="${width + 8}" height="17" fill="#ffffff" ` +
    `fill-opacity="0.75"/>\n${text.draw(label, x, y, style)}`
  );
}

/** Pixels between height `y` and the nearest curve point from `left` to `right`. */
function distanceToCurves(
  runs: readonly PlotCurves[],
  frame: Frame,
  left: number,
  right: number,
  y: number,
): number {
  let nearest = Infinity;
  for (const { xs, values } of runs.flatMap(({ seeds }) => seeds)) {
    for (const [i, step] of xs.entries()) {
      const x = frame.x(step);
      if (x < left || x > right) continue;
      nearest = Math.min(nearest, Math.abs(frame.y(values[i]) - y));
    }
  }
  return nearest;
}

function pathData(xs: Float64Array, values: Float64Array, frame: Frame): string {
  const points = Array.from(
    xs,
    (step, i) => `${round(frame.x(step))} ${round(frame.y(values[i]))}`,
  );
  return `M${points.join("L")}`;
}

function round(pixels: number): number {
  return Math.round(pixels * 100) / 100;
}
