import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { runKernel } from "../../src/nn/kernels.js";
import { selectBackend } from "../../src/nn/select-backend.js";

interface Convolution {
  readonly x: [number, number, number, number];
  readonly filter: [number, number, number, number];
  readonly stride: number;
  readonly pad: "same" | "valid";
}

function values(shape: number[], seed: number): tf.Tensor {
  const rng = new Rng(seed);
  const size = shape.reduce((product, side) => product * side, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => rng.uniform() - 0.5),
    shape,
  );
}

/** Both gradients of a convolution on the current backend. */
function gradients({ x, filter, stride, pad }: Convolution): Float32Array[] {
  return tf.tidy(() => {
    const { outShape } = tf.backend_util.computeConv2DInfo(x, filter, stride, 1, pad);
    const dy = values(outShape, 1);
    const attributes = { strides: [stride, stride] as [number, number], pad, dataFormat: "NHWC" };
    const run = (name: string, inputs: tf.NamedTensorMap, more: object): Float32Array => {
      const output = tf.engine().runKernel(name, inputs, { ...attributes, ...more });
      return (output as tf.Tensor).dataSync<"float32">().slice();
    };
    return [
      run(tf.Conv2DBackpropInput, { dy, filter: values(filter, 2) }, { inputShape: x }),
      run(tf.Conv2DBackpropFilter, { x: values(x, 3), dy }, { filterShape: filter }),
    ];
  });
}

describe("the wasm backend's own kernels", () => {
  beforeAll(async () => {
    await selectBackend("wasm", { threads: 2 });
  });

  it.each<Convolution>([
    { x: [2, 12, 9, 3], filter: [4, 4, 3, 5], stride: 2, pad: "same" },
    { x: [1, 7, 7, 2], filter: [3, 3, 2, 4], stride: 1, pad: "same" },
    // A kernel that is no multiple of its stride, and rows that no window reads.
    { x: [2, 11, 12, 2], filter: [3, 3, 2, 3], stride: 2, pad: "valid" },
    { x: [2, 13, 10, 1], filter: [5, 2, 1, 2], stride: 3, pad: "valid" },
    { x: [1, 9, 9, 2], filter: [2, 2, 2, 2], stride: 3, pad: "same" },
    { x: [1, 6, 6, 1], filter: [1, 1, 1, 2], stride: 2, pad: "valid" },
  ])("have the reference's convolution gradients: %o", async (convolution) => {
    await tf.setBackend("wasm");
    const got = gradients(convolution);
    await selectBackend("cpu");
    gradients(convolution).forEach((wanted, i) => {
      expect(got[i]).toHaveLength(wanted.length);
      wanted.forEach((value, j) => {
        expect(got[i][j]).toBeCloseTo(value, 4);
      });
    });
  });

  it.each([0, -0.5, -2])("have the reference's gradient of maxima, values from %s", async (low) => {
    const gradient = (): number[] =>
      tf.tidy(() => {
        const input = tf.add(values([2, 9, 8, 3], 7), low + 0.5);
        const dy = values([2, 5, 4, 3], 8);
        const attributes = { filterSize: [3, 3], strides: [2, 2], pad: "same" };
        const output = runKernel(tf.MaxPool, { x: input }, attributes);
        const inputs = { dy, input, output };
        return Array.from(runKernel(tf.MaxPoolGrad, inputs, attributes).dataSync());
      });
    await tf.setBackend("wasm");
    const got = gradient();
    await selectBackend("cpu");
    expect(got.some((value) => value !== 0)).toBe(true);
    gradient().forEach((value, i) => {
      expect(got[i]).toBeCloseTo(value, 5);
    });
  });

  it.each([
    [true, false],
    [false, true],
    [true, true],
  ])("have the reference's matrix product, transposed %s, %s", async (ta, tb) => {
    const product = (): number[] =>
      tf.tidy(() =>
        Array.from(
          tf
            .matMul(values(ta ? [6, 4] : [4, 6], 5), values(tb ? [3, 6] : [6, 3], 6), ta, tb)
            .dataSync(),
        ),
      );
    await tf.setBackend("wasm");
    const got = product();
    await selectBackend("cpu");
    product().forEach((value, i) => {
      expect(got[i]).toBeCloseTo(value, 5);
    });
  });
});
