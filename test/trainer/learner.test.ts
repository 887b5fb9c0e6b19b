import { expect, it } from "vitest";
import type { LearningAgent } from "../../src/agent/agent.js";
import { createDqnAgent } from "../../src/agent/dqn-agent.js";
import { Rng } from "../../src/core/rng.js";
import { FRAME_SIDE } from "../../src/env/preprocess.js";
import { selectBackend } from "../../src/nn/select-backend.js";
import { FrameStore } from "../../src/replay/frame-store.js";
import { ReplayMemory } from "../../src/replay/replay-memory.js";
import { packTransitions } from "../../src/replay/transition-block.js";
import type { StackIds, TransitionBatch } from "../../src/replay/transition.js";
import { UniformSampler } from "../../src/replay/uniform-sampler.js";
import type { Played } from "../../src/trainer/actor-group.js";
import { Learner, type LearnerOptions } from "../../src/trainer/learner.js";
import { WeightAverage } from "../../src/trainer/weight-average.js";

/** Remembers what it is given; its only weight is the number of its updates. */
class CountingAgent implements LearningAgent {
  /** Observations of each update, copied. */
  readonly batches: { sTm1: Uint8Array; sT: Uint8Array }[] = [];
  /** Learning rate of each update. */
  readonly rates: number[] = [];
  /** Updates made before each copy of the target network. */
  readonly syncs: number[] = [];
  #rate = 0;

