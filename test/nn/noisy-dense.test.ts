import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { drawNoise, noisyDense } from "../../src/nn/noisy-dense.js";
import { createQNetwork } from "../../src/nn/q-network.js";
import { selectBackend } from "../../src/nn/select-backend.js";

await selectBackend("cpu");

describe("drawNoise", () => {
  it("is sign(x) sqrt(|x|) of standard normals, the same for the same state", () => {
    const { input, output } = drawNoise(new Rng(1), 40_001, 20_000);
    expect([input.length, output.length]).toEqual([40_001, 20_000]);
    for (const values of [input, output]) {
      const mean = (of: (x: number) => number): number =>
        values.reduce((sum, x) => sum + of(x), 0) / values.length;
      expect(Math.abs(mean((x) => x))).toBeLessThan(0.02);
      // E f² = E|x| = sqrt(2 / pi); E f⁴ = E x² = 1.
      expect(mean((x) => x ** 2)).toBeCloseTo(Math.sqrt(2 / Math.PI), 1);
      expect(Math.abs(mean((x) => x ** 4) - 1)).toBeLessThan(0.05);
      // |x| beyond 1.96: 5 % of a normal's.
      expect(Math.abs(mean((x) => (x ** 2 > 1.96 ? 1 : 0)) - 0.05)).toBeLessThan(0.01);
    }
    expect(drawNoise(new Rng(1), 40_001, 20_000)).toEqual({ input, output });
  });
});

it("is a dense layer whose weights have their noise added (equations 9 to 11)", () => {
  const rng = new Rng(4);
  const draw = (...shape: number[]): tf.Tensor =>
    tf.tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => rng.uniform() - 0.5),
      shape,
    );
  const x = draw(3, 5) as tf.Tensor2D;
  const kernel = draw(5, 4) as tf.Tensor2D;
  const kernelSigma = draw(5, 4) as tf.Tensor2D;
  const bias = draw(4) as tf.Tensor1D;
  const biasSigma = draw(4) as tf.Tensor1D;
  const noise = drawNoise(rng, 5, 4);
  const outer = tf.outerProduct(tf.tensor1d(noise.input), tf.tensor1d(noise.output));
  const noisyKernel = tf.add(kernel, tf.mul(kernelSigma, outer));
  const noisyBias = tf.add(bias, tf.mul(biasSigma, tf.tensor1d(noise.output)));
  const wanted = tf.add(tf.matMul(x, noisyKernel), noisyBias).dataSync();
  for (const activation of ["linear", "relu"] as const) {
    const y = noisyDense(x, { kernel, bias, kernelSigma, biasSigma }, noise, activation);
    y.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(activation === "relu" ? Math.max(0, wanted[i]) : wanted[i], 5);
    });
  }
});

it("starts as section 3.2 says: means within ±1/sqrt(p), sigmas of sigma0/sqrt(p)", () => {
  const network = createQNetwork({
    actionCount: 3,
    inputShape: [5, 5, 4],
    convolutions: [],
    hiddenUnits: 16,
    noisy: true,
    initialSigma: 0.4,
    rng: new Rng(2),
  });
  const weights = network.getWeights();
  for (const [layer, inputs] of [
    ["hidden", 100],
    ["output", 16],
  ] as const) {
    for (const part of ["kernel", "bias"]) {
      const { data } = weights.get(`${layer}/${part}`)!;
      const largest = Math.max(...data.map(Math.abs));
      expect(largest).toBeLessThanOrEqual(1 / Math.sqrt(inputs));
      expect(largest).toBeGreaterThan(0.5 / Math.sqrt(inputs));
      const sigma = weights.get(`${layer}/${part}Sigma`)!.data;
      expect(new Set(sigma)).toEqual(new Set([Math.fround(0.4 / Math.sqrt(inputs))]));
    }
  }
  network.dispose();
});
