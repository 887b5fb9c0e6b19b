import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { createTensorHead, type TensorTargets } from "../../src/agent/deferred/tensor-head.js";
import {
  greedyPolicy,
  munchausenPolicy,
  uploadBatch,
} from "../../src/agent/deferred/tensor-targets.js";
import { createHead } from "../../src/agent/heads/head.js";
import { greedyTargets, munchausenTargets } from "../../src/agent/targets.js";
import { Rng } from "../../src/core/rng.js";
import type { HeadSpec } from "../../src/nn/architecture.js";
import { selectBackend } from "../../src/nn/select-backend.js";
import type { TransitionBatch } from "../../src/replay/transition.js";

const ROWS = 6;
const ACTIONS = 4;

beforeAll(async () => {
  // Where no kernel is ours: what a GPU has instead is compared in test/nn/webgpu.test.ts.
  await selectBackend("cpu");
});

const HEADS: readonly (readonly [string, HeadSpec, number])[] = [
  ["scalar", { kind: "scalar" }, 1],
  ["scalar, squared error", { kind: "scalar" }, Infinity],
  ["c51", { kind: "c51", atoms: 5, vMin: -2, vMax: 2 }, 1],
  ["quantile", { kind: "quantile", atoms: 3 }, 0.7],
];

const rng = new Rng(3);
const randoms = (length: number, scale = 1): Float32Array =>
  Float32Array.from({ length }, () => scale * (2 * rng.uniform() - 1));

/** Returns of up to 3 beyond a c51's support; one transition that ended its episode. */
const batch: TransitionBatch = {
  size: ROWS,
  sTm1: new Uint8Array(),
  sT: new Uint8Array(),
  aTm1: Int32Array.of(0, 3, 1, 2, 2, 0),
  rT: randoms(ROWS, 3),
  discountT: Float32Array.of(0.9, 0, 0.9, 0.81, 0.9, 0.9),
  weights: Float32Array.of(1, 0.5, 0.2, 0.9, 1, 0.3),
  indices: new Int32Array(ROWS),
};

function expectClose(actual: tf.Tensor, wanted: ArrayLike<number>): void {
  const values = actual.dataSync();
  expect(values.length).toBe(wanted.length);
  for (let i = 0; i < values.length; i++) expect(values[i]).toBeCloseTo(wanted[i], 5);
}

describe.each(HEADS)("the %s head as tensors", (_, spec, huberDelta) => {
  const options = { actionCount: ACTIONS, spec, huberDelta };
  const arrays = createHead(options);
  const tensors = createTensorHead(options);
  const length = ROWS * ACTIONS * arrays.atoms;
  const [outputs, targetTm1, targetT, selectorT] = [2, 2, 2, 2].map((s) => randoms(length, s));
  const matrix = (values: Float32Array): tf.Tensor2D =>
    tf.tensor2d(values, [ROWS, values.length / ROWS]);

  function expectSameLoss(
    targets: TensorTargets,
    wantedTargets: Parameters<typeof arrays.loss>[1],
  ): void {
    const result = tensors.loss(matrix(outputs), targets);
    const wanted = arrays.loss(outputs, wantedTargets);
    expectClose(result.loss, [wanted.loss]);
    expectClose(result.gradient, wanted.gradient);
    expectClose(result.tdErrors, wanted.tdErrors);
    const q = arrays.qValues(outputs);
    const chosen = [...batch.aTm1].map((action, row) => q[row * ACTIONS + action]);
    expectClose(result.meanQ, [chosen.reduce((sum, value) => sum + value, 0) / ROWS]);
  }

  it("has the Q-values of the arrays'", () => {
    tf.tidy(() => {
      expectClose(tensors.qValues(matrix(outputs)), arrays.qValues(outputs));
    });
  });

  it("has its loss, gradient and errors towards greedy targets", () => {
    tf.tidy(() => {
      const policyT = greedyPolicy(tensors.qValues(matrix(selectorT)));
      const targets = { ...uploadBatch(batch, ACTIONS), policyT, outputsT: matrix(targetT) };
      expectSameLoss(targets, greedyTargets(batch, arrays, { targetT, selectorT }));
    });
  });

  it("has them towards Munchausen's, too", () => {
    // Warm enough that single precision tells the policy's probabilities apart.
    const munchausen = { alpha: 0.8, temperature: 0.3, clip: -0.7 };
    tf.tidy(() => {
      const uploaded = uploadBatch(batch, ACTIONS);
      const outputsT = { targetTm1: matrix(targetTm1), targetT: matrix(targetT) };
      const policy = munchausenPolicy(tensors, outputsT, uploaded, munchausen);
      const targets = { ...uploaded, ...policy, outputsT: matrix(targetT) };
      const wanted = munchausenTargets(batch, arrays, { targetTm1, targetT }, munchausen);
      expectSameLoss(targets, wanted);
    });
  });
});

it("takes the first of equal values", () => {
  tf.tidy(() => {
    const q = tf.tensor2d([1, 3, 3, 0], [1, ACTIONS]);
    expect([...greedyPolicy(q).dataSync()]).toEqual([0, 1, 0, 0]);
  });
});