  learn({ size, sTm1, sT }: TransitionBatch) {
    this.batches.push({ sTm1: sTm1.slice(), sT: sT.slice() });
    this.rates.push(this.#rate);
    const n = this.batches.length;
    return { loss: n, meanQ: 10 * n, gradientNorm: n * n, tdErrors: new Float32Array(size) };
  }
  peekWeights() {
    return new Map([["weight", { shape: [1], data: Float32Array.of(this.batches.length) }]]);
  }
  setLearningRate(rate: number): void {
    this.#rate = rate;
  }
  qValues(): never {
    throw new Error("nothing is asked here");
  }
  getState(): never {
    throw new Error("nothing is saved here");
  }
  setState(): void {
    throw new Error("nothing is loaded here");
  }
  syncTarget(): void {
    this.syncs.push(this.batches.length);
  }
  dispose(): void {
    // It holds nothing.
  }
}

/** A memory without transitions yet, and the block that adds one for each pair of stacks. */
function memoryOf(frames: readonly Uint8Array[], stacks: readonly [StackIds, StackIds][]) {
  const store = new FrameStore({ capacity: 2 * frames.length, frameBytes: frames[0].length });
  for (const frame of frames) store.add(frame);
  const capacity = stacks.length;
  const sampler = new UniformSampler({ capacity });
  const transitions = packTransitions(
    stacks.map(([sTm1, sT], i) => ({ sTm1, aTm1: i % 2, rT: i % 3, discountT: 0.9, sT })),
  );
  const played: Played = { lane: 0, frameCount: store.count, transitions, episodes: [] };
  return { replay: new ReplayMemory({ capacity, lanes: [store], sampler }), played };
}

const BATCH = 16;

/** Each pixel of the first frame is its x, of the second its y; each observation has both. */
function learnerOfPlaces(options: Partial<LearnerOptions> & { readonly randomShift?: number }) {
  const pixels = { length: FRAME_SIDE ** 2 };
  const frames = [
    Uint8Array.from(pixels, (_, p) => p % FRAME_SIDE),
    Uint8Array.from(pixels, (_, p) => Math.floor(p / FRAME_SIDE)),
  ];
  const { replay, played } = memoryOf(frames, [
    [
      [0, 1, 0, 1],
      [0, 1, 0, 1],
    ],
  ]);
  const agent = new CountingAgent();
  const schedule = { batchSize: BATCH, learningStarts: 0, learnPeriod: 2, targetPeriod: 100 };
  const learner = new Learner({
    agent,
    replay,
    schedule: { ...schedule, randomShift: options.randomShift ?? 0 },
    rng: new Rng(4),
    ...options,
  });
  return { agent, learner, played };
}

/** How far each observation was moved, `[right, down]` pixels, from the pixel in its middle. */
function shiftsOf(observations: Uint8Array): [number, number][] {
  const middle = FRAME_SIDE / 2;
  return Array.from({ length: BATCH }, (_, row) => {
    const at = 4 * (row * FRAME_SIDE ** 2 + middle * FRAME_SIDE + middle);
    return [observations[at] - middle, observations[at + 1] - middle];
  });
}

const WINDOW = { index: 0, after: 0, last: 2 };

it("moves both observations of each transition at random, and no further than it may", async () => {
  const { agent, learner, played } = learnerOfPlaces({ randomShift: 3 });
  await learner.learn(WINDOW, [played]);
  const [{ sTm1, sT }] = agent.batches;
  for (const observations of [sTm1, sT]) {
    const shifts = shiftsOf(observations);
    expect(Math.max(...shifts.flat())).toBe(3);
    expect(Math.min(...shifts.flat())).toBe(-3);
    expect(new Set(shifts.map(String)).size).toBeGreaterThan(8);
  }
  expect(shiftsOf(sT)).not.toEqual(shiftsOf(sTm1));
});

it("moves nothing unless it is asked to", async () => {
  const { agent, learner, played } = learnerOfPlaces({});
  await learner.learn(WINDOW, [played]);
  const [{ sTm1, sT }] = agent.batches;
  const unmoved = Array.from({ length: BATCH }, () => [0, 0]);
  expect(shiftsOf(sTm1)).toEqual(unmoved);
  expect(shiftsOf(sT)).toEqual(unmoved);
});

it("is told of each update's step before it", async () => {
  const steps: number[] = [];
  const { agent, learner, played } = learnerOfPlaces({
    beforeUpdate: (step) => {
      steps.push(step);
      agent.setLearningRate(1 / step);
    },
  });
  await learner.learn({ index: 0, after: 3, last: 8 }, [played]);
  expect(steps).toEqual([4, 6, 8]);
  expect(agent.rates).toEqual([1 / 4, 1 / 6, 1 / 8]);
});

it("reports means over a window's updates, and none where there was none", async () => {
  const { learner, played } = learnerOfPlaces({});
  const none = { updates: 0, loss: 0, meanQ: 0, gradientNorm: 0 };
  expect(await learner.learn({ index: 0, after: 0, last: 1 }, [played])).toMatchObject(none);
  // Updates 1, 2 and 3, at steps 2, 4 and 6.
  const three = { updates: 3, loss: 2, meanQ: 20, gradientNorm: 14 / 3, replaySize: 1 };
  expect(await learner.learn({ index: 1, after: 1, last: 7 }, [])).toEqual(three);
  const fourth = { updates: 1, loss: 4, meanQ: 40, gradientNorm: 16 };
  expect(await learner.learn({ index: 2, after: 7, last: 8 }, [])).toMatchObject(fourth);
});

it("copies the target network at its steps, after the update of the same step", async () => {
  const schedule = { batchSize: BATCH, learningStarts: 5, learnPeriod: 2, targetPeriod: 4 };
  const { agent, learner, played } = learnerOfPlaces({ schedule });
  await learner.learn({ index: 0, after: 0, last: 7 }, [played]);
  await learner.learn({ index: 1, after: 7, last: 13 }, []);
  // Updates at steps 6, 8, 10 and 12; copies at 4, 8 and 12.
  expect(agent.syncs).toEqual([0, 2, 4]);
});

it("plays with the acting average, and has the other one evaluated", async () => {
  const acting = new WeightAverage(0.5);
  const evaluation = new WeightAverage(0.25);
  const { learner, played } = learnerOfPlaces({ averages: { acting, evaluation } });
  const weights = async () => ({
    acting: (await learner.actingWeights()).get("weight")!.data[0],
    evaluation: learner.evaluationAverage?.get("weight")!.data[0],
  });
  expect(await weights()).toEqual({ acting: 0, evaluation: undefined });
  await learner.learn({ index: 0, after: 0, last: 4 }, [played]);
  expect(await weights()).toEqual({ acting: 2, evaluation: 2 });
  await learner.learn({ index: 1, after: 4, last: 12 }, []);
  // From 2 half, and a quarter, of the way to 6.
  expect(await weights()).toEqual({ acting: 4, evaluation: 3 });
});

it("plays with the newest weights where only evaluations have an average", async () => {
  const { learner, played } = learnerOfPlaces({
    averages: { evaluation: new WeightAverage(0.5) },
  });
  await learner.learn({ index: 0, after: 0, last: 4 }, [played]);
  await learner.learn({ index: 1, after: 4, last: 12 }, []);
  expect((await learner.actingWeights()).get("weight")!.data[0]).toBe(6);
  expect(learner.evaluationAverage!.get("weight")!.data[0]).toBe(4);
});

it("shows the gradient that moved the weights, and the observations that it came from", async () => {
  const agent = createDqnAgent({
    backend: await selectBackend("cpu"),
    actionCount: 2,
    seed: 5,
    learningRate: 1e-3,
    architecture: {
      inputShape: [8, 8, 4],
      convolutions: [{ filters: 2, size: 4, stride: 2 }],
      hiddenUnits: 4,
    },
  });
  const random = new Rng(1);
  const frames = Array.from({ length: 8 }, () =>
    Uint8Array.from({ length: 64 }, () => random.integer(256)),
  );
  const { replay, played } = memoryOf(
    frames,
    [0, 1, 2, 3].map((i) => [
      [i, i + 1, i + 2, i + 3],
      [i + 1, i + 2, i + 3, i + 4],
    ]),
  );
  const seen: Uint8Array[] = [];
  const recording: LearningAgent = {
    ...agent,
    learn: (batch) => {
      seen.push(batch.sTm1.slice());
      return agent.learn(batch);
    },
  };
  const learner = new Learner({
    agent: recording,
    replay,
    schedule: { batchSize: 4, learningStarts: 0, learnPeriod: 1, targetPeriod: 100 },
    rng: new Rng(4),
  });
  expect(await learner.snapshot()).toBeUndefined();
  const before = agent.getWeights();
  await learner.learn({ index: 0, after: 0, last: 1 }, [played]);
  const { weights, gradients, qValues, observation } = (await learner.snapshot())!;

  expect(weights).toEqual(agent.getWeights());
  expect([...gradients.keys()].sort()).toEqual([...before.keys()].sort());
  const signs = new Set<number>();
  for (const [name, { data }] of gradients) {
    for (const [i, gradient] of data.entries()) {
      // Adam's first step is about the learning rate, whatever the gradient's size.
      if (Math.abs(gradient) < 1e-5) continue;
      const change = weights.get(name)!.data[i] - before.get(name)!.data[i];
      expect(Math.sign(change)).toBe(-Math.sign(gradient));
      signs.add(Math.sign(gradient));
    }
  }
  expect(signs).toEqual(new Set([-1, 1]));
  expect(qValues).toEqual(agent.qValues(seen[0], 4));
  expect(observation).toEqual(seen[0].slice(0, 8 * 8 * 4));
  agent.dispose();
});
