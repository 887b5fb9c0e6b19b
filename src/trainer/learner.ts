import type { AgentState, LearningAgent, LearnMetrics, NamedTensors } from "../agent/agent.js";
import type { Rng, RngState } from "../core/rng.js";
import type { ReplayMemory, ReplayState } from "../replay/replay-memory.js";
import { FRAME_SIDE } from "../env/preprocess.js";
import { shiftAtRandom } from "../replay/random-shift.js";
import type { TransitionBatch } from "../replay/transition.js";
import type { Played } from "./actor-group.js";
import type { WeightAverage } from "./weight-average.js";
import type { Window } from "./window.js";

export interface LearningSchedule {
  /** Transitions in a minibatch. */
  readonly batchSize: number;
  /** Steps before the first update. */
  readonly learningStarts: number;
  /** Steps between updates. */
  readonly learnPeriod: number;
  /** Steps between moves of the target network towards the online network. */
  readonly targetPeriod: number;
  /** Pixels by which observations are moved at random before they are learned from; 0: not. */
  readonly randomShift?: number;
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
  readonly agent: LearningAgent;
  readonly replay: ReplayMemory;
  readonly schedule: LearningSchedule;
  readonly rng: Rng;
  /** Called before each update with its step, to set what changes over the run. */
  readonly beforeUpdate?: (step: number) => void;
  /** Each takes in the newest weights after each window. */
  readonly averages?: {
    /** What plays in place of the newest weights. */
    readonly acting?: WeightAverage | undefined;
    /** What is evaluated beside what plays. */
    readonly evaluation?: WeightAverage | undefined;
  };
}

/** A learner between two windows, without the frames of its memory: plain data and typed arrays. */
export interface LearnerState {
  readonly agent: AgentState;
  readonly replay: ReplayState;
  readonly rng: RngState;
  readonly averages: {
    readonly acting: NamedTensors | undefined;
    readonly evaluation: NamedTensors | undefined;
  };
}

/** A copy of what a learner has just computed, to be shown. */
export interface LearnerSnapshot {
  readonly weights: NamedTensors;
  /**
   * Adam's first moments, by the weights' names: the gradient, clipped, averaged over the last ten
   * or so updates.
   */
  readonly gradients: NamedTensors;
  /** Of the last minibatch's observations: `[batch, actions] float32`. */
  readonly qValues: Float32Array;
  /** The first of them: `[84, 84, 4] uint8`. */
  readonly observation: Uint8Array;
}

/** The half of the loop that learns: add -> replay -sample-> batch -learn-> weights. */
export class Learner {
  readonly agent: LearningAgent;
  readonly #replay: ReplayMemory;
  readonly #schedule: LearningSchedule;
  readonly #rng: Rng;
  readonly #beforeUpdate: ((step: number) => void) | undefined;
  readonly #averages: NonNullable<LearnerOptions["averages"]>;
  #lastBatch: TransitionBatch | undefined;
  /** Since the last window's updates, where an average took them in: read once, also from a GPU. */
  #newest: NamedTensors | undefined;

  constructor(options: LearnerOptions) {
    this.agent = options.agent;
    this.#replay = options.replay;
    this.#schedule = options.schedule;
    this.#rng = options.rng;
    this.#beforeUpdate = options.beforeUpdate;
    this.#averages = options.averages ?? {};
  }

