/**
 * A stretch of the run in which acting and learning need nothing of each other: steps
 * `after + 1 … last` are played with the weights that were there before it, while the updates that
 * belong to these steps learn from what was stored before it (Daley & Amato 2021). So both may run at
 * once or in turns, in any number of threads, with the same result.
 */
export interface Window {
  /** Counted from 0. */
  readonly index: number;
  /** Steps of the run before this window. */
  readonly after: number;
  /** Last step of this window. */
  readonly last: number;
}

export interface WindowPlan {
  /** Steps of the whole run, all environments together. */
  readonly timesteps: number;
  readonly environments: number;
  /** Decisions of each environment in one window. */
  readonly rounds: number;
}

/** Decisions of each environment in a window of about so many steps. */
export function roundsIn(windowSteps: number, environments: number): number {
  return Math.max(1, Math.round(windowSteps / environments));
}

/** The window that begins after so many steps. */
export function windowAfter(after: number, index: number, plan: WindowPlan): Window {
  const steps = plan.rounds * plan.environments;
  return { index, after, last: Math.min(after + steps, plan.timesteps) };
}

/**
 * Number of an environment's decision within the run, counted from 1: environments take turns.
 * @param round decisions of each environment since the window began
 */
export function stepNumber(window: Window, plan: WindowPlan, round: number, lane: number): number {
  return window.after + round * plan.environments + lane + 1;
}
