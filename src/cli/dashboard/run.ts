import { basename, relative, resolve } from "node:path";
import { findRunDirectories } from "../../logging/run-events.js";
import { MarioError } from "../../core/errors.js";
import { FileRun } from "./file-run.js";
import { openDashboard } from "./dashboard-page.js";
import { watchForInterrupt } from "../process/interrupt.js";
import type { PageOptions } from "../page/page-options.js";

/** Where runs are looked for if no folder is named. */
const USUAL_ROOT = "tensorboard";

/**
 * @param named folders of runs; none: the usual one, where there need not be runs yet.
 * @throws MarioError INVALID_OPTION when there is nothing to show in a folder that is named.
 */
export async function runDashboard(named: readonly string[], options: PageOptions): Promise<void> {
  // What cannot be shown is said at once; what comes later is found later.
  for (const root of named) findRunDirectories(root);
  const roots = named.length > 0 ? named : [USUAL_ROOT];
  // Before the page's address is printed: who reads it may stop at once.
  const stopped = new Promise<void>((resolve) => {
    watchForInterrupt(resolve);
  });
  const page = await openDashboard({ findRuns: () => findRuns(roots) }, options);
  await stopped;
  await page.close();
}

/** All runs at or below these folders, as they are now. */
export function findRuns(roots: readonly string[]): FileRun[] {
  const directories = new Set(roots.flatMap(directoriesIn));
  return Array.from(directories, (directory) => {
    // One that is the working folder has its own name all the same.
    return new FileRun(directory, relative("", directory) || basename(resolve(directory)));
  });
}

/** None where the folder has gone since. */
function directoriesIn(root: string): string[] {
  try {
    return findRunDirectories(root);
  } catch (error) {
    if (error instanceof MarioError) return [];
    throw error;
  }
}
