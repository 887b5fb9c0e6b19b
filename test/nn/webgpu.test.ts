import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, it } from "vitest";
import {
  createDeferredAgent,
  type DeferredAgent,
} from "../../src/agent/deferred/deferred-agent.js";
import type { LearnMetrics } from "../../src/agent/agent.js";
import { createDqnAgent, type DqnAgentOptions } from "../../src/agent/dqn-agent.js";
import type { ComputeBackend } from "../../src/nn/backend.js";
import { createAdam } from "../../src/nn/optimizer.js";
import { selectBackend } from "../../src/nn/select-backend.js";
import {
  ACTIONS,
  bytes,
  expectSameWeights,
  largestDifference,
  randomBatch,
  SMALL,
  VARIANTS,
  type Weights,
} from "./q-network.contract.js";
import { webgpuHere } from "./webgpu-device.js";

const here = await webgpuHere();
if (typeof here === "string") console.warn(`The webgpu backend is not tested here: ${here}`);
const backend = here as ComputeBackend;

const TOLERANCE = 1e-4;

/** A software device takes a second for an update of the contract's `SMALL`. */
const TINY = {
  inputShape: [16, 16, 4],
  convolutions: [
    { filters: 4, size: 4, stride: 2 },
    { filters: 8, size: 3, stride: 1 },
  ],
  hiddenUnits: 12,
} as const;

const optionsOf = (more: Partial<DqnAgentOptions>): Omit<DqnAgentOptions, "backend"> => ({
  actionCount: ACTIONS,
  seed: 7,
  learningRate: 1e-3,
  architecture: TINY,
  ...more,
});
const agentOf = (more: Partial<DqnAgentOptions> = {}): DeferredAgent =>
  createDeferredAgent({ backend, ...optionsOf(more) });

interface Learned {
  readonly weights: Weights;
  readonly metrics: readonly number[];
  readonly qValues: Float32Array;
}

/** Three updates, a sync of the target after the first, and Q-values then. */
async function learnHere(more: Partial<DqnAgentOptions>): Promise<Learned> {
  const agent = agentOf(more);
  const size = observationSize(more);
  const metrics: number[] = [];
  for (let i = 0; i < 3; i++) {
    const { loss, meanQ, gradientNorm, tdErrors } = await agent.learn(batch(20 + i, size));
    metrics.push(loss, meanQ, gradientNorm, ...tdErrors);
    if (i === 0) agent.syncTarget();
  }
  const qValues = await agent.qValues(bytes(3 * size, 3), 3);
  const weights = await agent.peekWeights();
  agent.dispose();
  return { weights, metrics, qValues };
}

/** The same with plain JavaScript, whose own gradients are tried against finite differences. */
async function learnOnReference(more: Partial<DqnAgentOptions>): Promise<Learned> {
  const reference = await selectBackend("cpu");
  try {
    const agent = createDqnAgent({ backend: reference, ...optionsOf(more) });
    const size = observationSize(more);
    const metrics: number[] = [];
    for (let i = 0; i < 3; i++) {
      const { loss, meanQ, gradientNorm, tdErrors } = agent.learn(batch(20 + i, size));
      metrics.push(loss, meanQ, gradientNorm, ...tdErrors);
      if (i === 0) agent.syncTarget();
    }
    const qValues = agent.qValues(bytes(3 * size, 3), 3);
    const weights = agent.getWeights();
    agent.dispose();
    return { weights, metrics, qValues };
  } finally {
    await tf.setBackend("webgpu");
  }
}

const observationSize = ({ architecture }: Partial<DqnAgentOptions>): number =>
  (architecture?.inputShape ?? TINY.inputShape).reduce((product, side) => product * side, 1);

const TINY_OBSERVATION = observationSize({});

const batch = (seed: number, size = TINY_OBSERVATION): ReturnType<typeof randomBatch> =>
  randomBatch(3, size, seed);

