import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { layerNorm } from "../../src/nn/layer-norm.js";
import { selectBackend } from "../../src/nn/select-backend.js";

await selectBackend("cpu");

it("gives each row mean 0 and variance 1 before gain and shift, by hand", () => {
  const x = tf.tensor2d([1, 3, 5, 7, 100, 100, 100, 104], [2, 4]);
  const y = layerNorm(x, tf.tensor1d([1, 1, 2, 1]), tf.tensor1d([0, 0, 0, 10]));
  // Row 1: mean 4, variance 5. Row 2: mean 101, variance 3.
  const wanted = [-3, -1, 2, 3].map((v) => v / Math.sqrt(5));
  wanted.push(...[-1, -1, -2, 3].map((v) => v / Math.sqrt(3)));
  wanted[3] += 10;
  wanted[7] += 10;
  y.dataSync().forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i], 4);
  });
});

it("normalizes each place of a picture by itself, and a flat one is no division by 0", () => {
  const x = tf.tensor4d([5, 5, 1, 3], [1, 1, 2, 2]);
  const y = layerNorm(x, tf.tensor1d([1, 1]), tf.tensor1d([0, 0]));
  expect(y.shape).toEqual([1, 1, 2, 2]);
  const [a, b, c, d] = y.dataSync();
  expect([a, b]).toEqual([0, 0]);
  expect(c).toBeCloseTo(-1, 4);
  expect(d).toBeCloseTo(1, 4);
});
