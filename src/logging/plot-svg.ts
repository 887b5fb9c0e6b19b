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

export interface PlotPicture {
  readonly title: string;
  readonly subtitle: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly runs: readonly PlotCurves[];
  /** Dashed lines across, e.g. a published result. */
  readonly references: readonly PlotReference[];
}

/** Pixels; rasterised at twice that. */
export const PLOT_SIZE = { width: 960, height: 540 } as const;
/** Okabe & Ito 2008, "Color Universal Design": told apart by people with any colour vision. */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#4d4d4d"];
const INK = "#1f2328";
const GRAY = "#59636e";
const GRID = "#e4e8ec";
const MARGIN = { right: 28, bottom: 56, left: 30 } as const;

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
  const { width, height } = PLOT_SIZE;
  const { xAxis, yAxis } = axesOf(picture);
  const legend = drawLegend(picture, text, 96);
  const tickWidth = Math.max(...yAxis.ticks.map(({ label }) => text.width(label, TICK)));
  const left = MARGIN.left + tickWidth + 10;
  const frame = frameOf(xAxis, yAxis, left, legend.bottom + 44);
  const parts = [
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text.draw(picture.title, MARGIN.left, 42, TITLE),
    text.draw(picture.subtitle, MARGIN.left, 65, SUBTITLE),
    legend.svg,
    text.draw(picture.yLabel, MARGIN.left, frame.top - 18, LABEL),
    drawAxes(frame, xAxis, yAxis, text),
    text.draw(picture.xLabel, (frame.left + frame.right) / 2, height - 16, {
      ...LABEL,
      anchor: "middle",
    }),
    ...picture.references.map((reference) => drawReferenceLine(reference, frame)),
    ...picture.runs.map((run, i) => drawRun(run, colorOf(i), frame)),
    ...picture.references.map((reference) => drawReferenceLabel(reference, picture, frame, text)),
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}">\n${parts.join("\n")}\n</svg>\n`
  );
}

function colorOf(run: number): string {
  return COLORS[run % COLORS.length];
}

function axesOf({ runs, references }: PlotPicture): { xAxis: Axis; yAxis: Axis } {
  let [lastStep, low, high] = [0, Infinity, -Infinity];
  for (const { steps, values } of runs.flatMap(({ seeds }) => seeds)) {
    lastStep = Math.max(lastStep, steps[steps.length - 1]);
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  for (const { value } of references) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  // From zero, so that twice as high means twice as much.
  const yAxis = axisOf(Math.min(0, low), Math.max(0, high), {
    intervals: 6,
    round: true,
    short: false,
  });
  return { xAxis: axisOf(0, lastStep, { intervals: 8, round: false, short: true }), yAxis };
}

function frameOf(xAxis: Axis, yAxis: Axis, left: number, top: number): Frame {
  const right = PLOT_SIZE.width - MARGIN.right;
  const bottom = PLOT_SIZE.height - MARGIN.bottom;
  const x = (step: number): number =>
    left + ((step - xAxis.min) / (xAxis.max - xAxis.min)) * (right - left);
  const y = (value: number): number =>
    bottom - ((value - yAxis.min) / (yAxis.max - yAxis.min)) * (bottom - top);
  return { left, right, top, bottom, x, y };
}

/** Swatches in a row, in further rows where they do not fit. */
function drawLegend(
  { runs }: PlotPicture,
  text: GlyphText,
  top: number,
): { svg: string; bottom: number } {
  const parts: string[] = [];
  let [x, y]: [number, number] = [MARGIN.left, top];
  for (const [i, { label }] of runs.entries()) {
    const width = 34 + text.width(label, LEGEND);
    if (x > MARGIN.left && x + width > PLOT_SIZE.width - MARGIN.right) {
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

function drawAxes(frame: Frame, xAxis: Axis, yAxis: Axis, text: GlyphText): string {
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
    parts.push(
      `<path d="M${x} ${bottom}v5" stroke="${GRAY}" stroke-width="1"/>`,
      text.draw(label, x, bottom + 21, { ...TICK, anchor: "middle" }),
    );
  }
  return parts.join("\n");
}

function drawRun({ seeds, summary }: PlotCurves, color: string, frame: Frame): string {
  const parts: string[] = [];
  const several = seeds.length > 1;
  if (several && summary !== undefined) {
    const there = pathData(summary.steps, summary.max, frame);
    const back = pathData(summary.steps.toReversed(), summary.min.toReversed(), frame);
    parts.push(`<path d="${there}L${back.slice(1)}Z" fill="${color}" fill-opacity="0.13"/>`);
  }
  const stroke = `fill="none" stroke="${color}" stroke-linejoin="round" stroke-linecap="round"`;
  for (const { steps, values } of seeds) {
    const style = several ? 'stroke-width="1" stroke-opacity="0.45"' : 'stroke-width="2.5"';
    parts.push(`<path d="${pathData(steps, values, frame)}" ${stroke} ${style}/>`);
  }
  if (several && summary !== undefined) {
    const data = pathData(summary.steps, summary.median, frame);
    parts.push(`<path d="${data}" ${stroke} stroke-width="2.5"/>`);
  }
  return parts.join("\n");
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
  { runs }: PlotPicture,
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
  for (const { steps, values } of runs.flatMap(({ seeds }) => seeds)) {
    for (const [i, step] of steps.entries()) {
      const x = frame.x(step);
      if (x < left || x > right) continue;
      nearest = Math.min(nearest, Math.abs(frame.y(values[i]) - y));
    }
  }
  return nearest;
}

function pathData(steps: Float64Array, values: Float64Array, frame: Frame): string {
  const points = Array.from(
    steps,
    (step, i) => `${round(frame.x(step))} ${round(frame.y(values[i]))}`,
  );
  return `M${points.join("L")}`;
}

function round(pixels: number): number {
  return Math.round(pixels * 100) / 100;
}
