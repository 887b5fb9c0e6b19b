import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import type { Agent } from "../../src/agent/agent.js";
import { createDqnAgent, type DqnAgentOptions } from "../../src/agent/dqn-agent.js";
import { headLoss } from "../../src/agent/head-loss.js";
import { createHead } from "../../src/agent/heads/head.js";
import { Rng } from "../../src/core/rng.js";
import type { BackendName, ComputeBackend, Precision } from "../../src/nn/backend.js";
import type { Architecture } from "../../src/nn/architecture.js";
import { createAdam } from "../../src/nn/optimizer.js";
import { createQNetwork, type QNetwork } from "../../src/nn/q-network.js";
import { selectBackend } from "../../src/nn/select-backend.js";
import type { TransitionBatch } from "../../src/replay/transition.js";

export const ACTIONS = 5;

/** The DQN network's shape at a size that the plain JavaScript reference computes in milliseconds. */
export const SMALL = {
  inputShape: [36, 36, 4],
  convolutions: [
    { filters: 8, size: 8, stride: 4 },
    { filters: 16, size: 4, stride: 2 },
    { filters: 16, size: 3, stride: 1 },
  ],
  hiddenUnits: 24,
} as const;

type Variant = Partial<Omit<Architecture, "actionCount">>;

export const VARIANTS: readonly (readonly [title: string, variant: Variant])[] = [
  ["plain", { padding: "same" }],
  ["dueling", { padding: "same", dueling: true }],
  ["valid padding", { padding: "valid" }],
  ["valid padding, dueling", { padding: "valid", dueling: true }],
  ["layer norm", { layerNorm: true, dueling: true }],
  [
    "noisy, c51, dueling",
    { noisy: true, dueling: true, head: { kind: "c51", atoms: 7, vMin: -3, vMax: 3 } },
  ],
  [
    "residual, layer norm, quantiles",
    {
      convolutions: [],
      residualSections: [4, 6],
      layerNorm: true,
      head: { kind: "quantile", atoms: 3 },
    },
  ],
];

export function bytes(length: number, seed: number): Uint8Array {
  const rng = new Rng(seed);
  return Uint8Array.from({ length }, () => rng.nextUint32() & 255);
}

export function randomBatch(size: number, observationSize: number, seed: number): TransitionBatch {
  const rng = new Rng(seed);
  const floats = (scale: number, offset: number): Float32Array =>
    Float32Array.from({ length: size }, () => offset + scale * rng.uniform());
  return {
    size,
    sTm1: bytes(size * observationSize, seed + 1),
    aTm1: Int32Array.from({ length: size }, () => rng.integer(ACTIONS)),
    rT: floats(4, -2),
    // One transition that ended its episode.
    discountT: floats(0, 0.9).fill(0, 0, 1),
    sT: bytes(size * observationSize, seed + 2),
    weights: floats(0.5, 0.5),
    indices: new Int32Array(size),
  };
}

const SMALL_OBSERVATION = 36 * 36 * 4;

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}

export type Weights = ReturnType<Agent["getWeights"]>;

export function expectSameWeights(a: Weights, b: Weights, tolerance = 0): void {
  expect([...a.keys()]).toEqual([...b.keys()]);
  for (const [name, { data }] of a) {
    const difference = largestDifference(data, b.get(name)!.data);
    expect(difference, name).toBeLessThanOrEqual(tolerance);
  }
}

/** Largest differences from the reference, which computes in float32, after so many updates. */
const FP32_TOLERANCE = { values: 1e-5, alone: 1e-5, updates: 3, metrics: 1e-4, weights: 1e-4 };
/**
 * Factors rounded to 8 bits are off by up to 0.4 %. Adam's first step is as long as the learning rate
 * whatever the gradient's size, so weights with next to no gradient may part by two steps; how close
 * the gradients are is tested by themselves (onednn.test.ts). Hidden layers of single observations
 * are not rounded, those of many are.
 */
const BF16_TOLERANCE = { values: 0.02, alone: 2e-3, updates: 1, metrics: 0.05, weights: 2.1e-3 };

