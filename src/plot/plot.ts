import { mkdirSync } from "node:fs";
import { dirname, extname } from "node:path";
import { MarioError } from "../core/errors.js";
import { type Curve, curveOf, over, resample, smooth, summarize } from "./curve.js";
import { explainWriteErrors } from "../core/write-error.js";
import { GlyphText } from "./glyph-text.js";
import type { PlotMetric } from "./plot-metrics.js";
import {
  PLOT_WIDTH,
  type PlotCurves,
  type PlotPanel,
  type PlotReference,
  plotSvg,
} from "./plot-svg.js";
import { findRunDirectories, readRun } from "../logging/run-events.js";
import { loadSharp } from "../picture/load-sharp.js";
import { saveFile } from "../picture/save-file.js";

export interface PlotRun {
  readonly label: string;
  /** Runs' folders, or folders of such; each run found is one seed. */
  readonly directories: readonly string[];
}

export interface PlotRunsOptions {
  readonly runs: readonly PlotRun[];
  /** One panel for each. */
  readonly metrics: readonly PlotMetric[];
  /** Default `steps`. `time`: of the run, without the time for which it was stopped. */
  readonly x?: "steps" | "time";
  /** File to write: `.svg`, or `.png` of twice the size. */
  readonly out: string;
  /** Default: the figure in words. */
  readonly title?: string;
  /** Default: what is bold and what is not. */
  readonly subtitle?: string;
  /** Of the first panel; default: the figure's unit. */
  readonly yLabel?: string;
  /** Values are means over so many last steps; default 0, as logged. */
  readonly smoothingSteps?: number;
  /** Dashed lines across the first panel, e.g. a published result. */
  readonly references?: readonly PlotReference[];
}

/** One for every other pixel of the picture. */
const SAMPLES = PLOT_WIDTH;

type Scalars = ReturnType<typeof readRun>["scalars"];

interface LabelledRuns {
  readonly label: string;
  /** Of each seed. */
  readonly seeds: readonly Scalars[];
  readonly damaged: readonly string[];
}

/** Figures that runs of a label do not have; they are left out of the picture. */
interface MissingFigures {
  readonly label: string;
  readonly tags: readonly string[];
  /** Runs that lack them, of how many that there are. */
  readonly lacking: number;
  readonly of: number;
}

/** What is not in the picture. */
export interface PlotGaps {
  readonly missing: readonly MissingFigures[];
  /** Event files that were altered or broken: only what came before the damage is drawn. */
  readonly damaged: readonly string[];
}

/**
 * Draws learning curves: a thin line for each seed, the median of a label's seeds in bold (as far as
 * all have come), and the range between their lowest and highest as a band.
 *
 * @returns what could not be drawn, to be told
 * @throws MarioError INVALID_OPTION when a folder has no event files, no run has a figure, or the
 * file's kind is unknown; NOT_WRITABLE, DISK_FULL
 */
export async function plotRuns(options: PlotRunsOptions): Promise<PlotGaps> {
  const { metrics, out, references = [], smoothingSteps = 0, x = "steps" } = options;
  const kind = kindOf(out);
  const read = options.runs.map(readRuns);
  for (const { tag } of metrics) requireFigure(read, tag);
  const runs = read
    .map((run) => ({ ...run, seeds: run.seeds.filter((scalars) => hasAny(scalars, metrics)) }))
    .filter(({ seeds }) => seeds.length > 0);
  const axis = x === "time" ? timeAxis(runs) : STEP_AXIS;
  const panels = metrics.map((metric, i): PlotPanel => {
    const unit = (i === 0 ? options.yLabel : undefined) ?? metric.unit;
    return {
      yLabel: metrics.length > 1 ? `${metric.title}, ${unit}` : unit,
      runs: runs.map((run) => curvesOf(run, metric, smoothingSteps, axis)),
      references: i === 0 ? references : [],
    };
  });
  const svg = plotSvg(
    {
      title: options.title ?? (metrics.length > 1 ? "Learning curves" : metrics[0].title),
      subtitle: options.subtitle ?? subtitleOf(panels),
      xLabel: axis.label,
      panels,
    },
    await GlyphText.load(),
  );
  const picture = kind === "svg" ? svg : await rasterise(svg);
  explainWriteErrors(out, () => mkdirSync(dirname(out), { recursive: true }));
  await saveFile(out, picture);
  const tags = metrics.map(({ tag }) => tag);
  return {
    missing: read.flatMap((run) => missingIn(run, tags)),
    damaged: read.flatMap(({ damaged }) => damaged),
  };
}

