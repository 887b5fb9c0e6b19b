import type { Agent, LearnMetrics } from "../agent/agent.js";
import type { Rng } from "../core/rng.js";
import type { Environment } from "../env/environment.js";
import type { FrameStack } from "../replay/frame-stack.js";
import type { NStepAccumulator } from "../replay/n-step-accumulator.js";
import type { ReplayMemory } from "../replay/replay-memory.js";
import { EpisodeTally, type EpisodeSummary, type GameInfo } from "./episode.js";
import { chooseAction } from "./policy.js";

export interface TrainParts {
  readonly environment: Environment<GameInfo>;
  readonly agent: Agent;
  readonly frames: FrameStack;
  readonly accumulator: NStepAccumulator;
  readonly replay: ReplayMemory;
  /** Epsilon of a step. */
  readonly epsilonAt: (step: number) => number;
  /** One stream for each use, so that a change in one leaves the others alone. */
  readonly rngs: { readonly episodes: Rng; readonly exploration: Rng; readonly sampling: Rng };
}

export interface TrainSchedule {
  readonly timesteps: number;
  readonly batchSize: number;
  readonly learningStarts: number;
  readonly learnPeriod: number;
  readonly targetPeriod: number;
}

/** What the loop tells; every method may take its time: the loop waits. */
export interface TrainObserver {
  onStep(step: number): void;
  onUpdate(step: number, metrics: LearnMetrics): void;
  onEpisode(step: number, episode: EpisodeSummary): Promise<void> | void;
  /** Asked after each step; true ends the run as if it had reached its last step. */
  shouldStop(): boolean;
}

/** Steps between two looks at signals and other events; about a twentieth of a second. */
const YIELD_PERIOD = 8;

/**
 * DQN (Mnih et al. 2015), the whole of it:
 *
 * ```
 *   s_tm1 -act-> a_tm1 -step-> r_t, s_t -accumulate-> transition -add-> replay
 *                                        every learnPeriod:  replay -sample-> batch -learn-> weights
 *                                        every targetPeriod: weights -> target weights
 * ```
 * @returns the steps done.
 */
export async function trainLoop(
  parts: TrainParts,
  schedule: TrainSchedule,
  observer: TrainObserver,
): Promise<number> {
  const { environment, agent, frames, accumulator, replay, rngs } = parts;
  const tally = new EpisodeTally();
  const startEpisode = (): Uint8Array => {
    const start = environment.reset(rngs.episodes.nextUint32());
    accumulator.start(frames.reset(environment.frame));
    tally.start(start.info);
    return start.observation;
  };

  let observation = startEpisode();
  let step = 0;
  while (step < schedule.timesteps && !observer.shouldStop()) {
    step++;
    const action = chooseAction(agent, observation, parts.epsilonAt(step), rngs.exploration);
    const result = environment.step(action);
    observation = result.observation;
    const sT = frames.push(environment.frame);
    for (const transition of accumulator.push({ ...result, action, sT })) replay.add(transition);

    if (step > schedule.learningStarts && step % schedule.learnPeriod === 0) {
      const batch = replay.sample(schedule.batchSize, rngs.sampling);
      observer.onUpdate(step, agent.learn(batch));
    }
    if (step % schedule.targetPeriod === 0) agent.syncTarget();

    observer.onStep(step);
    const episode = tally.add(result);
    if (episode) {
      await observer.onEpisode(step, episode);
      observation = startEpisode();
    }
    if (step % YIELD_PERIOD === 0) await nextEvent();
  }
  return step;
}

function nextEvent(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
