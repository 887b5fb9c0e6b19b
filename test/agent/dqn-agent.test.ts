import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { createActingNetwork } from "../../src/agent/acting-network.js";
import type { NamedTensors } from "../../src/agent/agent.js";
import { createDqnAgent, type DqnAgentOptions } from "../../src/agent/dqn-agent.js";
import { Rng } from "../../src/core/rng.js";
import type { ComputeBackend } from "../../src/nn/backend.js";
import { createAdam } from "../../src/nn/optimizer.js";
import { selectBackend } from "../../src/nn/select-backend.js";
import type { TransitionBatch } from "../../src/replay/transition.js";

const TINY = { inputShape: [6, 6, 4], convolutions: [], hiddenUnits: 12 } as const;
const PIXELS = 6 * 6 * 4;
const ACTIONS = 4;

/** Every option that has state or chance in it. */
const EVERYTHING: Partial<DqnAgentOptions> = {
  architecture: { ...TINY, noisy: true, layerNorm: true, head: { kind: "quantile", atoms: 5 } },
  dueling: true,
  munchausen: {},
  targetTau: 0.1,
  weightDecay: 0.01,
  clipping: "global",
};

let backend: ComputeBackend;
beforeAll(async () => {
  backend = await selectBackend("cpu");
});

const agentWith = (options: Partial<DqnAgentOptions> = {}) =>
  createDqnAgent({
    backend,
    actionCount: ACTIONS,
    seed: 5,
    learningRate: 1e-2,
    architecture: TINY,
    ...options,
  });

function batchOf(seed: number, size = 4): TransitionBatch {
  const rng = new Rng(seed);
  const bytes = () => Uint8Array.from({ length: size * PIXELS }, () => rng.nextUint32() & 255);
  return {
    size,
    sTm1: bytes(),
    aTm1: Int32Array.from({ length: size }, () => rng.integer(ACTIONS)),
    rT: Float32Array.from({ length: size }, () => rng.uniform() - 0.5),
    discountT: Float32Array.from({ length: size }, (_, i) => (i === 0 ? 0 : 0.9)),
    sT: bytes(),
    weights: new Float32Array(size).fill(1),
    indices: new Int32Array(size),
  };
}

const plain = (weights: NamedTensors) => [...weights].map(([name, { data }]) => [name, [...data]]);