function kindOf(out: string): "png" | "svg" {
  const kind = extname(out).slice(1).toLowerCase();
  if (kind === "png" || kind === "svg") return kind;
  throw new MarioError("INVALID_OPTION", `Curves are drawn as .png or .svg, not as ${out}.`, {
    value: out,
    remedy: "Use a file name that ends in .png or .svg.",
  });
}

function hasFigure({ seeds }: LabelledRuns, tag: string): boolean {
  return seeds.some((scalars) => hasPoints(scalars, tag));
}

function hasPoints(scalars: Scalars, tag: string): boolean {
  return (scalars.get(tag)?.length ?? 0) > 0;
}

/** Tags that equally many of a label's runs lack go together. */
function missingIn({ label, seeds }: LabelledRuns, tags: readonly string[]): MissingFigures[] {
  const lackingOf = (tag: string): number =>
    seeds.filter((scalars) => !hasPoints(scalars, tag)).length;
  const counts = [...new Set(tags.map(lackingOf))].filter((lacking) => lacking > 0);
  return counts.map((lacking) => ({
    label,
    tags: tags.filter((tag) => lackingOf(tag) === lacking),
    lacking,
    of: seeds.length,
  }));
}

function hasAny(scalars: Scalars, metrics: readonly PlotMetric[]): boolean {
  return metrics.some(({ tag }) => hasPoints(scalars, tag));
}

function requireFigure(runs: readonly LabelledRuns[], tag: string): void {
  if (runs.some((run) => hasFigure(run, tag))) return;
  const known = new Set(
    runs.flatMap(({ seeds }) => seeds).flatMap((scalars) => [...scalars.keys()]),
  );
  const whose =
    runs.length === 1 ? `The runs of "${runs[0].label}" have no` : "None of the runs has";
  throw new MarioError("INVALID_OPTION", `${whose} metric ${tag}.`, {
    value: tag,
    remedy: `Choose one of: ${[...known].sort().join(", ") || "none yet, let the run go on"}.`,
  });
}

function readRuns({ label, directories }: PlotRun): LabelledRuns {
  const read = directories.flatMap(findRunDirectories).map(readRun);
  return {
    label,
    seeds: read.map(({ scalars }) => scalars),
    damaged: read.flatMap(({ damaged }) => damaged),
  };
}

/** The horizontal axis. */
interface XAxis {
  readonly label: string;
  /** Seconds of one unit; undefined: steps. */
  readonly unitSeconds?: number;
}

const STEP_AXIS: XAxis = { label: "steps (decisions)" };
const TIME_UNITS = [
  { label: "wall time, h", unitSeconds: 3600 },
  { label: "wall time, min", unitSeconds: 60 },
  { label: "wall time, s", unitSeconds: 1 },
] as const;

/** In the largest unit of which the longest run has two. */
function timeAxis(runs: readonly LabelledRuns[]): XAxis {
  let longest = 0;
  for (const points of runs.flatMap(({ seeds }) => seeds).flatMap((run) => [...run.values()])) {
    longest = Math.max(longest, points.at(-1)?.wallTime ?? 0);
  }
  return TIME_UNITS.find(({ unitSeconds }) => longest >= 2 * unitSeconds) ?? TIME_UNITS[2];
}

function curvesOf(
  { label, seeds: runs }: LabelledRuns,
  { tag }: PlotMetric,
  smoothing: number,
  { unitSeconds }: XAxis,
): PlotCurves {
  const curves = runs
    .map((scalars): Curve => {
      const points = scalars.get(tag) ?? [];
      const curve = smooth(curveOf(points), smoothing);
      if (unitSeconds === undefined) return curve;
      const times = new Map(points.map(({ step, wallTime }) => [step, wallTime]));
      return over(curve, (step) => times.get(step)! / unitSeconds);
    })
    .filter(({ xs }) => xs.length > 0);
  // A line has no use for more points than the picture has columns.
  const seeds = curves.map((curve) =>
    curve.xs.length <= SAMPLES
      ? curve
      : resample(curve, curve.xs[0], curve.xs[curve.xs.length - 1], SAMPLES),
  );
  return {
    label: runs.length > 1 ? `${label} (${runs.length} seeds)` : label,
    seeds,
    summary: summarize(curves, SAMPLES),
  };
}

function subtitleOf(panels: readonly PlotPanel[]): string {
  return panels.flatMap(({ runs }) => runs).some(({ seeds }) => seeds.length > 1)
    ? "Bold: median of the seeds. Thin: each seed. Band: from the lowest to the highest."
    : "One run for each line.";
}

async function rasterise(svg: string): Promise<Buffer> {
  const sharp = await loadSharp("name it .svg");
  // 72 dots per inch is one for each SVG pixel. Flat colours compress well in a palette.
  return sharp(Buffer.from(svg), { density: 144 })
    .png({ compressionLevel: 9, palette: true })
    .toBuffer();
}
