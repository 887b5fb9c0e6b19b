import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { explainWriteErrors, systemErrorCode } from "../core/write-error.js";

/** What the name of a run's folder says; the original tutorial's choice. */
export interface RunDescription {
  /** Decisions in the whole run. */
  readonly timesteps: number;
  /** Share of the run over which epsilon falls. */
  readonly explorationFraction: number;
  readonly prioritized: boolean;
  readonly dueling: boolean;
  readonly learningRate: number;
  readonly startedAt: Date;
}

/** e.g. `deepq/500000_0.2_priofalse_dueltrue_lr0.00025/2026-01-31T23-59-58Z`, for any file system. */
function runDirectoryName(run: RunDescription): string {
  const settings =
    `${run.timesteps}_${run.explorationFraction}` +
    `_prio${run.prioritized}_duel${run.dueling}_lr${run.learningRate}`;
  // Universal time sorts, and does not jump in autumn; Windows allows no colon.
  const start = `${run.startedAt.toISOString().slice(0, 19).replaceAll(":", "-")}Z`;
  return join("deepq", settings, start);
}

/**
 * Creates a new folder for a run. Of two runs that start in the same second the later one's name
 * ends in `_2`, and so on.
 *
 * @param root usually `tensorboard`
 * @returns its path
 * @throws MarioError NOT_WRITABLE, DISK_FULL
 */
export function createRunDirectory(root: string, run: RunDescription): string {
  const path = join(root, runDirectoryName(run));
  return explainWriteErrors(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    for (let n = 1; ; n++) {
      const candidate = n === 1 ? path : `${path}_${n}`;
      try {
        mkdirSync(candidate);
        return candidate;
      } catch (error) {
        if (systemErrorCode(error) !== "EEXIST" || n >= 1000) throw error;
      }
    }
  });
}