/** What every backend must do; run once for each that loads. */
export function describeBackendContract(name: BackendName, precision: Precision = "fp32"): void {
  const tolerance = precision === "bf16" ? BF16_TOLERANCE : FP32_TOLERANCE;
  describe(`the ${name} backend, ${precision}`, () => {
    let backend: ComputeBackend;
    const onReference = async <T>(work: (reference: ComputeBackend) => T): Promise<T> => {
      try {
        return work(await selectBackend("cpu"));
      } finally {
        await tf.setBackend(name === "tensorflow" ? "tensorflow" : name);
      }
    };
    const smallAgent = (on: ComputeBackend, more: Partial<DqnAgentOptions> = {}): Agent =>
      createDqnAgent({
        backend: on,
        actionCount: ACTIONS,
        seed: 7,
        learningRate: 1e-3,
        architecture: SMALL,
        ...more,
      });

    beforeAll(async () => {
      backend = await selectBackend(name, { threads: 2, precision });
    });

    it("scales observations exactly, from shared memory too", () => {
      const observations = new Uint8Array(new SharedArrayBuffer(256));
      for (let i = 0; i < 256; i++) observations[i] = i;
      const tensor = backend.uploadObservations(observations, [4, 4, 4, 4]);
      expect(tensor.shape).toEqual([4, 4, 4, 4]);
      expect(Array.from(tensor.dataSync())).toEqual(
        Array.from({ length: 256 }, (_, v) => Math.fround(v / 255)),
      );
      tensor.dispose();
      expect(() => backend.uploadObservations(observations, [4, 4, 4, 3])).toThrow(
        expect.objectContaining({ code: "SHAPE_MISMATCH" }) as Error,
      );
    });

    // Normalization divides by deviations that may be small, and what was rounded with them: in bf16
    // such networks stay near the reference, but not within bounds meant for the others.
    const variants = VARIANTS.filter(([, { layerNorm }]) => precision === "fp32" || !layerNorm);

    describe.each(variants)("%s", (_, variant) => {
      const architecture = { ...SMALL, ...variant };

      it("has the reference's Q-values at batch 1 and 3", async () => {
        for (const batch of [1, 3]) {
          const observations = bytes(batch * SMALL_OBSERVATION, 3);
          const agent = smallAgent(backend, { architecture });
          const values = agent.qValues(observations, batch);
          agent.dispose();
          const wanted = await onReference((reference) => {
            const other = smallAgent(reference, { architecture });
            const result = other.qValues(observations, batch);
            other.dispose();
            return result;
          });
          expect(values).toHaveLength(batch * ACTIONS);
          expect(largestDifference(values, wanted)).toBeLessThan(tolerance.values);
        }
      });

      // A difference of 16-bit products of nearly the same factors says nothing of a slope.
      it.skipIf(precision === "bf16")("has gradients that agree with finite differences", () => {
        const network = createQNetwork({
          ...architecture,
          actionCount: ACTIONS,
          rng: new Rng(11),
        });
        checkGradients(network, architecture, backend);
        network.dispose();
      });

      it("updates as the reference does", async () => {
        const learn = (on: ComputeBackend): { weights: Weights; metrics: number[] } => {
          // A norm that most gradients exceed, so that clipping is part of the comparison.
          const agent = smallAgent(on, { architecture, maxGradientNorm: 0.05 });
          const metrics: number[] = [];
          for (let i = 0; i < tolerance.updates; i++) {
            const { loss, meanQ, gradientNorm, tdErrors } = agent.learn(
              randomBatch(3, SMALL_OBSERVATION, 20 + i),
            );
            metrics.push(loss, meanQ, gradientNorm, ...tdErrors);
          }
          const weights = agent.getWeights();
          agent.dispose();
          return { weights, metrics };
        };
        const result = learn(backend);
        const wanted = await onReference(learn);
        expect(largestDifference(result.metrics, wanted.metrics)).toBeLessThan(tolerance.metrics);
        // Three steps of 1e-3 each: a wrong sign or a missed clip would differ by whole steps.
        expectSameWeights(result.weights, wanted.weights, tolerance.weights);
      });
    });

    it("clips the gradient of all variables together when asked", async () => {
      const learn = (on: ComputeBackend): Weights => {
        const agent = smallAgent(on, { clipping: "global", maxGradientNorm: 0.01 });
        agent.learn(randomBatch(3, SMALL_OBSERVATION, 30));
        if (tolerance.updates > 1) agent.learn(randomBatch(3, SMALL_OBSERVATION, 31));
        const weights = agent.getWeights();
        agent.dispose();
        return weights;
      };
      const weights = learn(backend);
      expectSameWeights(weights, await onReference(learn), tolerance.weights);
    });

    it.skipIf(name === "cpu")("has the reference's Q-values at full size, dueling", async () => {
      const observations = bytes(84 * 84 * 4, 5);
      const evaluate = (on: ComputeBackend): Float32Array => {
        const agent = createDqnAgent({
          backend: on,
          actionCount: 14,
          seed: 3,
          learningRate: 1e-4,
          dueling: true,
        });
        const values = agent.qValues(observations, 1);
        agent.dispose();
        return values;
      };
      const values = evaluate(backend);
      expect(largestDifference(values, await onReference(evaluate))).toBeLessThan(tolerance.values);
    });

    it("gives each of 32 observations the Q-values that it has alone", () => {
      const agent = smallAgent(backend);
      const observations = bytes(32 * SMALL_OBSERVATION, 9);
      const together = agent.qValues(observations, 32);
      const alone = Array.from({ length: 32 }, (_, i) =>
        Array.from(
          agent.qValues(
            observations.subarray(i * SMALL_OBSERVATION, (i + 1) * SMALL_OBSERVATION),
            1,
          ),
        ),
      ).flat();
      agent.dispose();
      expect(largestDifference(together, alone)).toBeLessThan(tolerance.alone);
    });

    it("shows the weights that it would copy, and copies those that it is given", () => {
      const agent = smallAgent(backend);
      expectSameWeights(agent.peekWeights(), agent.getWeights());
      const copied = agent.getWeights();
      const given = new Map(
        [...copied].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]),
      );
      agent.setWeights(given);
      agent.learn(randomBatch(3, SMALL_OBSERVATION, 41));
      expectSameWeights(given, copied);
      const moved = agent.peekWeights().get("hidden/kernel")!.data;
      expect(largestDifference(moved, copied.get("hidden/kernel")!.data)).toBeGreaterThan(1e-5);
      expectSameWeights(agent.peekWeights(), agent.getWeights());
      agent.dispose();
    });

    it("leaves the target network alone until the next sync", () => {
      const agent = smallAgent(backend);
      const batch = randomBatch(3, SMALL_OBSERVATION, 40);
      agent.learn(batch);
      agent.syncTarget();
      const synced = agent.getState().targetWeights;
      expectSameWeights(synced, agent.getWeights());
      agent.learn(batch);
      agent.learn(batch);
      expectSameWeights(agent.getState().targetWeights, synced);
      const moved = largestDifference(
        agent.getWeights().get("hidden/kernel")!.data,
        synced.get("hidden/kernel")!.data,
      );
      expect(moved).toBeGreaterThan(1e-4);
      agent.dispose();
    });

    it("never changes what shares a variable's buffer", () => {
      tf.tidy(() => {
        const online = tf.variable(tf.tensor1d([1, 2, 3, 4]));
        const target = tf.variable(tf.tensor1d([0, 0, 0, 0]));
        const optimizer = createAdam({ variables: new Map([["w", online]]) });
        const step = (): number =>
          optimizer.step({ [online.name]: tf.tensor1d([1, 1, 1, 1]) }, 0.1);
        step();
        target.assign(online);
        const clone = online.clone();
        const part = tf.slice(online, [1], [2]);
        const held = online.dataSync();
        const before = Array.from(held);
        step();
        expect(Array.from(target.dataSync())).toEqual(before);
        expect(Array.from(clone.dataSync())).toEqual(before);
        expect(Array.from(part.dataSync())).toEqual(before.slice(1, 3));
        expect(Array.from(held)).toEqual(before);
        expect(online.dataSync()[0]).toBeLessThan(before[0] - 0.05);
        optimizer.dispose();
        online.dispose();
        target.dispose();
      });
    });

    it("brings a saved agent back exactly", () => {
      const batch = (i: number): TransitionBatch => randomBatch(3, SMALL_OBSERVATION, 50 + i);
      const agent = smallAgent(backend, { dueling: true });
      agent.learn(batch(0));
      agent.syncTarget();
      agent.learn(batch(1));
      const resumed = smallAgent(backend, { dueling: true, seed: 99 });
      resumed.setState(agent.getState());
      expectSameWeights(resumed.getWeights(), agent.getWeights());
      for (const i of [2, 3]) {
        const wanted = agent.learn(batch(i));
        expect(resumed.learn(batch(i))).toEqual(wanted);
      }
      expectSameWeights(resumed.getWeights(), agent.getWeights());
      const observations = bytes(SMALL_OBSERVATION, 1);
      expect(resumed.qValues(observations, 1)).toEqual(agent.qValues(observations, 1));
      agent.dispose();
      resumed.dispose();
    });

    it("refuses weights of another network", () => {
      const agent = smallAgent(backend);
      const dueling = smallAgent(backend, { dueling: true });
      const mismatch = expect.objectContaining({ code: "MODEL_MISMATCH" }) as Error;
      expect(() => {
        agent.setWeights(dueling.getWeights());
      }).toThrow(mismatch);
      expect(() => {
        dueling.setWeights(agent.getWeights());
      }).toThrow(mismatch);
      const truncated = new Map(agent.getWeights());
      truncated.set("output/bias", { shape: [ACTIONS], data: new Float32Array(ACTIONS - 1) });
      expect(() => {
        agent.setWeights(truncated);
      }).toThrow(mismatch);
      agent.dispose();
      dueling.dispose();
    });

    it("stops at a loss that is not finite, with nothing changed", () => {
      const agent = smallAgent(backend);
      const before = agent.getWeights();
      const batch = randomBatch(3, SMALL_OBSERVATION, 60);
      batch.rT[1] = NaN;
      expect(() => agent.learn(batch)).toThrow(
        expect.objectContaining({ code: "NOT_FINITE" }) as Error,
      );
      expectSameWeights(agent.getWeights(), before);
      agent.dispose();
    });

    it("keeps no tensor from one update to the next, and none after dispose", () => {
      const before = tf.memory().numTensors;
      const agent = smallAgent(backend, { dueling: true });
      const batch = randomBatch(3, SMALL_OBSERVATION, 70);
      const observations = bytes(2 * SMALL_OBSERVATION, 71);
      const cycle = (): { numTensors: number; numDataIds: number } => {
        agent.learn(batch);
        agent.syncTarget();
        agent.qValues(observations, 2);
        return { numTensors: tf.memory().numTensors, numDataIds: tf.backend().numDataIds() };
      };
      const first = cycle();
      for (let i = 0; i < 3; i++) expect(cycle()).toEqual(first);
      batch.rT[0] = Infinity;
      expect(() => agent.learn(batch)).toThrow();
      expect(tf.memory().numTensors).toBe(first.numTensors);
      agent.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}

/** Directional derivatives along the gradient, per variable, against central differences. */
function checkGradients(network: QNetwork, architecture: Variant, backend: ComputeBackend): void {
  const batch = 2;
  const observations = bytes(batch * SMALL_OBSERVATION, 13);
  // Errors stay inside Huber's quadratic part; the head's own arithmetic is in double precision.
  const { head: spec = { kind: "scalar" } } = architecture;
  const head = createHead({ actionCount: ACTIONS, spec, huberDelta: 1 });
  const targets = {
    aTm1: Int32Array.of(1, 3),
    returns: [0.4, -0.3],
    discountT: new Float32Array(batch),
    policyT: new Float64Array(batch * ACTIONS).fill(1 / ACTIONS),
    outputsT: new Float32Array(batch * ACTIONS * head.atoms),
    weights: new Float32Array(batch).fill(1),
  };
  /** With the same noise each time. */
  const forward = (): tf.Tensor2D =>
    network.forward(
      backend.uploadObservations(observations, [batch, ...SMALL.inputShape]),
      new Rng(5),
    );
  const lossNow = (): number =>
    tf.tidy(() => head.loss(forward().dataSync() as Float32Array, targets).loss);
  const gradients = new Map<string, Float32Array>();
  tf.tidy(() => {
    const { grads } = tf.variableGrads(
      () => headLoss(forward(), (outputs) => head.loss(outputs, targets)),
      [...network.variables.values()],
    );
    for (const [name, variable] of network.variables) {
      gradients.set(name, Float32Array.from(grads[variable.name].dataSync()));
    }
  });
  const original = network.getWeights();
  for (const [name, gradient] of gradients) {
    const norm = Math.hypot(...gradient);
    expect(norm, name).toBeGreaterThan(1e-4);
    const lossAt = (distance: number): number => {
      const moved = original
        .get(name)!
        .data.map((weight, i) => weight + (distance * gradient[i]) / norm);
      const weights = new Map(original);
      weights.set(name, { shape: original.get(name)!.shape, data: moved });
      network.setWeights(weights);
      return lossNow();
    };
    // Short, or ReLUs change sides on the way and the loss is no longer smooth.
    const distance = 2e-4;
    const slope = (lossAt(distance) - lossAt(-distance)) / (2 * distance);
    // Maxima have kinks, too, which none of the distances avoids altogether.
    const tolerance = architecture.residualSections === undefined ? 0.03 : 0.06;
    expect(Math.abs(slope / norm - 1), name).toBeLessThan(tolerance);
  }
  network.setWeights(original);
}