  /**
   * A window's share of updates. Where an update's figures come later than it is asked for, they are
   * awaited when the next one has been asked for: priorities lag one update behind, and the GPU
   * always has work. Where they come at once nothing is awaited.
   * @param incoming what was played in the windows before this one and is not stored yet
   * @throws MarioError NOT_FINITE when the loss is NaN or infinite
   */
  async learn(window: Window, incoming: readonly Played[]): Promise<LearnSummary> {
    const { agent } = this;
    const {
      batchSize,
      learningStarts,
      learnPeriod,
      targetPeriod,
      randomShift = 0,
    } = this.#schedule;
    for (const { lane, transitions, frameCount } of incoming) {
      this.#replay.add(lane, transitions, frameCount);
    }
    this.#newest = undefined;
    const sums = { updates: 0, loss: 0, meanQ: 0, gradientNorm: 0 };
    const finish = (batch: TransitionBatch, metrics: LearnMetrics): void => {
      this.#replay.updatePriorities(batch, metrics.tdErrors);
      sums.updates++;
      sums.loss += metrics.loss;
      sums.meanQ += metrics.meanQ;
      sums.gradientNorm += metrics.gradientNorm;
    };
    let pending: { batch: TransitionBatch; metrics: Promise<LearnMetrics> } | undefined;
    for (let step = window.after + 1; step <= window.last; step++) {
      if (step > learningStarts && step % learnPeriod === 0 && this.#replay.size > 0) {
        this.#beforeUpdate?.(step);
        const batch = this.#replay.sample(batchSize, this.#rng);
        if (randomShift > 0) this.#shift(batch, randomShift);
        this.#lastBatch = batch;
        const metrics = agent.learn(batch);
        if (metrics instanceof Promise) {
          const before = pending;
          // The memory reuses a batch's arrays for the next one.
          pending = { batch: { ...batch, indices: batch.indices.slice() }, metrics };
          // It is awaited below, perhaps after the one before it has failed.
          metrics.catch(() => undefined);
          // Not as soon as it comes: what is sampled next must not depend on when that is.
          if (before) finish(before.batch, await before.metrics);
        } else finish(batch, metrics);
      }
      if (step % targetPeriod === 0) agent.syncTarget();
    }
    if (pending) finish(pending.batch, await pending.metrics);
    if (sums.updates > 0) await this.#takeIn();
    const updates = Math.max(1, sums.updates);
    return {
      updates: sums.updates,
      loss: sums.loss / updates,
      meanQ: sums.meanQ / updates,
      gradientNorm: sums.gradientNorm / updates,
      replaySize: this.#replay.size,
    };
  }

  async #takeIn(): Promise<void> {
    const { acting, evaluation } = this.#averages;
    if (!acting && !evaluation) return;
    const weights = await this.agent.peekWeights();
    this.#newest = weights;
    acting?.add(weights);
    evaluation?.add(weights);
  }

  #shift({ sTm1, sT }: TransitionBatch, most: number): void {
    shiftAtRandom(sTm1, FRAME_SIDE, FRAME_SIDE, most, this.#rng);
    shiftAtRandom(sT, FRAME_SIDE, FRAME_SIDE, most, this.#rng);
  }

  /** Weights to play with, copied or live: for reading at once. */
  async actingWeights(): Promise<NamedTensors> {
    return this.#averages.acting?.weights ?? this.#newest ?? (await this.agent.peekWeights());
  }

  /** Live: for reading at once. Undefined where there is none, or before the first update. */
  get evaluationAverage(): NamedTensors | undefined {
    return this.#averages.evaluation?.weights;
  }

  /** Takes less than one update's time; changes nothing. Undefined before the first update. */
  async snapshot(): Promise<LearnerSnapshot | undefined> {
    const batch = this.#lastBatch;
    if (batch === undefined) return undefined;
    const { weights, optimizer } = await this.agent.getState();
    const moments = [...optimizer.moments].filter(([name]) => name.endsWith("/m"));
    return {
      weights,
      gradients: new Map(moments.map(([name, tensor]) => [name.slice(0, -"/m".length), tensor])),
      qValues: await this.agent.qValues(batch.sTm1, batch.size),
      observation: batch.sTm1.slice(0, batch.sTm1.length / batch.size),
    };
  }

  async getState(): Promise<LearnerState> {
    return {
      agent: await this.agent.getState(),
      replay: this.#replay.getState(),
      rng: this.#rng.getState(),
      averages: {
        acting: this.#averages.acting?.getState(),
        evaluation: this.#averages.evaluation?.getState(),
      },
    };
  }

  /** Goes on from there; the frames must be in the memory's stores again. */
  setState({ agent, replay, rng, averages }: LearnerState): void {
    this.agent.setState(agent);
    this.#newest = undefined;
    this.#replay.setState(replay);
    this.#rng.setState(rng);
    this.#averages.acting?.setState(averages.acting);
    this.#averages.evaluation?.setState(averages.evaluation);
  }
}
