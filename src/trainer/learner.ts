import type { Agent, AgentState } from "../agent/agent.js";
import type { Rng, RngState } from "../core/rng.js";
import type { ReplayMemory, ReplayState } from "../replay/replay-memory.js";
import type { Played } from "./actor-group.js";
import type { Window } from "./window.js";

export interface LearningSchedule {
  /** Transitions in a minibatch. */
  readonly batchSize: number;
  /** Steps before the first update. */
  readonly learningStarts: number;
  /** Steps between updates. */
  readonly learnPeriod: number;
  /** Steps between copies of the online into the target network. */
  readonly targetPeriod: number;
}

/** Means over a window's updates; each figure is defined in docs/metrics.md. */
export interface LearnSummary {
  readonly updates: number;
  readonly loss: number;
  readonly meanQ: number;
  readonly gradientNorm: number;
  /** Transitions in the replay memory. */
  readonly replaySize: number;
}

export interface LearnerOptions {
  readonly agent: Agent;
  readonly replay: ReplayMemory;
  readonly schedule: LearningSchedule;
  readonly rng: Rng;
}

/** A learner between two windows, without the frames of its memory: plain data and typed arrays. */
export interface LearnerState {
  readonly agent: AgentState;
  readonly replay: ReplayState;
  readonly rng: RngState;
}

/** The half of the loop that learns: add -> replay -sample-> batch -learn-> weights. */
export class Learner {
  readonly agent: Agent;
  readonly #replay: ReplayMemory;
  readonly #schedule: LearningSchedule;
  readonly #rng: Rng;

  constructor(options: LearnerOptions) {
    this.agent = options.agent;
    this.#replay = options.replay;
    this.#schedule = options.schedule;
    this.#rng = options.rng;
  }

  /**
   * A window's share of updates.
   * @param incoming what was played in the windows before this one and is not stored yet
   * @throws MarioError NOT_FINITE when the loss is NaN or infinite
   */
  learn(window: Window, incoming: readonly Played[]): LearnSummary {
    const { agent } = this;
    const { batchSize, learningStarts, learnPeriod, targetPeriod } = this.#schedule;
    for (const { lane, transitions, frameCount } of incoming) {
      this.#replay.add(lane, transitions, frameCount);
    }
    const sums = { updates: 0, loss: 0, meanQ: 0, gradientNorm: 0 };
    for (let step = window.after + 1; step <= window.last; step++) {
      if (step > learningStarts && step % learnPeriod === 0 && this.#replay.size > 0) {
        const batch = this.#replay.sample(batchSize, this.#rng);
        const metrics = agent.learn(batch);
        this.#replay.updatePriorities(batch, metrics.tdErrors);
        sums.updates++;
        sums.loss += metrics.loss;
        sums.meanQ += metrics.meanQ;
        sums.gradientNorm += metrics.gradientNorm;
      }
      if (step % targetPeriod === 0) agent.syncTarget();
    }
    const updates = Math.max(1, sums.updates);
    return {
      updates: sums.updates,
      loss: sums.loss / updates,
      meanQ: sums.meanQ / updates,
      gradientNorm: sums.gradientNorm / updates,
      replaySize: this.#replay.size,
    };
  }

  getState(): LearnerState {
    return {
      agent: this.agent.getState(),
      replay: this.#replay.getState(),
      rng: this.#rng.getState(),
    };
  }

  /** Goes on from there; the frames must be in the memory's stores again. */
  setState({ agent, replay, rng }: LearnerState): void {
    this.agent.setState(agent);
    this.#replay.setState(replay);
    this.#rng.setState(rng);
  }
}
