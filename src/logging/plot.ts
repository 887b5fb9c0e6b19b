import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { MarioError } from "../core/errors.js";
import { type Curve, curveOf, resample, smooth, summarize } from "./curve.js";
import { explainWriteErrors } from "./file-error.js";
import { GlyphText } from "./glyph-text.js";
import { PLOT_SIZE, type PlotCurves, type PlotReference, plotSvg } from "./plot-svg.js";
import { findRunDirectories, readRun } from "./run-events.js";

export interface PlotRun {
  readonly label: string;
  /** Runs' folders, or folders of such; each run found is one seed. */
  readonly directories: readonly string[];
}

export interface PlotRunsOptions {
  readonly runs: readonly PlotRun[];
  /** A scalar tag, see docs/metrics.md. */
  readonly tag: string;
  /** File to write: `.svg`, otherwise PNG of twice {@link PLOT_SIZE}. */
  readonly out: string;
  /** Default: the tag in words. */
  readonly title?: string;
  /** Default: what is bold and what is not. */
  readonly subtitle?: string;
  /** Default: the tag. */
  readonly yLabel?: string;
  /** Values are means over so many last steps; default 0, as logged. */
  readonly smoothingSteps?: number;
  /** Dashed lines across, e.g. a published result. */
  readonly references?: readonly PlotReference[];
}

/** One for every other pixel of the picture. */
const SAMPLES = PLOT_SIZE.width;

/**
 * Draws learning curves over steps: a thin line for each seed, the median of a label's seeds in bold
 * (over the steps that all have reached), and the range between their lowest and highest as a band.
 *
 * @throws MarioError INVALID_OPTION when a folder has no event files or none has the tag,
 * NOT_WRITABLE, DISK_FULL
 */
export async function plotRuns(options: PlotRunsOptions): Promise<void> {
  const { out, tag } = options;
  const runs = options.runs.map((run) => curvesOf(run, tag, options.smoothingSteps ?? 0));
  const svg = plotSvg(
    {
      title: options.title ?? inWords(tag),
      subtitle: options.subtitle ?? subtitleOf(runs),
      xLabel: "steps (decisions)",
      yLabel: options.yLabel ?? tag,
      runs,
      references: options.references ?? [],
    },
    await GlyphText.load(),
  );
  const picture = out.endsWith(".svg") ? svg : await rasterise(svg);
  explainWriteErrors(out, () => {
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, picture);
  });
}

function curvesOf({ label, directories }: PlotRun, tag: string, smoothing: number): PlotCurves {
  const known = new Set<string>();
  const curves: Curve[] = [];
  for (const directory of directories.flatMap(findRunDirectories)) {
    const { scalars } = readRun(directory);
    for (const name of scalars.keys()) known.add(name);
    const curve = smooth(curveOf(scalars.get(tag) ?? []), smoothing);
    if (curve.steps.length > 0) curves.push(curve);
  }
  if (curves.length === 0) {
    throw new MarioError("INVALID_OPTION", `The runs of "${label}" have no figures named ${tag}.`, {
      value: tag,
      remedy: `Choose one of: ${[...known].sort().join(", ") || "none yet, let the run go on"}.`,
    });
  }
  // A line has no use for more points than the picture has columns.
  const seeds = curves.map((curve) =>
    curve.steps.length <= SAMPLES
      ? curve
      : resample(curve, curve.steps[0], curve.steps[curve.steps.length - 1], SAMPLES),
  );
  return {
    label: seeds.length > 1 ? `${label} (${seeds.length} seeds)` : label,
    seeds,
    summary: summarize(curves, SAMPLES),
  };
}

function subtitleOf(runs: readonly PlotCurves[]): string {
  return runs.some(({ seeds }) => seeds.length > 1)
    ? "Bold: median of the seeds. Thin: each seed. Band: from the lowest to the highest."
    : "One run for each line.";
}

/** `episode/mean_distance_100` → `Episode: mean distance 100` */
function inWords(tag: string): string {
  const words = tag.replace("/", ": ").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

async function rasterise(svg: string): Promise<Buffer> {
  const { default: sharp } = await import("sharp");
  // 72 dots per inch is one for each SVG pixel. Flat colours compress well in a palette.
  return sharp(Buffer.from(svg), { density: 144 })
    .png({ compressionLevel: 9, palette: true })
    .toBuffer();
}