describe.each([
  ["a plain agent", {}],
  ["everything at once", EVERYTHING],
])("%s", (_, options) => {
  it("goes on from a saved state bit for bit", () => {
    const agent = agentWith(options);
    agent.learn(batchOf(1));
    agent.syncTarget();
    agent.learn(batchOf(2));
    agent.setLearningRate(3e-3);
    const resumed = agentWith({ ...options, seed: 77 });
    resumed.setState(agent.getState());
    for (const seed of [3, 4, 5]) {
      expect(resumed.learn(batchOf(seed))).toEqual(agent.learn(batchOf(seed)));
      resumed.syncTarget();
      agent.syncTarget();
    }
    expect(resumed.getState()).toEqual(agent.getState());
    agent.dispose();
    resumed.dispose();
  });

  it("keeps no tensor from one update to the next", () => {
    const before = tf.memory().numTensors;
    const agent = agentWith(options);
    agent.learn(batchOf(1));
    agent.syncTarget();
    const first = tf.memory().numTensors;
    agent.learn(batchOf(2));
    agent.syncTarget();
    agent.qValues(batchOf(3).sT, 4, new Rng(1));
    expect(tf.memory().numTensors).toBe(first);
    agent.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it("has an acting network of the same values, with and without noise", () => {
    const agent = agentWith(options);
    agent.learn(batchOf(1));
    const acting = createActingNetwork({
      backend,
      actionCount: ACTIONS,
      dueling: options.dueling ?? false,
      ...(options.architecture ?? TINY),
    });
    acting.setWeights(agent.getWeights());
    const { sT } = batchOf(9);
    expect(acting.qValues(sT, 4)).toEqual(agent.qValues(sT, 4));
    expect(acting.qValues(sT, 4, new Rng(3))).toEqual(agent.qValues(sT, 4, new Rng(3)));
    acting.dispose();
    agent.dispose();
  });
});

describe("noise", () => {
  it("is drawn from the generator given, and absent without one", () => {
    const agent = agentWith({ architecture: { ...TINY, noisy: true } });
    const { sT } = batchOf(1);
    const quiet = agent.qValues(sT, 4);
    expect(quiet).toHaveLength(4 * ACTIONS);
    expect(agent.qValues(sT, 4)).toEqual(quiet);
    const rng = new Rng(8);
    const first = agent.qValues(sT, 4, rng);
    const second = agent.qValues(sT, 4, rng);
    expect(first).not.toEqual(quiet);
    expect(second).not.toEqual(first);
    expect(agent.qValues(sT, 4, new Rng(8))).toEqual(first);
    agent.dispose();
  });

  it("is not drawn for a network without it", () => {
    const agent = agentWith();
    const rng = new Rng(8);
    const { sT } = batchOf(1);
    expect(agent.qValues(sT, 4, rng)).toEqual(agent.qValues(sT, 4));
    expect(rng.getState()).toEqual(new Rng(8).getState());
    agent.dispose();
  });

  it("changes its size by learning", () => {
    const agent = agentWith({ architecture: { ...TINY, noisy: true } });
    const sigma = () => [...agent.getWeights().get("output/kernelSigma")!.data];
    const before = sigma();
    for (let i = 0; i < 3; i++) agent.learn(batchOf(i));
    expect(sigma().filter((value, i) => Math.abs(value - before[i]) > 1e-3).length).toBeGreaterThan(
      5,
    );
    agent.dispose();
  });
});

describe("syncTarget", () => {
  it("moves the target network tau of the way", () => {
    const agent = agentWith({ targetTau: 0.25 });
    agent.learn(batchOf(1));
    const [before, online] = [agent.getState().targetWeights, agent.getWeights()];
    agent.syncTarget();
    let moved = 0;
    for (const [name, { data }] of agent.getState().targetWeights) {
      data.forEach((value, i) => {
        const [from, to] = [before.get(name)!.data[i], online.get(name)!.data[i]];
        expect(value).toBeCloseTo(from + 0.25 * (to - from), 6);
        moved += Math.abs(value - from);
      });
    }
    expect(moved).toBeGreaterThan(0.1);
    expect(plain(agent.getWeights())).toEqual(plain(online));
    agent.dispose();
  });
});

describe("the target network's part", () => {
  it("is the value of the action that the online network prefers, unless Double DQN is off", () => {
    const errors = (doubleDqn: boolean): number[] => {
      const agent = agentWith({ doubleDqn, seed: 3 });
      const weights = new Map(agent.getWeights());
      const bias = (values: number[]) => ({ shape: [ACTIONS], data: Float32Array.from(values) });
      for (const [name, { shape, data }] of weights) {
        weights.set(name, { shape, data: new Float32Array(data.length) });
      }
      agent.setWeights(weights.set("output/bias", bias([0, 1, 2, 4])));
      const online = new Map(weights).set("output/bias", bias([0, 8, 2, 4]));
      agent.setState({ ...agent.getState(), weights: online });
      const batch = batchOf(1);
      batch.aTm1.set([0, 1, 3, 1]);
      batch.rT.fill(1);
      batch.discountT.fill(0.5);
      const { meanQ, tdErrors } = agent.learn(batch);
      agent.dispose();
      // Of the actions taken: 0, 8, 4 and 8.
      expect(meanQ).toBe(5);
      return [...tdErrors];
    };
    // Online prefers action 1, worth 1 to the target network; that prefers 3, worth 4.
    expect(errors(true)).toEqual([1.5, -6.5, -2.5, -6.5]);
    expect(errors(false)).toEqual([3, -5, -1, -5]);
  });
});

it("takes large batches over TensorFlow.js, where a native update would grow with their square", () => {
  const sizes: number[] = [];
  const native = {
    ...backend,
    createNetworkUpdate: () => ({
      forward: (_passes: unknown, batch: number): never => {
        sizes.push(batch);
        throw new Error("native");
      },
      backward: () => 0,
      dispose: () => undefined,
    }),
  };
  const agent = agentWith({ backend: native });
  expect(() => agent.learn(batchOf(1, 512))).toThrow("native");
  expect(agent.learn(batchOf(1, 513)).tdErrors).toHaveLength(513);
  expect(sizes).toEqual([512]);
  agent.dispose();
});

it("stops when values leave what the rewards allow, with nothing changed", () => {
  const agent = agentWith();
  const weights = new Map(agent.getWeights());
  const bias = weights.get("output/bias")!;
  weights.set("output/bias", { shape: bias.shape, data: new Float32Array(ACTIONS).fill(150) });
  agent.setWeights(weights);
  const before = plain(agent.getWeights());
  // Rewards below 1 at a discount of 0.9: 10 at most, and ten times that is the limit.
  expect(() => agent.learn(batchOf(1))).toThrow(
    expect.objectContaining({ code: "DIVERGED" }) as Error,
  );
  expect(plain(agent.getWeights())).toEqual(before);
  agent.dispose();
});

it("stops at a gradient that is not finite, with nothing changed", () => {
  const agent = agentWith({ huberDelta: Infinity, weightDecay: 0.1 });
  const before = plain(agent.getWeights());
  const batch = batchOf(1);
  // The squared error is finite in double precision, its gradient's square is not in float32.
  batch.rT[1] = 1e30;
  expect(() => agent.learn(batch)).toThrow(
    expect.objectContaining({ code: "NOT_FINITE" }) as Error,
  );
  expect(plain(agent.getWeights())).toEqual(before);
  agent.dispose();
});

it("takes weight decay off kernels, neither biases nor noise: lr · decay of each", () => {
  tf.tidy(() => {
    const kernel = tf.variable(tf.tensor2d([1, -2, 3, 4], [2, 2]));
    const bias = tf.variable(tf.tensor1d([1, 2]));
    const sigma = tf.variable(tf.tensor2d([1, -2, 3, 4], [2, 2]));
    const variables = new Map<string, tf.Variable>([
      ["hidden/kernel", kernel],
      ["hidden/bias", bias],
      ["hidden/kernelSigma", sigma],
    ]);
    const adam = createAdam({ variables, weightDecay: 0.5 });
    const gradients = [...variables.values()].map(({ name, shape }) => [name, tf.zeros(shape)]);
    const zero = Object.fromEntries(gradients) as tf.NamedTensorMap;
    adam.step(zero, 0.1);
    adam.step(zero, 0.1);
    [...kernel.dataSync()].forEach((value, i) => {
      expect(value).toBeCloseTo([1, -2, 3, 4][i] * 0.95 ** 2, 6);
    });
    expect([...bias.dataSync()]).toEqual([1, 2]);
    expect([...sigma.dataSync()]).toEqual([1, -2, 3, 4]);
    adam.dispose();
    for (const variable of variables.values()) variable.dispose();
  });
});
