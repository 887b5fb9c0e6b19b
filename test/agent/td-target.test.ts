import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { chosenValues, huber, tdLoss, tdTarget } from "../../src/agent/td-target.js";
import { selectBackend } from "../../src/nn/select-backend.js";

await selectBackend("cpu");

/** Float32 results as plain numbers. */
function numbers(tensor: tf.Tensor): number[] {
  return Array.from(tensor.dataSync());
}

describe("tdTarget", () => {
  const rT = [1, -2];
  const discountT = [0.9, 0];
  const qTarget = tf.tensor2d([10, 20, 30, 40, 50, 60], [2, 3]);

  it("takes the target network's value of the action that the selector prefers", () => {
    const qSelector = tf.tensor2d([0, 5, 1, 9, 0, 0], [2, 3]);
    const target = tdTarget(tf.tensor1d(rT), tf.tensor1d(discountT), qTarget, qSelector);
    // 1 + 0.9 · 20 by the selector's action 1, not 30, the target network's own maximum.
    expect(numbers(target)[0]).toBeCloseTo(19, 5);
    expect(numbers(target)[1]).toBe(-2);
  });

  it("is plain DQN's when the target network selects for itself", () => {
    const target = tdTarget(tf.tensor1d(rT), tf.tensor1d(discountT), qTarget, qTarget);
    expect(numbers(target)[0]).toBeCloseTo(28, 5);
  });
});

it("picks each row's action", () => {
  const q = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
  expect(numbers(chosenValues(q, tf.tensor1d([2, 0], "int32")))).toEqual([3, 4]);
});

it("turns from quadratic to linear at 1", () => {
  const losses = numbers(huber(tf.tensor1d([0, 0.5, -0.5, 1, -1, 3, -4])));
  expect(losses).toEqual([0, 0.125, 0.125, 0.5, 0.5, 2.5, 3.5]);
});

describe("tdLoss", () => {
  const q = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 3]);
  const actions = tf.tensor1d([0, 1, 2], "int32");
  const target = tf.tensor1d([1.5, 9, 8.75]);
  const weights = tf.tensor1d([1, 0.5, 0.2]);

  it("is the mean of the weighted losses", () => {
    // Errors 0.5, 4, −0.25: losses 0.125, 3.5, 0.03125.
    const loss = tdLoss(q, actions, target, weights);
    expect(loss.dataSync()[0]).toBeCloseTo((0.125 + 0.5 * 3.5 + 0.2 * 0.03125) / 3, 6);
  });

  it("has the clipped, weighted error as its gradient, at the action taken alone", () => {
    const gradient = tf.grad((x) => tdLoss(x as tf.Tensor2D, actions, target, weights))(q);
    const wanted = [-0.5, 0, 0, 0, -0.5, 0, 0, 0, 0.2 * 0.25].map((value) => value / 3);
    numbers(gradient).forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[i], 6);
    });
  });
});
