import type { ActingNetwork } from "../agent/acting-network.js";
import type { Rng, RngState } from "../core/rng.js";
import type { Environment } from "../env/environment.js";
import type { StackIdTracker } from "../replay/stack-id-tracker.js";
import type { FrameStore } from "../replay/frame-store.js";
import type { NStepAccumulator, NStepState } from "../replay/n-step-accumulator.js";
import type { StackIds, Transition } from "../replay/transition.js";
import { packTransitions, type TransitionBlock } from "../replay/transition-block.js";
import {
  EpisodeTally,
  type EpisodeSummary,
  type EpisodeTallyState,
  type GameInfo,
} from "./episode.js";
import { argmax } from "./policy.js";
import { stepNumber, type Window, type WindowPlan } from "./window.js";

/** One environment and what belongs to it alone; chance has a stream for each use. */
export interface ActorLane {
  /** Number of the environment in the run, from 0. */
  readonly lane: number;
  readonly environment: Environment<GameInfo>;
  readonly store: FrameStore;
  readonly frames: StackIdTracker;
  readonly accumulator: NStepAccumulator;
  readonly rngs: {
    readonly episodes: Rng;
    readonly exploration: Rng;
    /** Of a noisy network; the first environment of a group draws for all of it. */
    readonly noise: Rng;
  };
}

export interface ActorGroupOptions {
  readonly lanes: readonly ActorLane[];
  readonly network: ActingNetwork;
  /** Epsilon of a step. */
  readonly epsilonAt: (step: number) => number;
  /** What the learner is given for a reward; default the reward itself. */
  readonly rewardOf?: (reward: number) => number;
  readonly plan: WindowPlan;
}

/** What one environment did in a window. */
export interface Played {
  readonly lane: number;
  /** Frames ever stored in the lane. */
  readonly frameCount: number;
  readonly transitions: TransitionBlock;
  /** Those that ended, with the step at which they did. */
  readonly episodes: readonly { readonly step: number; readonly episode: EpisodeSummary }[];
}

/** An environment between two windows; plain data. */
export interface ActorLaneState {
  readonly lane: number;
  readonly frameCount: number;
  readonly rngs: {
    readonly episodes: RngState;
    readonly exploration: RngState;
    readonly noise: RngState;
  };
  /** Between two episodes, too: what the last one left may decide how the next begins. */
  readonly environment: Uint8Array;
  /** The running episode, if one is. */
  readonly episode?: {
    readonly stack: StackIds;
    readonly accumulator: NStepState;
    readonly tally: EpisodeTallyState;
  };
}

interface LaneState extends ActorLane {
  readonly tally: EpisodeTally;
  observation: Uint8Array | undefined;
  transitions: Transition[];
  episodes: { step: number; episode: EpisodeSummary }[];
}

/**
 * A few environments that decide together: one forward pass for all of them. Groups are fixed by the
 * number of environments, never by the number of threads, so that a run does not depend on the
 * latter: the arithmetic of a batch may differ from that of its rows alone in the last bit.
 */
export class ActorGroup {
  readonly #options: ActorGroupOptions;
  readonly #lanes: readonly LaneState[];
  readonly #rowBytes: number;
  readonly #observations: Uint8Array;

