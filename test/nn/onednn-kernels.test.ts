import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { reluAndBiasGradient, reluGradient } from "../../src/nn/kernels.js";
import { convolution, dense, flatten } from "../../src/nn/layers.js";
import { broadcastOf, extent } from "../../src/nn/onednn/broadcast.js";
import { selectBackend } from "../../src/nn/select-backend.js";
import { hasAddon } from "./onednn-addon.js";

function values(shape: readonly number[], seed: number, least = -1): tf.Tensor {
  const rng = new Rng(seed);
  const size = shape.reduce((product, side) => product * side, 1);
  const data = Float32Array.from({ length: size }, () => least + 2 * rng.uniform());
  return tf.tensor(data, [...shape]);
}

/** Every operation that heads, normalisation and noise are made of, at their shapes. */
const OPERATIONS: Record<string, () => tf.Tensor | tf.Tensor[]> = {
  "add, subtract, multiply and divide by rows, columns, scalars": () => {
    const x = values([8, 14, 51], 1);
    const [row, column, scalar] = [values([51], 2, 0.5), values([8, 14, 1], 3, 0.5), tf.scalar(3)];
    return [
      tf.add(x, row),
      tf.sub(column, x),
      tf.mul(x, scalar),
      tf.div(x, row),
      tf.div(row, column),
      tf.maximum(x, column),
      tf.minimum(scalar, x),
      tf.squaredDifference(x, values([14, 1], 4)),
    ];
  },
  "operands that no three axes describe": () =>
    tf.add(values([2, 1, 3, 1, 2], 5), values([1, 4, 1, 5, 1], 6)),
  "one element": () => tf.add(tf.scalar(2), tf.scalar(3)),
  "a softmax and its logarithm": () => {
    const x = tf.mul(values([32, 14, 51], 7), 50);
    return [tf.softmax(x), tf.logSoftmax(x), tf.softmax(values([3], 8))];
  },
  "sums, means and maxima over any axes": () => {
    const x = values([6, 5, 4, 3], 9);
    const axes = [undefined, 0, 1, 3, [0, 1], [1, 2], [2, 3], [0, 2]];
    return axes.flatMap((axis) => [
      tf.sum(x, axis),
      tf.sum(x, axis, true),
      tf.mean(x, axis, true),
      tf.mean(x, axis),
      tf.max(x, axis),
    ]);
  },
  "roots, powers and signs": () => {
    const positive = values([7, 11], 10, 0.01);
    const any = values([7, 11], 11);
    return [
      ...[tf.sqrt, tf.rsqrt, tf.log].map((operation) => operation(positive)),
      ...[tf.exp, tf.abs, tf.neg, tf.sign, tf.square, tf.relu, tf.step].map((operation) =>
        operation(any),
      ),
      tf.clipByValue(any, -0.3, 0.4),
    ];
  },
  "a ReLU's gradient, with a bias's and without": () => {
    const [dy, y] = [values([40, 3, 17], 17), tf.relu(values([40, 3, 17], 18))];
    return [reluGradient(dy, y), ...reluAndBiasGradient(dy, y)];
  },
  "NaN, kept": () => {
    const x = tf.tensor1d([NaN, 1, -1]);
    return [
      tf.maximum(x, tf.tensor1d([0, NaN, 0])),
      tf.minimum(x, tf.tensor1d([0, NaN, 0])),
      tf.max(x),
      tf.relu(x),
      tf.sum(x),
      tf.clipByValue(x, -0.5, 0.5),
    ];
  },
  "a layer norm": () => {
    const x = values([32, 96], 12);
    const mean = tf.mean(x, 1, true);
    const centred = tf.sub(x, mean);
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), 1e-5));
    return tf.add(tf.mul(tf.mul(centred, scale), values([96], 13)), values([96], 14));
  },
  "integers and booleans, by the processor's own kernels": () => {
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3], "int32");
    return [tf.add(x, 1), tf.sum(x, 1), tf.max(x), tf.mean(tf.cast(tf.greater(x, 2), "float32"))];
  },
  "a result read by the processor's kernels before anyone else": () => {
    const sum = tf.add(values([4, 4], 15), values([4], 16));
    return [
      tf.argMax(sum, 1),
      tf.transpose(sum),
      tf.slice(sum, [1, 1], [2, 2]),
      tf.tile(sum, [2, 1]),
    ];
  },
};

