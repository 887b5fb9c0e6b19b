import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, it } from "vitest";
import {
  createDeferredAgent,
  type DeferredAgent,
} from "../../src/agent/deferred/deferred-agent.js";
import { createDqnAgent, type DqnAgentOptions } from "../../src/agent/dqn-agent.js";
import type { ComputeBackend } from "../../src/nn/backend.js";
import { selectBackend } from "../../src/nn/select-backend.js";
import {
  ACTIONS,
  bytes,
  expectSameWeights,
  largestDifference,
  randomBatch,
  SMALL,
  SMALL_OBSERVATION,
  VARIANTS,
  type Weights,
} from "./q-network.contract.js";
import { webgpuHere } from "./webgpu-device.js";

const here = await webgpuHere();
if (typeof here === "string") console.warn(`The webgpu backend is not tested here: ${here}`);
const backend = here as ComputeBackend;

const TOLERANCE = 1e-4;

const optionsOf = (more: Partial<DqnAgentOptions>): Omit<DqnAgentOptions, "backend"> => ({
  actionCount: ACTIONS,
  seed: 7,
  learningRate: 1e-3,
  architecture: SMALL,
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
  const metrics: number[] = [];
  for (let i = 0; i < 3; i++) {
    const { loss, meanQ, gradientNorm, tdErrors } = await agent.learn(batch(20 + i));
    metrics.push(loss, meanQ, gradientNorm, ...tdErrors);
    if (i === 0) agent.syncTarget();
  }
  const qValues = await agent.qValues(bytes(3 * SMALL_OBSERVATION, 3), 3);
  const weights = await agent.getWeights();
  agent.dispose();
  return { weights, metrics, qValues };
}

/** The same with plain JavaScript, whose own gradients are tried against finite differences. */
async function learnOnReference(more: Partial<DqnAgentOptions>): Promise<Learned> {
  const reference = await selectBackend("cpu");
  try {
    const agent = createDqnAgent({ backend: reference, ...optionsOf(more) });
    const metrics: number[] = [];
    for (let i = 0; i < 3; i++) {
      const { loss, meanQ, gradientNorm, tdErrors } = agent.learn(batch(20 + i));
      metrics.push(loss, meanQ, gradientNorm, ...tdErrors);
      if (i === 0) agent.syncTarget();
    }
    const qValues = agent.qValues(bytes(3 * SMALL_OBSERVATION, 3), 3);
    const weights = agent.getWeights();
    agent.dispose();
    return { weights, metrics, qValues };
  } finally {
    await tf.setBackend("webgpu");
  }
}

const batch = (seed: number): ReturnType<typeof randomBatch> =>
  randomBatch(3, SMALL_OBSERVATION, seed);

describe.skipIf(typeof here === "string")("the webgpu backend", () => {
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
      ([title, variant]) => [title, { architecture: { ...SMALL, ...variant } }] as const,
    ),
    ["one network chooses and values", { doubleDqn: false, huberDelta: 0.3 }],
    ["munchausen", { munchausen: {} }],
    ["squared error, weight decay", { huberDelta: Infinity, weightDecay: 0.5 }],
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
});
