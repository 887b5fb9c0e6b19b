import * as tf from "@tensorflow/tfjs-core";
import { afterEach, describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import type { ComputeBackend } from "../../src/nn/backend.js";
import {
  DUELING,
  DUELING_GRADIENT,
  GREEDY_POLICY,
  RELU_GRADIENT_AND_SUM,
  runKernel,
  runKernels,
  TD_LOSS_AND_GRADIENT,
} from "../../src/nn/kernels.js";
import { createAdam } from "../../src/nn/optimizer.js";
import { webgpuHere } from "./webgpu-device.js";

/*
 * Our shaders by themselves, at the sizes of real updates and at sizes that nothing divides; their
 * use in whole networks is in webgpu.test.ts.
 */
const here = await webgpuHere();
const backend = here as ComputeBackend;
const rng = new Rng(11);
const randoms = (length: number): Float32Array =>
  Float32Array.from({ length }, () => 2 * rng.uniform() - 1);

async function read(tensor: tf.Tensor): Promise<Float32Array> {
  return (await backend.fetch!([tensor]))[0];
}

function expectClose(actual: Float32Array, wanted: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(wanted.length);
  let largest = 0;
  for (let i = 0; i < actual.length; i++) {
    const difference = Math.abs(actual[i] - wanted[i]);
    // Not Math.max alone: it would keep a NaN, and lose it in the comparison.
    if (!(difference <= largest)) largest = difference;
  }
  expect(largest).toBeLessThan(tolerance);
}

describe.skipIf(typeof here === "string")("shaders", { timeout: 300_000 }, () => {
  describe("a product of few results and great depth", () => {
    const depth = 2050;
    const [rows, columns] = [33, 41];
    const a = randoms(rows * depth);
    const b = randoms(depth * columns);
    const wanted = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let k = 0; k < depth; k++) sum += a[row * depth + k] * b[k * columns + column];
        wanted[row * columns + column] = sum;
      }
    }
    const transposed = (x: Float32Array, [height, width]: readonly [number, number]): tf.Tensor2D =>
      tf.tensor2d(
        x.map((_, i) => x[(i % height) * width + Math.floor(i / height)]),
        [width, height],
      );

    it.each([
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ])("is right: transposed %s, %s", async (transposeA, transposeB) => {
      const left = transposeA ? transposed(a, [rows, depth]) : tf.tensor2d(a, [rows, depth]);
      const right = transposeB ? transposed(b, [depth, columns]) : tf.tensor2d(b, [depth, columns]);
      const product = tf.matMul(left, right, transposeA, transposeB);
      expect(product.shape).toEqual([rows, columns]);
      expectClose(await read(product), wanted, 1e-3);
      tf.dispose([left, right, product]);
    });

    it.each(["linear", "relu"] as const)("takes a bias and %s", async (activation) => {
      const bias = randoms(columns);
      const [left, right] = [tf.tensor3d(a, [1, rows, depth]), tf.tensor3d(b, [1, depth, columns])];
      const attributes = { transposeA: false, transposeB: false, activation };
      const inputs = { a: left, b: right, bias: tf.tensor1d(bias) };
      const y = runKernel(tf._FusedMatMul, inputs, attributes);
      expect(y.shape).toEqual([1, rows, columns]);
      const affine = wanted.map((sum, i) => sum + bias[i % columns]);
      const expected = activation === "relu" ? affine.map((z) => Math.max(0, z)) : affine;
      expectClose(await read(y), expected, 1e-3);
      tf.dispose([left, right, inputs.bias, y]);
    });

    afterEach(() => {
      // TensorFlow.js's own shader for these adds in whatever order its threads come.
      const { pipelineCache } = tf.backend() as unknown as { pipelineCache: object };
      const keys = Object.keys(pipelineCache);
      expect(keys.filter((key) => key.startsWith("matMulSplitK"))).toEqual([]);
    });
  });

  it("are loaded once, and what they need with them", async () => {
    const before = tf.backend().numDataIds();
    await webgpuHere();
    expect(tf.backend().numDataIds()).toBe(before);
  });

  it("reaches every value where one dimension has too few workgroups", async () => {
    const size = 65_535 * 64 + 129;
    const x = new Float32Array(2 * size).fill(1, size);
    for (let i = 0; i < size; i++) x[i] = i % 97;
    const tensor = tf.tensor2d(x, [2, size]);
    const sum = tf.sum(tensor, 0);
    const values = await read(sum);
    expect(values.findIndex((value, i) => value !== (i % 97) + 1)).toBe(-1);
    tf.dispose([tensor, sum]);
  });

  it.each([
    [1, 14, 1],
    [512, 14, 51],
    [33, 7, 64],
  ])("joins and parts dueling streams: %i rows, %i actions, %i atoms", async (...sizes) => {
    const [rows, actions, atoms] = sizes;
    const [value, advantage, dy] = [1, actions, actions].map((n) => randoms(rows * n * atoms));
    const at = (row: number, action: number, atom: number): number =>
      (row * actions + action) * atoms + atom;
    const q = new Float64Array(advantage.length);
    const dValue = new Float64Array(value.length);
    const dAdvantage = new Float64Array(advantage.length);
    for (let i = 0; i < rows * atoms; i++) {
      const [row, atom] = [Math.floor(i / atoms), i % atoms];
      const places = Array.from({ length: actions }, (_, action) => at(row, action, atom));
      const mean = (x: Float32Array): number =>
        places.reduce((sum, place) => sum + x[place], 0) / actions;
      dValue[i] = actions * mean(dy);
      for (const place of places) {
        q[place] = value[i] + advantage[place] - mean(advantage);
        dAdvantage[place] = dy[place] - mean(dy);
      }
    }
    const outputs = actions * atoms;
    const inputs = {
      value: tf.tensor2d(value, [rows, atoms]),
      advantage: tf.tensor2d(advantage, [rows, outputs]),
    };
    const slopes = { dy: tf.tensor2d(dy, [rows, outputs]) };
    const joined = runKernel(DUELING, inputs, {});
    const [gradient1, gradient2] = runKernels(DUELING_GRADIENT, slopes, { atoms });
    expectClose(await read(joined), q, 1e-5);
    expectClose(await read(gradient1), dValue, 1e-5);
    expectClose(await read(gradient2), dAdvantage, 1e-5);
    tf.dispose([inputs, slopes, joined, gradient1, gradient2] as tf.TensorContainer);
  });

  it.each([1, 32, 515])("takes a scalar head's loss of %i rows", async (rows) => {
    const actions = 14;
    const [outputs, outputsT] = [randoms(rows * actions), randoms(rows * actions)];
    const [returns, discountT, weights] = [randoms(rows), randoms(rows), randoms(rows)];
    const policy = runKernel(GREEDY_POLICY, { q: tf.tensor2d(outputsT, [rows, actions]) }, {});
    const taken = new Float32Array(rows * actions);
    const wanted = { errors: new Float64Array(rows), gradient: new Float64Array(taken.length) };
    let [loss, meanQ] = [0, 0];
    const delta = 0.7;
    for (let row = 0; row < rows; row++) {
      const own = outputsT.subarray(row * actions, (row + 1) * actions);
      const action = row * actions + (row % actions);
      taken[action] = 1;
      const error = returns[row] + discountT[row] * Math.max(...own) - outputs[action];
      const slope = Math.max(-delta, Math.min(delta, error));
      wanted.errors[row] = error;
      wanted.gradient[action] = (-weights[row] * slope) / rows;
      loss += (weights[row] * slope * (error - slope / 2)) / rows;
      meanQ += outputs[action] / rows;
    }
    const inputs = {
      outputs: tf.tensor2d(outputs, [rows, actions]),
      outputsT: tf.tensor2d(outputsT, [rows, actions]),
      taken: tf.tensor2d(taken, [rows, actions]),
      policyT: policy,
      returns: tf.tensor1d(returns),
      discountT: tf.tensor1d(discountT),
      weights: tf.tensor1d(weights),
    };
    const results = runKernels(TD_LOSS_AND_GRADIENT, inputs, { delta });
    const [lossHere, meanHere, errors, gradient] = await backend.fetch!(results);
    expectClose(lossHere, [loss], 1e-5);
    expectClose(meanHere, [meanQ], 1e-5);
    expectClose(errors, wanted.errors, 1e-5);
    expectClose(gradient, wanted.gradient, 1e-6);
    tf.dispose([inputs, results] as tf.TensorContainer);
  });

  it.each([
    [1, 5],
    [700, 33],
  ])("sums a ReLU's gradient over %i rows of %i", async (rows, columns) => {
    const [slopes, outputs] = [randoms(rows * columns), randoms(rows * columns)];
    const [dy, y] = [slopes, outputs].map((x) => tf.tensor2d(x, [rows, columns]));
    const [dz, sums] = runKernels(RELU_GRADIENT_AND_SUM, { dy, y }, {});
    const wanted = slopes.map((slope, i) => (outputs[i] > 0 ? slope : 0));
    const columnSums = new Float64Array(columns);
    for (const [i, slope] of wanted.entries()) columnSums[i % columns] += slope;
    expect(await read(dz)).toEqual(wanted);
    expectClose(await read(sums), columnSums, 1e-4);
    tf.dispose([dy, y, dz, sums]);
  });

  it("makes Adam's first step exactly as long as the learning rate", async () => {
    const variable = tf.variable(tf.zeros<tf.Rank.R1>([300]));
    const optimizer = createAdam({ variables: new Map([["w", variable]]), epsilon: 1e-30 });
    const [gradient, loss] = [tf.fill<tf.Rank.R1>([300], 0.37), tf.scalar(1)];
    const norm = optimizer.stepDeferred({ [variable.name]: gradient }, 1, loss);
    // 1 − 0.999 in float32 would be off by 1.3e-5, the step by half as much.
    expectClose(await read(variable), new Float32Array(300).fill(-1), 1e-6);
    expectClose(await read(norm), [0.37 * Math.sqrt(300)], 1e-5);
    optimizer.dispose();
    tf.dispose([variable, gradient, loss, norm]);
  });
});
