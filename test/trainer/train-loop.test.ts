import { beforeAll, describe, expect, it } from "vitest";
import { createActingNetwork } from "../../src/agent/acting-network.js";
import type { Agent, LearningAgent } from "../../src/agent/agent.js";
import { createDqnAgent } from "../../src/agent/dqn-agent.js";
import { linearEpsilon } from "../../src/agent/epsilon-schedule.js";
import { Rng } from "../../src/core/rng.js";
import type { ComputeBackend } from "../../src/nn/backend.js";
import { selectBackend } from "../../src/nn/select-backend.js";
import { StackIdTracker } from "../../src/replay/stack-id-tracker.js";
import { FrameStore } from "../../src/replay/frame-store.js";
import { NStepAccumulator } from "../../src/replay/n-step-accumulator.js";
import { framesForTransitions, ReplayMemory } from "../../src/replay/replay-memory.js";
import { PrioritizedSampler } from "../../src/replay/prioritized-sampler.js";
import type { Sampler } from "../../src/replay/sampler.js";
import { UniformSampler } from "../../src/replay/uniform-sampler.js";
import { ActorGroup, type Played } from "../../src/trainer/actor-group.js";
import type { EpisodeSummary } from "../../src/trainer/episode.js";
import { evaluate } from "../../src/trainer/evaluator.js";
import { Learner, type LearnSummary } from "../../src/trainer/learner.js";
import { epsilonGreedyPolicy } from "../../src/trainer/policy.js";
import { trainLoop, type TrainObserver, type TrainSchedule } from "../../src/trainer/train-loop.js";
import { WeightAverage } from "../../src/trainer/weight-average.js";
import { WeightExchange } from "../../src/trainer/weight-exchange.js";
import type { Window } from "../../src/trainer/window.js";
import { Corridor } from "./corridor.js";

const GAMMA = 0.8;
const FRAME_BYTES = Corridor.side ** 2;
let backend: ComputeBackend;
beforeAll(async () => {
  backend = await selectBackend("wasm", { threads: 1 });
});

class Recorder implements TrainObserver {
  readonly windows: { window: Window; learned: LearnSummary }[] = [];
  readonly episodes: { step: number; lane: number; episode: EpisodeSummary }[] = [];
  stopAt = Infinity;
  #step = 0;
  onWindow(window: Window, played: readonly Played[], learned: LearnSummary): void {
    this.#step = window.last;
    this.windows.push({ window, learned });
    for (const { lane, episodes } of played) {
      for (const { step, episode } of episodes) this.episodes.push({ step, lane, episode });
    }
  }
  shouldStop(): boolean {
    return this.#step >= this.stopAt;
  }
}

interface RunOptions {
  readonly n?: number;
  readonly stopAt?: number;
  readonly environments?: number;
  readonly rounds?: number;
  /** Environments of each group. */
  readonly groupSize?: number;
  readonly pipeline?: "overlap" | "turns";
  /** Environments' groups play in this order. */
  readonly reversed?: boolean;
  /** An update's figures come later than it is asked for, as from a GPU: in this many turns. */
  readonly late?: number;
  /** Late errors say whose they are. */
  readonly marked?: boolean;
  /** An average is kept for evaluations. */
  readonly averaged?: boolean;
  /** Default: uniform. */
  readonly sampler?: Sampler;
}

const ARCHITECTURE = {
  inputShape: [Corridor.side, Corridor.side, 4],
  convolutions: [{ filters: 8, size: 4, stride: 2 }],
  hiddenUnits: 24,
} as const;

