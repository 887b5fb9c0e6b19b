import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { MarioError } from "../../core/errors.js";
import {
  readResumePoint,
  resumeDirectory,
  restoreFrames,
  type ResumePoint,
} from "../../trainer/checkpoint/resume-point.js";
import type { RunLock } from "../../trainer/checkpoint/run-lock.js";
import { lengthened } from "../../trainer/longer-run.js";
import type { TrainContext } from "./context.js";
import type { TrainObservers } from "./observers.js";

/**
 * Reads where a run stood, once no other process can change it.
 * @throws MarioError INVALID_OPTION when another process has the run; STATE_INVALID
 */
export function lockAndReadResumePoint(directory: string, lock: RunLock): ResumePoint {
  if (existsSync(resumeDirectory(directory))) lock.take(directory);
  return readResumePoint(directory);
}

/**
 * The point of a run that shall have `timesteps` in all. Its command is then no longer the whole story.
 * @throws MarioError INVALID_OPTION, see `lengthened`
 */
export function lengthenedPoint(point: ResumePoint, timesteps: number): ResumePoint {
  const { command, loop, settings } = point;
  const later = `from step ${loop.step} on --resume … --timesteps ${timesteps}`;
  return {
    ...point,
    settings: lengthened(settings, loop.step, timesteps),
    ...(command !== undefined && { command: `${command}; ${later}` }),
  };
}

/** @throws MarioError ROM_INVALID when the run played another cartridge. */
export function requireSameRom({ rom }: ResumePoint, sha1: string): void {
  if (rom.sha1 === sha1) return;
  throw new MarioError(
    "ROM_INVALID",
    `The run played ${rom.name} (SHA-1 ${rom.sha1.slice(0, 8)}), not this cartridge (${sha1.slice(0, 8)}).`,
    { value: sha1, remedy: "Name the run's cartridge with --rom." },
  );
}

/** Sets every part to where the run stood. */
export async function restoreRun(
  point: ResumePoint,
  { arithmetic, options, report, threads }: TrainContext,
  observers: TrainObservers,
): Promise<void> {
  restoreFrames(options.resume!, point, threads.stores);
  await threads.setState(point.threads, point.loop.index);
  report.note(`resuming at step ${point.loop.step}`);
  const before = point.arithmetic;
  if (!isDeepStrictEqual(before, arithmetic)) {
    report.warn(
      `${changeOf(before, arithmetic)}: the run's last bits will differ from one that was never stopped`,
    );
  }
  await observers.resume(point);
}

type Arithmetic = ResumePoint["arithmetic"];

function changeOf(before: Arithmetic, now: Arithmetic): string {
  const parts = [
    ...(before.learner === now.learner ? [] : [`learned on ${before.learner}, now ${now.learner}`]),
    ...(before.actors === now.actors ? [] : [`played on ${before.actors}, now ${now.actors}`]),
  ];
  const inShort = ({ threads, precision }: Arithmetic): string =>
    `with ${threads} thread(s) in ${precision}`;
  return parts.join("; ") || `computed ${inShort(before)}, now ${inShort(now)}`;
}
