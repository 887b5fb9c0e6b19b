import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** How the time of all processors is shared out on Linux, of version 2 and of version 1; in microseconds. */
const GROUPS = [
  ["/sys/fs/cgroup/cpu.max"],
  ["/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us"],
] as const;

/**
 * Processors that this process may use at once. A container may be given fewer than the machine has
 * by a share of time only (`docker run --cpus 2`), which Node 20 does not take into account: as many
 * threads as the machine has cores would then only keep each other from work.
 * @param read a file's text; throws where there is none
 */
export function availableCores(
  read = (path: string): string => readFileSync(path, "utf8"),
  cores = availableParallelism(),
): number {
  for (const paths of GROUPS) {
    try {
      const [quota, period] = paths.map(read).join(" ").trim().split(/\s+/).map(Number);
      // `max`, or -1: no limit.
      return quota > 0 && period > 0
        ? Math.min(cores, Math.max(1, Math.floor(quota / period)))
        : cores;
    } catch {
      // Not this version, or not Linux.
    }
  }
  return cores;
}
