import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { createDqnAgent } from "../../src/agent/dqn-agent.js";
import { Rng } from "../../src/core/rng.js";
import type { ComputeBackend } from "../../src/nn/backend.js";
import { convolution as convolve, dense, flatten } from "../../src/nn/layers.js";
import { OnednnBackend } from "../../src/nn/onednn/onednn-backend.js";
import { selectBackend } from "../../src/nn/select-backend.js";
import type { TransitionBatch } from "../../src/replay/transition.js";
import { addonIsa, hasAddon } from "./onednn-addon.js";
import { describeBackendContract } from "./q-network.contract.js";

const hasBf16 = (addonIsa() & 0xe7) === 0xe7;
const ACTIONS = 5;
const SIDE = 20;
const ARCHITECTURE = {
  inputShape: [SIDE, SIDE, 4],
  convolutions: [
    { filters: 16, size: 8, stride: 4 },
    { filters: 16, size: 3, stride: 1 },
  ],
  hiddenUnits: 24,
} as const;
const OBSERVATION = SIDE * SIDE * 4;

function bytes(length: number, seed: number): Uint8Array {
  const rng = new Rng(seed);
  return Uint8Array.from({ length }, () => rng.nextUint32() & 255);
}

function floats(length: number, seed: number): Float32Array {
  const rng = new Rng(seed);
  return Float32Array.from({ length }, () => rng.uniform() - 0.5);
}

const batchOf4 = (): TransitionBatch => ({
  size: 4,
  sTm1: bytes(4 * OBSERVATION, 1),
  sT: bytes(4 * OBSERVATION, 2),
  aTm1: Int32Array.of(0, 1, 2, 3),
  rT: floats(4, 3),
  discountT: floats(4, 4),
  weights: new Float32Array(4).fill(1),
  indices: new Int32Array(4),
});

/** 1 where two vectors have one direction. */
function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((x, i) => {
    ab += x * b[i];
    aa += x * x;
    bb += b[i] * b[i];
  });
  return ab / Math.sqrt(aa * bb);
}

if (hasAddon) describeBackendContract("onednn");
if (hasBf16) describeBackendContract("onednn", "bf16");

