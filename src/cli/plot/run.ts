import { basename, resolve, sep } from "node:path";
import { MarioError } from "../../core/errors.js";
import { plotMetrics } from "../../plot/plot-metrics.js";
import { plotRuns, type PlotRun } from "../../plot/plot.js";
import type { PlotOptions } from "./command.js";

export async function runPlot(runs: readonly string[], options: PlotOptions): Promise<void> {
  const { missing, damaged } = await plotRuns({
    runs: parseRuns(runs),
    metrics: plotMetrics(options.metric),
    x: options.x,
    out: options.out,
    smoothingSteps: options.smoothing,
    references: options.reference.map(parseReference),
    ...(options.title !== undefined && { title: options.title }),
    ...(options.subtitle !== undefined && { subtitle: options.subtitle }),
    ...(options.yLabel !== undefined && { yLabel: options.yLabel }),
  });
  for (const { label, tags, lacking, of } of missing) {
    const whose =
      lacking === of ? `"${label}" has` : `${lacking} of the ${of} runs of "${label}" have`;
    process.stderr.write(`left out: ${whose} no ${tags.join(", ")}\n`);
  }
  for (const path of damaged) {
    process.stderr.write(`left out: what follows the damage in ${path}\n`);
  }
  process.stderr.write(`curves: ${options.out}\n`);
}

/** Each `LABEL=FOLDER,FOLDER`, or a folder, whose label is in what it differs from the others. */
export function parseRuns(texts: readonly string[]): PlotRun[] {
  const parsed = texts.map(splitAtEquals);
  const alone = parsed.flatMap(([folder, folders]) => (folders === undefined ? [folder] : []));
  return parsed.map(([label, folders]) =>
    folders === undefined
      ? { label: differenceOf(label, alone), directories: [label] }
      : { label, directories: folders.split(",") },
  );
}

/** The parts of a path that not all paths have at the same depth; its last part if none. */
function differenceOf(path: string, paths: readonly string[]): string {
  const partsOf = (one: string): string[] => resolve(one).split(sep);
  const all = paths.map(partsOf);
  const parts = partsOf(path).filter((part, i) => all.some((other) => other[i] !== part));
  return parts.length > 0 ? parts.join("/") : basename(path);
}

function parseReference(text: string): { label: string; value: number } {
  const [label, value] = splitAtEquals(text);
  const number = Number(value);
  if (value === undefined || value.trim() === "" || !Number.isFinite(number)) {
    throw new MarioError("INVALID_OPTION", `--reference ${text} is not LABEL=NUMBER.`, {
      remedy: 'For example: --reference "random buttons=386.4"',
    });
  }
  return { label, value: number };
}

function splitAtEquals(text: string): readonly [string, string | undefined] {
  const at = text.indexOf("=");
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
