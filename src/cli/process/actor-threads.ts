import { availableCores } from "../../nn/cores.js";

/**
 * Threads that play unless `--actors` says otherwise: half of the cores. The learner is what a run
 * waits for, and its compute threads want the cores more than a second actor does: on two cores one
 * actor gives 195 to 221 decisions a second, two give 177.
 */
export function defaultActorThreads(): number {
  return Math.max(1, Math.floor(availableCores() / 2));
}
