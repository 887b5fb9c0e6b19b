import { isAbsolute, relative, resolve } from "node:path";
import { z } from "zod";
import { MarioError } from "../../core/errors.js";
import { BACKEND_NAMES, PRECISIONS } from "../../nn/backend.js";
import { PIPELINES } from "../../trainer/train-loop.js";
import { romPath } from "../rom-file.js";
import { LOG_TARGETS, type TrainOptions } from "./command.js";

const count = z.number().int();

/**
 * Options that the settings do not hold and that a run goes on with. What is shown on a screen is not
 * among them.
 */
const keptSchema = z.object({
  rom: z.string().max(4000).optional(),
  backend: z.enum(["auto", ...BACKEND_NAMES]).exclude(["cpu"]),
  threads: count.min(1).max(256).optional(),
  precision: z.enum(PRECISIONS),
  actors: count.min(1).max(256).optional(),
  pipeline: z.enum(PIPELINES),
  recordBest: z.boolean().optional(),
  evalPeriod: count.min(1),
  evalEpisodes: count.min(0).max(10_000),
  resumePeriod: count.min(1),
  keepResumePoint: z.boolean().optional(),
  log: z.enum(LOG_TARGETS),
  logDir: z.string().max(4000),
  modelDir: z.string().max(4000),
});

/**
 * Of a run's options those that its resume point keeps; plain data. Folders in full: who goes on may
 * be elsewhere.
 */
export function keptOptions(options: TrainOptions): Record<string, unknown> {
  const { rom, logDir, modelDir } = options;
  return keptSchema.parse({
    ...options,
    ...(rom !== undefined && { rom: romPath(rom) }),
    logDir: resolve(logDir),
    modelDir: resolve(modelDir),
  });
}

/**
 * The options of a run that goes on: as it began, but for what is given anew.
 * @param given names of the options on the command line
 * @param kept what its resume point has of {@link keptOptions}; undefined in points of before
 * @throws MarioError INVALID_OPTION, STATE_INVALID
 */
export function resumedOptions(
  options: TrainOptions,
  given: ReadonlySet<string>,
  kept: unknown,
): TrainOptions {
  if (given.has("log") && options.log === "stdout") {
    throw new MarioError("INVALID_OPTION", "A resumed run keeps its log destination.", {
      value: options.log,
      remedy: "Leave out --log stdout.",
    });
  }
  if (kept === undefined) return options;
  const parsed = keptSchema.safeParse(kept);
  if (!parsed.success) {
    throw new MarioError("STATE_INVALID", "The resume point has options unknown to this version.", {
      remedy: "Use the version of this program that wrote it.",
    });
  }
  const { rom, logDir, modelDir } = parsed.data;
  const asKept = {
    ...parsed.data,
    ...(rom !== undefined && { rom: asSeen(rom) }),
    logDir: asSeen(logDir),
    modelDir: asSeen(modelDir),
  };
  const before = Object.entries(asKept).filter(
    ([name, value]) => value !== undefined && !given.has(name),
  );
  return { ...options, ...Object.fromEntries(before) };
}

/** As one would write it here: without the way to the current folder where it is below that. */
function asSeen(path: string): string {
  const here = relative("", path);
  return here === "" || here.startsWith("..") || isAbsolute(here) ? path : here;
}