/** Widths that fit no vector, and a distributional head's 14 × 51. */
function layersAndGradients(units: number): tf.Tensor[] {
  const [x, kernel] = [values([6, 37], 20), values([37, units], 21)];
  const activations = ["linear", "relu"] as const;
  const gradients = activations.flatMap((activation) =>
    tf.grads((...args: tf.Tensor[]) => {
      const [x, kernel, bias] = args as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
      return dense(x, kernel, bias, activation);
    })([x, kernel, values([units], 22)], values([6, units], 23)),
  );
  const convolved = tf.grads((...args: tf.Tensor[]) => {
    const [x, kernel, bias] = args as [tf.Tensor4D, tf.Tensor4D, tf.Tensor1D];
    const options = {
      stride: 2,
      padding: "same",
      activation: "relu",
      inputGradient: true,
    } as const;
    return flatten(convolution(x, kernel, bias, options));
  })([values([2, 9, 8, 3], 24), values([4, 4, 3, 7], 25), values([7], 26)], values([2, 140], 27));
  return [...gradients, ...convolved];
}

describe.skipIf(!hasAddon)("the onednn backend's own kernels", () => {
  const computeOn = async (
    backend: "onednn" | "cpu",
    operation: () => tf.Tensor | tf.Tensor[],
  ): Promise<{ shape: number[]; dtype: string; data: number[] }[]> => {
    await selectBackend(backend, { threads: 2 });
    return tf.tidy(() =>
      [operation()].flat().map((tensor) => ({
        shape: tensor.shape,
        dtype: tensor.dtype,
        data: Array.from(tensor.dataSync()),
      })),
    );
  };
  const expectReference = async (operation: () => tf.Tensor | tf.Tensor[]): Promise<void> => {
    const got = await computeOn("onednn", operation);
    const wanted = await computeOn("cpu", operation);
    expect(got.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(
      wanted.map(({ shape, dtype }) => ({ shape, dtype })),
    );
    got.forEach(({ data }, i) => {
      data.forEach((value, j) => {
        const reference = wanted[i].data[j];
        if (Number.isNaN(reference)) expect(value).toBeNaN();
        else expect(Math.abs(value - reference)).toBeLessThan(1e-5 * (1 + Math.abs(reference)));
      });
    });
  };

  it.each(Object.entries(OPERATIONS))("have the reference's %s", async (_, operation) => {
    await expectReference(operation);
  });

  it.each([1, 51, 14 * 51])("have the reference's layers of %d units, both ways", async (units) => {
    await expectReference(() => layersAndGradients(units));
  });
});

it("merges axes that are one for both operands", () => {
  expect(broadcastOf([32, 11, 11, 64], [64], [32, 11, 11, 64])).toEqual({
    size: [1, 32 * 11 * 11, 64],
    strideA: [0, 64, 1],
    strideB: [0, 0, 1],
  });
  expect(broadcastOf([4, 1], [1, 5], [4, 5])).toEqual({
    size: [1, 4, 5],
    strideA: [0, 1, 0],
    strideB: [0, 0, 1],
  });
  expect(broadcastOf([], [], [])!.size).toEqual([1, 1, 1]);
  expect(broadcastOf([2, 1, 3, 1], [1, 4, 1, 5], [2, 4, 3, 5])).toBeUndefined();
  expect(extent([1, 4, 5], [0, 1, 0])).toBe(4);
});