// A software device compiles each shader at its first use: minutes where the machine is busy.
describe.skipIf(typeof here === "string")("the webgpu backend", { timeout: 600_000 }, () => {
  beforeEach(async () => {
    await tf.setBackend("webgpu");
  });

  it("scales observations exactly, from shared memory and from any byte on", async () => {
    const observations = new Uint8Array(new SharedArrayBuffer(257), 1);
    for (let i = 0; i < 256; i++) observations[i] = i;
    const tensor = backend.uploadObservations(observations, [4, 4, 4, 4]);
    expect(tensor.shape).toEqual([4, 4, 4, 4]);
    const [values] = await backend.fetch!([tensor]);
    expect([...values]).toEqual(Array.from({ length: 256 }, (_, v) => Math.fround(v / 255)));
    tensor.dispose();
    const odd = backend.uploadObservations(Uint8Array.of(0, 51, 255), [1, 1, 1, 3]);
    expect([...(await backend.fetch!([odd]))[0]]).toEqual([0, Math.fround(0.2), 1]);
    odd.dispose();
    expect(() => backend.uploadObservations(observations, [4, 4, 4, 3])).toThrow(
      expect.objectContaining({ code: "SHAPE_MISMATCH" }) as Error,
    );
  });

  const cases: readonly (readonly [string, Partial<DqnAgentOptions>])[] = [
    ...VARIANTS.map(
      ([title, variant]) => [title, { architecture: { ...TINY, ...variant } }] as const,
    ),
    ["three convolutions, dueling", { architecture: { ...SMALL, dueling: true } }],
    ["one network chooses and values", { doubleDqn: false, huberDelta: 0.3 }],
    ["munchausen", { munchausen: {} }],
    ["squared error, weight decay", { huberDelta: Infinity, weightDecay: 0.5 }],
    ["weight decay, noise", { architecture: { ...TINY, noisy: true }, weightDecay: 0.5 }],
    ["clipped together", { clipping: "global", maxGradientNorm: 0.01 }],
    ["not clipped", { maxGradientNorm: Infinity }],
    ["the target follows smoothly", { targetTau: 0.1 }],
  ];
  it.each(cases)("learns as the reference does: %s", async (_, more) => {
    const options = { maxGradientNorm: 0.05, ...more };
    const result = await learnHere(options);
    const wanted = await learnOnReference(options);
    expect(largestDifference(result.metrics, wanted.metrics)).toBeLessThan(TOLERANCE);
    // Three steps of 1e-3 each: a wrong sign or a missed clip would differ by whole steps.
    expectSameWeights(result.weights, wanted.weights, TOLERANCE);
    expect(largestDifference(result.qValues, wanted.qValues)).toBeLessThan(TOLERANCE);
  });

  it("learns the same when nobody waits for one update before the next", async () => {
    const batches = [40, 41, 42].map((seed) => batch(seed));
    const waiting = agentOf({ dueling: true });
    const wanted: LearnMetrics[] = [];
    for (const one of batches) wanted.push(await waiting.learn(one));
    const ahead = agentOf({ dueling: true });
    expect(await Promise.all(batches.map((one) => ahead.learn(one)))).toEqual(wanted);
    expectSameWeights(await ahead.peekWeights(), await waiting.peekWeights());
    waiting.dispose();
    ahead.dispose();
  });

  it("reads weights as they were when asked for", async () => {
    const agent = agentOf();
    const before = await agent.peekWeights();
    const asked = agent.peekWeights();
    const learned = agent.learn(batch(43));
    expectSameWeights(await asked, before);
    await learned;
    const moved = largestDifference(
      (await agent.peekWeights()).get("hidden/kernel")!.data,
      before.get("hidden/kernel")!.data,
    );
    expect(moved).toBeGreaterThan(1e-4);
    agent.dispose();
  });

  it("leaves the target network alone until the next sync", async () => {
    const agent = agentOf();
    await agent.learn(batch(44));
    agent.syncTarget();
    const { weights, targetWeights } = await agent.getState();
    expectSameWeights(targetWeights, weights);
    await agent.learn(batch(45));
    const later = await agent.getState();
    expectSameWeights(later.targetWeights, targetWeights);
    expect(
      largestDifference(
        later.weights.get("hidden/kernel")!.data,
        weights.get("hidden/kernel")!.data,
      ),
    ).toBeGreaterThan(1e-4);
    agent.dispose();
  });

  it("never changes what shares a variable's buffer", async () => {
    const read = async (tensor: tf.Tensor): Promise<number[]> => [
      ...(await backend.fetch!([tensor]))[0],
    ];
    const online = tf.variable(tf.tensor1d([1, 2, 3, 4]));
    const target = tf.variable(tf.tensor1d([0, 0, 0, 0]));
    const optimizer = createAdam({ variables: new Map([["w", online]]) });
    const step = (): void => {
      const gradient = tf.tensor1d([1, 1, 1, 1]);
      const loss = tf.scalar(1);
      optimizer.stepDeferred({ [online.name]: gradient }, 0.1, loss).dispose();
      tf.dispose([gradient, loss]);
    };
    step();
    target.assign(online);
    const clone = online.clone();
    const before = await read(online);
    step();
    expect(await read(target)).toEqual(before);
    expect(await read(clone)).toEqual(before);
    expect((await read(online))[0]).toBeLessThan(before[0] - 0.05);
    optimizer.dispose();
    tf.dispose([online, target, clone]);
  });

  it("brings a saved agent back exactly", async () => {
    const options = { dueling: true, architecture: { ...TINY, noisy: true } };
    const agent = agentOf(options);
    await agent.learn(batch(50));
    agent.syncTarget();
    await agent.learn(batch(51));
    const resumed = agentOf({ ...options, seed: 99 });
    resumed.setState(await agent.getState());
    expect(await resumed.learn(batch(52))).toEqual(await agent.learn(batch(52)));
    expect(await resumed.getState()).toEqual(await agent.getState());
    agent.dispose();
    resumed.dispose();
  });

  it.each([NaN, Infinity])("stops at a reward of %s, with nothing changed", async (reward) => {
    const agent = agentOf();
    const before = await agent.peekWeights();
    const bad = batch(60);
    bad.rT[1] = reward;
    await expect(agent.learn(bad)).rejects.toMatchObject({ code: "NOT_FINITE" });
    expectSameWeights(await agent.peekWeights(), before);
    agent.dispose();
  });

  it("keeps no tensor from one update to the next, and none after dispose", async () => {
    const before = tf.memory().numTensors;
    const agent = agentOf({ dueling: true });
    const cycle = async (): Promise<unknown> => {
      await agent.learn(batch(70));
      agent.syncTarget();
      await agent.qValues(bytes(2 * TINY_OBSERVATION, 71), 2);
      const { numBytesInGPU } = tf.memory() as tf.MemoryInfo & { numBytesInGPU: number };
      return {
        numTensors: tf.memory().numTensors,
        numDataIds: tf.backend().numDataIds(),
        numBytesInGPU,
      };
    };
    const first = await cycle();
    for (let i = 0; i < 3; i++) expect(await cycle()).toEqual(first);
    agent.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it("gives the GPU few shaders for an update", async () => {
    const agent = agentOf({ dueling: true, architecture: SMALL, padding: "valid" });
    const size = observationSize({ architecture: SMALL });
    await agent.learn(batch(80, size));
    const before = backend.dispatchCounts!();
    await agent.learn(batch(81, size));
    const { dispatches, submits } = backend.dispatchCounts!();
    expect(dispatches - before.dispatches).toBeLessThanOrEqual(90);
    expect(submits - before.submits).toBeLessThanOrEqual(8);
    agent.dispose();
  });
});
