import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { createAdam } from "../../src/nn/optimizer.js";
import { selectBackend } from "../../src/nn/select-backend.js";

await selectBackend("cpu");

/** Of step t, number i: neither the same from step to step nor of one size. */
const gradientAt = (t: number, i: number): number => Math.sin(3 * t + i) * 2 ** i;
const STEPS = 5;
const LEARNING_RATE = 0.1;

/** Kingma & Ba 2015, algorithm 1, one number at a time in double precision. */
function adam(start: number, gradients: readonly number[], epsilon: number): number {
  let [theta, m, v] = [start, 0, 0];
  gradients.forEach((g, i) => {
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    const [mHat, vHat] = [m / (1 - 0.9 ** (i + 1)), v / (1 - 0.999 ** (i + 1))];
    theta -= (LEARNING_RATE * mHat) / (Math.sqrt(vHat) + epsilon);
  });
  return theta;
}

const norm = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((a, b) => a + b * b, 0));
/** Two variables of two numbers each: what they are clipped to when the longest is 3. */
const CLIPPINGS = {
  variable: (pair: readonly number[]) => Math.min(1, 3 / norm(pair)),
  global: (_: readonly number[], all: readonly number[]) => Math.min(1, 3 / norm(all)),
};

it.each(["variable", "global"] as const)(
  "is Adam as published, step for step, with gradients clipped by %s",
  (clipping) => {
    const start = [1, -2, 3, -4];
    const names = ["a", "b"];
    const variables = new Map(
      names.map((name, i) => [name, tf.variable(tf.tensor1d(start.slice(2 * i, 2 * i + 2)))]),
    );
    const optimizer = createAdam({ variables, epsilon: 0.01, maxGradientNorm: 3, clipping });
    const taken: number[][] = start.map(() => []);
    for (let t = 0; t < STEPS; t++) {
      const all = start.map((_, i) => gradientAt(t, i));
      const pairs = [all.slice(0, 2), all.slice(2)];
      const gradients = Object.fromEntries(
        [...variables.values()].map(({ name }, i) => [name, tf.tensor1d(pairs[i])]),
      );
      expect(optimizer.step(gradients, LEARNING_RATE)).toBeCloseTo(norm(all), 4);
      all.forEach((g, i) => {
        taken[i].push(g * CLIPPINGS[clipping](pairs[Math.floor(i / 2)], all));
      });
    }
    const got = [...variables.values()].flatMap((variable) => [...variable.dataSync()]);
    got.forEach((value, i) => {
      expect(value).toBeCloseTo(adam(start[i], taken[i], 0.01), 4);
    });
    optimizer.dispose();
  },
);