  constructor(options: ActorGroupOptions) {
    this.#options = options;
    this.#lanes = options.lanes.map((lane) => ({
      ...lane,
      tally: new EpisodeTally(),
      observation: undefined,
      transitions: [],
      episodes: [],
    }));
    const [{ environment }] = options.lanes;
    this.#rowBytes = environment.observationShape.reduce((product, side) => product * side, 1);
    this.#observations = new Uint8Array(this.#rowBytes * options.lanes.length);
  }

  /** Plays a window: s_tm1 -act-> a_tm1 -step-> r_t, s_t -accumulate-> transitions. */
  play(window: Window): Played[] {
    const { plan } = this.#options;
    for (let round = 0; round < plan.rounds; round++) {
      const playing = this.#lanes.filter(
        ({ lane }) => stepNumber(window, plan, round, lane) <= window.last,
      );
      const actions = this.#chooseActions(window, round, playing);
      for (const [i, lane] of playing.entries()) {
        this.#step(lane, actions[i], stepNumber(window, plan, round, lane.lane));
      }
    }
    return this.#lanes.map((lane) => takeResults(lane));
  }

  getState(): ActorLaneState[] {
    return this.#lanes.map((lane) => ({
      lane: lane.lane,
      frameCount: lane.store.count,
      rngs: {
        episodes: lane.rngs.episodes.getState(),
        exploration: lane.rngs.exploration.getState(),
        noise: lane.rngs.noise.getState(),
      },
      environment: lane.environment.getState(),
      ...(lane.observation && {
        episode: {
          stack: lane.frames.ids,
          accumulator: lane.accumulator.getState(),
          tally: lane.tally.getState(),
        },
      }),
    }));
  }

  /** Goes on from there; states of other groups' environments are passed over. */
  setState(states: readonly ActorLaneState[]): void {
    for (const lane of this.#lanes) {
      const state = states.find((candidate) => candidate.lane === lane.lane);
      if (state) restore(lane, state);
    }
  }

  /** Epsilon-greedy; the network is asked only about those that want its answer. */
  #chooseActions(window: Window, round: number, lanes: readonly LaneState[]): number[] {
    const { epsilonAt, network, plan } = this.#options;
    const asking: number[] = [];
    const actions = lanes.map(({ lane, rngs }, i) => {
      const epsilon = epsilonAt(stepNumber(window, plan, round, lane));
      if (rngs.exploration.uniform() < epsilon) {
        return rngs.exploration.integer(network.actionCount);
      }
      asking.push(i);
      return -1;
    });
    if (asking.length === 0) return actions;
    for (const [row, i] of asking.entries()) {
      this.#observations.set(observationOf(lanes[i]), row * this.#rowBytes);
    }
    const batch = this.#observations.subarray(0, asking.length * this.#rowBytes);
    const values = network.qValues(batch, asking.length, this.#lanes[0].rngs.noise);
    for (const [row, i] of asking.entries()) {
      const start = row * network.actionCount;
      actions[i] = argmax(values.subarray(start, start + network.actionCount));
    }
    return actions;
  }

  #step(lane: LaneState, action: number, step: number): void {
    // One that is asked for no action has not begun yet, either.
    observationOf(lane);
    const played = lane.environment.step(action);
    const { rewardOf = (reward: number) => reward } = this.#options;
    const result = { ...played, reward: rewardOf(played.reward) };
    lane.observation = result.observation;
    const sT = lane.frames.push(lane.environment.frame);
    lane.transitions.push(...lane.accumulator.push({ ...result, action, sT }));
    const episode = lane.tally.add(result);
    if (!episode) return;
    lane.episodes.push({ step, episode });
    lane.observation = undefined;
  }
}

/** The current observation; begins an episode where none is running. */
function observationOf(lane: LaneState): Uint8Array {
  if (lane.observation) return lane.observation;
  const start = lane.environment.reset(lane.rngs.episodes.nextUint32());
  lane.accumulator.start(lane.frames.reset(lane.environment.frame));
  lane.tally.start(start.restarted);
  lane.observation = start.observation;
  return start.observation;
}

function takeResults(lane: LaneState): Played {
  const { transitions, episodes } = lane;
  lane.transitions = [];
  lane.episodes = [];
  return {
    lane: lane.lane,
    frameCount: lane.store.count,
    transitions: packTransitions(transitions),
    episodes,
  };
}

function restore(lane: LaneState, state: ActorLaneState): void {
  lane.store.advance(state.frameCount);
  lane.rngs.episodes.setState(state.rngs.episodes);
  lane.rngs.exploration.setState(state.rngs.exploration);
  lane.rngs.noise.setState(state.rngs.noise);
  lane.environment.setState(state.environment);
  lane.observation = undefined;
  if (!state.episode) return;
  const { stack, accumulator, tally } = state.episode;
  lane.frames.setIds(stack);
  lane.accumulator.setState(accumulator);
  lane.tally.setState(tally);
  lane.observation = lane.environment.observation;
}