/** The whole loop in one thread: what the threads do, without them. */
async function run(timesteps: number, options: RunOptions = {}) {
  const { environments = 1, rounds = 4, groupSize = 2, pipeline = "turns" } = options;
  const plan: TrainSchedule = { timesteps, environments, rounds, pipeline };
  const root = new Rng(11);
  const actionCount = new Corridor().actionCount;
  const agent: Agent = createDqnAgent({
    backend,
    actionCount,
    seed: 3,
    learningRate: 3e-3,
    architecture: ARCHITECTURE,
  });
  const capacity = 400;
  const stores = Array.from(
    { length: environments },
    () =>
      new FrameStore({
        capacity: framesForTransitions(capacity / environments, 2 * rounds),
        frameBytes: FRAME_BYTES,
      }),
  );
  const shapes = new Map([...agent.getWeights()].map(([name, { shape }]) => [name, shape]));
  const exchange = new WeightExchange(shapes);
  exchange.publish(0, agent.getWeights());
  const network = createActingNetwork({ backend, actionCount, padding: "same", ...ARCHITECTURE });
  const lanes = stores.map((store, lane) => ({
    lane,
    environment: new Corridor(),
    store,
    frames: new StackIdTracker(store),
    accumulator: new NStepAccumulator({ n: options.n ?? 1, gamma: GAMMA }),
    rngs: { episodes: root.split(), exploration: root.split(), noise: new Rng(lane) },
  }));
  const groups = [];
  for (let first = 0; first < environments; first += groupSize) {
    groups.push(
      new ActorGroup({
        lanes: lanes.slice(first, first + groupSize),
        network,
        epsilonAt: linearEpsilon({ initial: 1, final: 0.2, decaySteps: timesteps / 2 }),
        plan,
      }),
    );
  }
  let reads = 0;
  const counting: LearningAgent = {
    ...agent,
    peekWeights: () => {
      reads++;
      return agent.peekWeights();
    },
  };
  const late: LearningAgent = {
    ...agent,
    learn: (batch) => {
      const metrics = agent.learn(batch);
      const tdErrors = options.marked ? Float32Array.from(batch.indices) : metrics.tdErrors.slice();
      return afterTurns(options.late!, { ...metrics, tdErrors });
    },
  };
  const learner = new Learner({
    agent: options.late ? late : counting,
    replay: new ReplayMemory({
      capacity,
      lanes: stores,
      sampler: options.sampler ?? new UniformSampler({ capacity }),
      framesInFlight: 2 * rounds,
    }),
    schedule: { batchSize: 16, learningStarts: 50, learnPeriod: 4, targetPeriod: 100 },
    rng: root.split(),
    averages: { evaluation: options.averaged ? new WeightAverage(0.1) : undefined },
  });
  const recorder = new Recorder();
  if (options.stopAt !== undefined) recorder.stopAt = options.stopAt;
  const actors = groups.map((group) => ({
    play: (window: Window): Promise<Played[]> => {
      network.setWeights(exchange.for(window.index));
      return Promise.resolve(group.play(window));
    },
  }));
  const parts = {
    actors: options.reversed ? actors.reverse() : actors,
    learner: {
      learn: async (window: Window, incoming: readonly Played[]): Promise<LearnSummary> => {
        const summary = await learner.learn(window, incoming);
        exchange.publish(window.index + 1, await learner.actingWeights());
        return summary;
      },
    },
  };
  const steps = await trainLoop(parts, plan, recorder);
  network.dispose();
  return { agent, recorder, steps, reads };
}

async function afterTurns<T>(turns: number, value: T): Promise<T> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
  return value;
}

const weights = (agent: Agent) =>
  [...agent.getWeights()].map(([name, { data }]) => [name, [...data]]);

