import { basename } from "node:path";
import { MarioError } from "../core/errors.js";
import { plotRuns, type PlotRun } from "../logging/plot.js";
import type { PlotOptions } from "./plot.js";

export async function runPlot(runs: readonly string[], options: PlotOptions): Promise<void> {
  await plotRuns({
    runs: runs.map(parseRun),
    tag: options.tag,
    out: options.out,
    smoothingSteps: options.smoothing,
    references: (options.reference ?? []).map(parseReference),
    ...(options.title !== undefined && { title: options.title }),
    ...(options.subtitle !== undefined && { subtitle: options.subtitle }),
    ...(options.yLabel !== undefined && { yLabel: options.yLabel }),
  });
  process.stderr.write(`curves: ${options.out}\n`);
}

/** `LABEL=FOLDER,FOLDER`, or a folder, which is its own label. */
function parseRun(text: string): PlotRun {
  const [label, folders] = splitAtEquals(text);
  return folders === undefined
    ? { label: basename(text), directories: [text] }
    : { label, directories: folders.split(",") };
}

function parseReference(text: string): { label: string; value: number } {
  const [label, value] = splitAtEquals(text);
  const number = Number(value);
  if (value === undefined || !Number.isFinite(number)) {
    throw new MarioError("INVALID_OPTION", `--reference ${text} is not LABEL=NUMBER.`);
  }
  return { label, value: number };
}

function splitAtEquals(text: string): readonly [string, string | undefined] {
  const at = text.indexOf("=");
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