describe.skipIf(!hasAddon)("the onednn backend alone", () => {
  let backend: ComputeBackend;
  beforeAll(async () => {
    backend = await selectBackend("onednn", { threads: 2 });
  });
  const agentOf = (seed: number): ReturnType<typeof createDqnAgent> =>
    createDqnAgent({
      backend,
      actionCount: ACTIONS,
      seed,
      learningRate: 1e-3,
      dueling: true,
      architecture: ARCHITECTURE,
    });

  it("needs no new array for an update, an act or a sync once it has done each", () => {
    const agent = agentOf(1);
    const batch = batchOf4();
    const native: unknown = tf.backend();
    if (!(native instanceof OnednnBackend)) throw new Error("another backend is current");
    const cycle = (): number => {
      agent.learn(batch);
      agent.qValues(batch.sT, 4);
      return native.allocations;
    };
    cycle();
    const warm = cycle();
    expect(warm).toBeGreaterThan(0);
    for (let i = 0; i < 5; i++) expect(cycle()).toBe(warm);
    agent.dispose();
  });

  it.each([1, 8, 16])("gives a row the same bits whatever the other %d rows hold", (batch) => {
    const agent = agentOf(2);
    const observations = bytes(batch * OBSERVATION, 5);
    const before = agent.qValues(observations, batch);
    for (let row = 0; row < batch; row++) {
      const others = bytes(batch * OBSERVATION, 100 + row);
      const [begin, end] = [row * OBSERVATION, (row + 1) * OBSERVATION];
      others.set(observations.subarray(begin, end), begin);
      const [from, to] = [row * ACTIONS, (row + 1) * ACTIONS];
      expect(agent.qValues(others, batch).slice(from, to)).toEqual(before.slice(from, to));
    }
    agent.dispose();
  });

  it("computes with weights that another thread may overwrite, as they are at each call", () => {
    tf.tidy(() => {
      const shared = (length: number, seed: number): Float32Array => {
        const array = new Float32Array(new SharedArrayBuffer(length * 4));
        array.set(floats(length, seed));
        return array;
      };
      const [convolution, matrix] = [shared(3 * 3 * 16 * 16, 6), shared(5 * 5 * 16 * 8, 7)];
      const kernel = tf.variable(tf.tensor4d(convolution, [3, 3, 16, 16]));
      const weights = tf.variable(tf.tensor2d(matrix, [5 * 5 * 16, 8]));
      const x = tf.tensor4d(floats(5 * 5 * 16, 8), [1, 5, 5, 16]);
      const forward = (a: tf.Tensor4D, b: tf.Tensor2D): number[] => {
        const options = {
          stride: 1,
          padding: "same",
          activation: "relu",
          inputGradient: false,
        } as const;
        const y = convolve(x, a, tf.zeros<tf.Rank.R1>([16]), options);
        return Array.from(dense(flatten(y), b, tf.zeros([8]), "linear").dataSync());
      };
      const first = forward(kernel, weights);
      convolution.set(floats(convolution.length, 9));
      matrix.set(floats(matrix.length, 10));
      const second = forward(kernel, weights);
      expect(second).not.toEqual(first);
      const copies = [convolution, matrix].map((array) => Float32Array.from(array));
      const wanted = forward(
        tf.tensor4d(copies[0], [3, 3, 16, 16]),
        tf.tensor2d(copies[1], [5 * 5 * 16, 8]),
      );
      expect(second).toEqual(wanted);
      kernel.dispose();
      weights.dispose();
    });
  });

  it("takes weights from shared memory, and forgets those before", () => {
    const agent = agentOf(3);
    const other = agentOf(4);
    const observations = bytes(OBSERVATION, 11);
    const before = agent.qValues(observations, 1);
    const wanted = other.qValues(observations, 1);
    const shared = new Map(
      [...other.getWeights()].map(([name, { shape, data }]) => {
        const copy = new Float32Array(new SharedArrayBuffer(data.byteLength));
        copy.set(data);
        return [name, { shape, data: copy }];
      }),
    );
    agent.setWeights(shared);
    expect(agent.qValues(observations, 1)).toEqual(wanted);
    expect(wanted).not.toEqual(before);
    agent.dispose();
    other.dispose();
  });

  it("reads and overwrites weights in arrays that stay", () => {
    const [agent, other] = [agentOf(3), agentOf(4)];
    const dataOf = () => [...agent.peekWeights().values()].map(({ data }) => data);
    agent.learn(batchOf4());
    const before = dataOf();
    agent.learn(batchOf4());
    agent.syncTarget();
    agent.setWeights(other.peekWeights());
    expect(agent.getWeights()).toEqual(other.getWeights());
    for (const [i, data] of dataOf().entries()) expect(data).toBe(before[i]);
    agent.dispose();
    other.dispose();
  });

  it("says where bf16 would be faster, and only there", async () => {
    const hasAmx = (addonIsa() & 0x3e7) === 0x3e7;
    const adviceOf = async (precision: "fp32" | "bf16") =>
      (await selectBackend("onednn", { precision })).advice;
    if (hasAmx) expect(await adviceOf("fp32")).toMatch(/AMX.*--precision bf16/);
    else expect(await adviceOf("fp32")).toBeUndefined();
    if (hasBf16) expect(await adviceOf("bf16")).toBeUndefined();
  });

  it.skipIf(!hasBf16)("rounds factors to bf16 only when asked", async () => {
    const observations = bytes(OBSERVATION, 12);
    const learnIn = async (precision: "fp32" | "bf16") => {
      backend = await selectBackend("onednn", { threads: 2, precision });
      const agent = agentOf(5);
      const values = agent.qValues(observations, 1);
      agent.learn(batchOf4());
      // After one step the first moment is a tenth of the gradient.
      const gradients = agent.getState().optimizer.moments;
      agent.dispose();
      return { values, gradients };
    };
    const exact = await learnIn("fp32");
    const rounded = await learnIn("bf16");
    expect(await learnIn("fp32")).toEqual(exact);
    const difference = Math.max(...exact.values.map((v, i) => Math.abs(v - rounded.values[i])));
    expect(difference).toBeGreaterThan(1e-5);
    expect(difference).toBeLessThan(0.02);
    for (const [name, { data }] of exact.gradients) {
      if (!name.endsWith("kernel/m")) continue;
      const similarity = cosine(data, rounded.gradients.get(name)!.data);
      expect(similarity, name).toBeGreaterThan(0.999);
      expect(similarity, name).toBeLessThan(1);
    }
  });
});

it("refuses bf16 where it cannot be had, and says what to do", async () => {
  for (const name of ["wasm", "cpu"] as const) {
    await expect(selectBackend(name, { precision: "bf16" })).rejects.toMatchObject({
      code: "INVALID_OPTION",
      message: `The ${name} backend computes in fp32 only, not bf16.`,
      remedy: expect.stringContaining("--backend onednn") as string,
    });
  }
  if (!hasBf16) {
    await expect(selectBackend("onednn", { precision: "bf16" })).rejects.toMatchObject({
      code: "BACKEND_UNAVAILABLE",
      remedy: expect.stringMatching(/--precision|install/) as string,
    });
  }
});