describe("trainLoop", () => {
  for (const options of [{ n: 1 }, { n: 3 }, { n: 3, environments: 4 }]) {
    it(`learns a corridor to its optimum from pixels, ${JSON.stringify(options)}`, async () => {
      const { agent } = await run(2400, options);
      const environment = new Corridor();
      let { observation } = environment.reset();
      for (let x = 2; x < Corridor.goal; x++) {
        const q = agent.qValues(observation, 1);
        const optimal = GAMMA ** (Corridor.goal - 1 - x);
        expect(Math.max(...q)).toBe(q[2]);
        expect(Math.abs(q[2] - optimal)).toBeLessThan(0.12);
        ({ observation } = environment.step(2));
      }
      const result = await evaluate({
        environment,
        policy: epsilonGreedyPolicy(agent, 0, new Rng(0)),
        seeds: [1, 2, 3],
        now: () => 0,
      });
      expect(result).toMatchObject({ episodes: 3, completionRate: 1, steps: 15, meanDistance: 7 });
      agent.dispose();
    });
  }

  it("keeps the schedule: when it learns, and what an episode counts", async () => {
    const { recorder, steps, agent } = await run(130);
    expect(steps).toBe(130);
    const updates = recorder.windows.map(({ window, learned }) => [window.last, learned.updates]);
    // Every fourth step after the fiftieth: in windows of four, one each from 52 on.
    expect(updates).toEqual([
      ...Array.from({ length: 12 }, (_, i) => [4 + 4 * i, 0]),
      ...Array.from({ length: 20 }, (_, i) => [52 + 4 * i, 1]),
      [130, 0],
    ]);
    for (const { episode } of recorder.episodes) {
      expect(episode.completed).toBe(episode.distance === Corridor.goal);
      expect(episode.truncated).toBe(!episode.completed);
      expect(episode.ending).toBe(episode.completed ? "completed" : "cut");
    }
    expect(recorder.episodes.length).toBeGreaterThan(2);
    agent.dispose();
  });

  it("counts every environment's steps once, also where they do not divide the run", async () => {
    const { recorder, steps, agent } = await run(181, { environments: 3, rounds: 5 });
    expect(steps).toBe(181);
    const fullWindows = Array.from({ length: 12 }, (_, i) => 15 * (i + 1));
    expect(recorder.windows.map(({ window }) => window.last)).toEqual([...fullWindows, 181]);
    const played = [0, 0, 0];
    for (const { step, lane, episode } of recorder.episodes) {
      played[lane] += episode.steps;
      expect(step).toBe(3 * (played[lane] - 1) + lane + 1);
    }
    // Each plays 60 steps, and no episode is longer than 40.
    for (const stepsInEpisodes of played) expect(stepsInEpisodes).toBeGreaterThan(0);
    agent.dispose();
  });

  it("learns from a window only after it is over", async () => {
    const { recorder, agent } = await run(120, { environments: 2, rounds: 10 });
    const stored = recorder.windows.map(({ learned }) => learned.replaySize);
    expect(stored).toEqual([0, 20, 40, 60, 80, 100]);
    agent.dispose();
  });

  it("gives the same weights for the same seed, in whatever order the parts work", async () => {
    const options = { environments: 4, rounds: 4, groupSize: 2 };
    const first = await run(240, options);
    for (const variation of [
      {},
      { pipeline: "overlap" as const },
      { reversed: true },
      { pipeline: "overlap" as const, reversed: true },
      { pipeline: "overlap" as const, late: 1, marked: true },
    ]) {
      const other = await run(240, { ...options, ...variation });
      expect(weights(other.agent)).toEqual(weights(first.agent));
      expect(other.recorder.windows).toEqual(first.recorder.windows);
      expect(other.recorder.episodes).toEqual(first.recorder.episodes);
      other.agent.dispose();
    }
    first.agent.dispose();
  });

  it("plays the same beside an average, and reads the weights once a window all the same", async () => {
    const alone = await run(200);
    const beside = await run(200, { averaged: true });
    expect(weights(beside.agent)).toEqual(weights(alone.agent));
    expect(beside.reads).toBe(beside.recorder.windows.length);
    expect(alone.reads).toBe(alone.recorder.windows.length);
  });

  it("gives late errors to the transitions that they are of", async () => {
    const updates: [number[], number[]][] = [];
    class Recording extends UniformSampler {
      override update(indices?: Int32Array, tdErrors?: Float32Array): void {
        updates.push([[...indices!], [...tdErrors!]]);
      }
    }
    // Four updates in each window.
    const sampler = new Recording({ capacity: 400 });
    const { agent } = await run(120, { late: 1, marked: true, rounds: 16, sampler });
    expect(updates.length).toBeGreaterThan(10);
    for (const [indices, errors] of updates) expect(errors).toEqual(indices);
    agent.dispose();
  });

  it("looks at the same transitions whenever late errors come", async () => {
    // Four updates in each window: errors of the first come while others are sampled.
    const played = async (late: number) => {
      const sampler = new PrioritizedSampler({ capacity: 400, alpha: 1, beta: 1 });
      return weights((await run(300, { late, rounds: 16, sampler })).agent);
    };
    const soon = await played(1);
    expect(await played(3)).toEqual(soon);
    // Errors that come at once decide what the very next update looks at.
    expect(await played(0)).not.toEqual(soon);
  });

  it("stops when asked to", async () => {
    const { steps, agent } = await run(1000, { stopAt: 77 });
    expect(steps).toBe(80);
    agent.dispose();
  });
});
