import { createActingNetwork, type ActingNetwork } from "../../agent/acting-network.js";
import { createDeferredAgent } from "../../agent/deferred/deferred-agent.js";
import { createDqnAgent } from "../../agent/dqn-agent.js";
import type { TrainSettings } from "../../config/schema.js";
import { Rng } from "../../core/rng.js";
import type { Environment } from "../../env/environment.js";
import { createMarioEnv, type MarioEnv, type MarioEnvOptions } from "../../env/mario-env.js";
import { RestartingEnv } from "../../env/restarting-env.js";
import { scaledReward } from "../../env/reward.js";
import { weightShapes } from "../../nn/architecture.js";
import type { ComputeBackend } from "../../nn/backend.js";
import { StackIdTracker } from "../../replay/stack-id-tracker.js";
import { FrameStore } from "../../replay/frame-store.js";
import { NStepAccumulator } from "../../replay/n-step-accumulator.js";
import { PrioritizedSampler } from "../../replay/prioritized-sampler.js";
import { ReplayMemory } from "../../replay/replay-memory.js";
import { ActorGroup, type ActorLane } from "../actor-group.js";
import type { GameInfo } from "../episode.js";
import { EVALUATION_NOOP_FRAMES, EVALUATION_STALL_FRAMES } from "../starts.js";
import { Learner } from "../learner.js";
import { agentOptionsOf, architectureOf, samplerOf } from "../agent-options.js";
import { epsilonOf, learningRateAt, priorityBetaAt } from "../schedules.js";
import { environmentOptionsOf, replayPlanOf, seedsOf, windowPlanOf } from "../run-plan.js";
import { WeightAverage } from "../weight-average.js";
import { WeightExchange } from "../weight-exchange.js";

/** What every thread of a run is given: plain data, and memory that all of them share. */
export interface RunShare {
  readonly settings: TrainSettings;
  /** See `WeightExchange`. */
  readonly weights: readonly [ArrayBufferLike, ArrayBufferLike];
  /** Each environment's frames, see `allocateFrames`. */
  readonly frames: readonly (readonly ArrayBufferLike[])[];
}

export interface ActorShare extends RunShare {
  readonly rom: Uint8Array;
  /** The stage's first moment of play. */
  readonly startState: Uint8Array;
  /** Environments of each group that this thread plays. */
  readonly groups: readonly (readonly number[])[];
}

export function exchangeOf({ settings, weights }: RunShare): WeightExchange {
  return new WeightExchange(weightShapes(architectureOf(settings)), weights);
}

function storeOf({ settings, frames }: RunShare, lane: number): FrameStore {
  const { laneFrames, frameBytes } = replayPlanOf(settings);
  return new FrameStore({ capacity: laneFrames, frameBytes, segments: frames[lane] });
}

/** The groups of one actor thread, and the network that they share. */
export function createGroups(
  share: ActorShare,
  backend: ComputeBackend,
): { groups: ActorGroup[]; network: ActingNetwork } {
  const { settings } = share;
  const network = createActingNetwork({ backend, ...architectureOf(settings) });
  const groups = share.groups.map(
    (lanes) =>
      new ActorGroup({
        lanes: lanes.map((lane) => createLane(share, lane)),
        network,
        epsilonAt: epsilonOf(settings),
        rewardOf: (reward) =>
          scaledReward(reward, settings.learning.rewardScale, settings.learning.rewardClip),
        plan: windowPlanOf(settings),
      }),
  );
  return { groups, network };
}

function openEnvironment(
  share: ActorShare,
  changes: Partial<Pick<MarioEnvOptions, "noopMaxFrames" | "stallSteps">> = {},
): MarioEnv {
  const { rom, startState, settings } = share;
  return createMarioEnv({
    rom,
    startState,
    ...environmentOptionsOf(settings.environment),
    ...changes,
  });
}

/**
 * Apart from those that are trained in, and with starts that differ. Who stands still without a
 * random action to move him may do so until the clock runs out: that is cut short.
 */
export function openEvaluationEnvironment(share: ActorShare): MarioEnv {
  const { actionRepeat, stallSteps } = share.settings.environment;
  return openEnvironment(share, {
    noopMaxFrames: EVALUATION_NOOP_FRAMES,
    stallSteps: stallSteps || Math.ceil(EVALUATION_STALL_FRAMES / actionRepeat),
  });
}

function openTrainingEnvironment(share: ActorShare): Environment<GameInfo> {
  const { exploration } = share.settings;
  const game = openEnvironment(share);
  const { restartShare } = exploration;
  return restartShare > 0 ? new RestartingEnv(game, { share: restartShare }) : game;
}

function createLane(share: ActorShare, lane: number): ActorLane {
  const { learning } = share.settings;
  const store = storeOf(share, lane);
  const { episodes, exploration, noise } = seedsOf(share.settings).lanes[lane];
  return {
    lane,
    environment: openTrainingEnvironment(share),
    store,
    frames: new StackIdTracker(store),
    accumulator: new NStepAccumulator({ n: learning.nStep, gamma: learning.gamma }),
    rngs: {
      episodes: new Rng(episodes),
      exploration: new Rng(exploration),
      noise: new Rng(noise),
    },
  };
}

export function createLearner(share: RunShare, backend: ComputeBackend): Learner {
  const { settings } = share;
  const seeds = seedsOf(settings);
  const options = { backend, seed: seeds.network, ...agentOptionsOf(settings) };
  const agent = backend.fetch ? createDeferredAgent(options) : createDqnAgent(options);
  const { capacity, framesInFlight } = replayPlanOf(settings);
  const sampler = samplerOf(settings, capacity);
  const replay = new ReplayMemory({
    capacity,
    lanes: share.frames.map((_, lane) => storeOf(share, lane)),
    sampler,
    framesInFlight,
  });
  const schedule = { ...settings.replay, ...settings.learning };
  const { actingAverage, evaluationAverage } = settings.learning;
  const averageOf = (share: number) => (share < 1 ? new WeightAverage(share) : undefined);
  return new Learner({
    agent,
    replay,
    schedule,
    rng: new Rng(seeds.sampling),
    averages: { acting: averageOf(actingAverage), evaluation: averageOf(evaluationAverage) },
    beforeUpdate: (step) => {
      agent.setLearningRate(learningRateAt(settings, step));
      if (sampler instanceof PrioritizedSampler) sampler.setBeta(priorityBetaAt(settings, step));
    },
  });
}
