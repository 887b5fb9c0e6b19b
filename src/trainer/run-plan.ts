import type { EnvironmentSettings, TrainSettings } from "../config/schema.js";
import { Rng } from "../core/rng.js";
import type { MarioEnvOptions } from "../env/mario-env-options.js";
import { FRAME_SIDE } from "../env/preprocess.js";
import { framesForTransitions, laneCapacity, TRANSITION_BYTES } from "../replay/replay-memory.js";
import { roundsIn, type WindowPlan } from "./window.js";

/** Environments that decide in one forward pass; see `ActorGroup`. */
const GROUP_ENVIRONMENTS = 4;

const FRAME_BYTES = FRAME_SIDE * FRAME_SIDE;

/** The environment that settings describe, but for its cartridge. */
export function environmentOptionsOf({
  actionSet,
  ...others
}: EnvironmentSettings): Omit<MarioEnvOptions, "rom"> {
  return { actions: actionSet, ...others };
}

export function windowPlanOf(settings: TrainSettings): WindowPlan {
  const { environments, windowSteps } = settings.actors;
  return {
    timesteps: settings.timesteps,
    environments,
    rounds: roundsIn(windowSteps, environments),
  };
}

/** The environments' numbers by group, from the first on. */
export function groupsOf(environments: number): number[][] {
  const groups: number[][] = [];
  for (let first = 0; first < environments; first += GROUP_ENVIRONMENTS) {
    const size = Math.min(GROUP_ENVIRONMENTS, environments - first);
    groups.push(Array.from({ length: size }, (_, i) => first + i));
  }
  return groups;
}

/** Every use of chance in a run has a seed of its own, all of them from the run's seed. */
export interface RunSeeds {
  readonly lanes: readonly {
    readonly episodes: number;
    readonly exploration: number;
    readonly noise: number;
  }[];
  readonly sampling: number;
  readonly network: number;
}

export function seedsOf({ seed, actors }: TrainSettings): RunSeeds {
  const root = new Rng(seed);
  const sampling = root.nextUint32();
  const network = root.nextUint32();
  const lanes = Array.from({ length: actors.environments }, () => ({
    episodes: root.nextUint32(),
    exploration: root.nextUint32(),
  }));
  // Drawn last: the streams above are what they were before there was noise.
  return {
    lanes: lanes.map((lane) => ({ ...lane, noise: root.nextUint32() })),
    sampling,
    network,
  };
}

/** Sizes of a run's replay memory. */
export interface ReplayPlan {
  /** Transitions in all; a run stores no more than it plays. */
  readonly capacity: number;
  /** Of each environment's store. */
  readonly laneFrames: number;
  readonly frameBytes: number;
  /** See `ReplayMemory`. */
  readonly framesInFlight: number;
  /** Bytes when full. */
  readonly bytes: number;
}

export function replayPlanOf(settings: TrainSettings): ReplayPlan {
  const { environments } = settings.actors;
  const capacity = Math.min(settings.replay.capacity, settings.timesteps);
  // At the worst every decision of a window ends an episode, which adds the next one's first frame.
  const framesInFlight = 2 * windowPlanOf(settings).rounds;
  const laneFrames = framesForTransitions(
    laneCapacity(capacity, environments),
    framesInFlight + settings.learning.nStep,
  );
  const bytes = environments * laneFrames * FRAME_BYTES + capacity * TRANSITION_BYTES;
  return { capacity, laneFrames, frameBytes: FRAME_BYTES, framesInFlight, bytes };
}

/**
 * Updates of the whole run. None where it is over before the replay memory has anything: what one
 * window plays is learned from in the next.
 */
export function updatesOf({ timesteps, actors, learning, replay }: TrainSettings): number {
  const rounds = roundsIn(actors.windowSteps, actors.environments);
  const first = Math.max(replay.learningStarts, rounds * actors.environments);
  const upTo = (step: number): number => Math.floor(step / learning.learnPeriod);
  return Math.max(0, upTo(timesteps) - upTo(first));
}
