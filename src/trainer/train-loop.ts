import type { Played } from "./actor-group.js";
import type { LearnSummary } from "./learner.js";
import { windowAfter, type Window, type WindowPlan } from "./window.js";

/** Plays its environments' share of a window; perhaps in another thread. */
export interface ActorHandle {
  play(window: Window): Promise<Played[]>;
}

/** Does a window's updates; perhaps in another thread. */
export interface LearnerHandle {
  learn(window: Window, incoming: readonly Played[]): Promise<LearnSummary>;
}

export interface TrainParts {
  readonly actors: readonly ActorHandle[];
  readonly learner: LearnerHandle;
}

/** `overlap`: actors and learner at once; `turns`: one after the other. The result is the same. */
export const PIPELINES = ["overlap", "turns"] as const;
export type Pipeline = (typeof PIPELINES)[number];

export interface TrainSchedule extends WindowPlan {
  readonly pipeline: Pipeline;
}

/** Where a run stands between two windows; plain data. */
export interface LoopState {
  /** Steps done. */
  readonly step: number;
  /** Of the next window. */
  readonly index: number;
  /** Played and not yet in the replay memory. */
  readonly incoming: readonly Played[];
}

/** What the loop tells after each window; the loop waits for it. */
export interface TrainObserver {
  onWindow(window: Window, played: readonly Played[], learned: LearnSummary): Promise<void> | void;
  /** Asked after each window; true ends the run as if it had reached its last step. */
  shouldStop(): boolean;
}

/**
 * DQN (Mnih et al. 2015), the whole of it, in windows of some dozens of steps:
 *
 * ```
 *   actors    s_tm1 -act-> a_tm1 -step-> r_t, s_t -accumulate-> transitions      window k
 *   learner   transitions of window k−1 -add-> replay
 *             every learnPeriod:   replay -sample-> batch -learn-> weights       window k
 *             every targetPeriod:  weights -> target weights
 *             weights -publish-> actors                                          window k+1
 * ```
 * @param from where an earlier run stood; default: the beginning
 * @returns the steps done
 */
export async function trainLoop(
  { actors, learner }: TrainParts,
  schedule: TrainSchedule,
  observer: TrainObserver,
  from: LoopState = { step: 0, index: 0, incoming: [] },
): Promise<number> {
  let { step, incoming } = from;
  for (let { index } = from; step < schedule.timesteps && !observer.shouldStop(); index++) {
    const window = windowAfter(step, index, schedule);
    const playing = Promise.all(actors.map((actor) => actor.play(window)));
    if (schedule.pipeline === "turns") await playing;
    const [learned, played] = await Promise.all([learner.learn(window, incoming), playing]);
    incoming = played.flat().sort((a, b) => a.lane - b.lane);
    step = window.last;
    await observer.onWindow(window, incoming, learned);
  }
  return step;
}
