import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../core/rng.js";
import { type Activation, activationGradients, fusedMatMul, matMul } from "./layers.js";

/** One draw of a layer's factorised noise. */
export interface DenseNoise {
  /** `[inUnits] float32` */
  readonly input: Float32Array;
  /** `[outUnits] float32` */
  readonly output: Float32Array;
}

/** Weights of a dense layer with learned noise. */
export interface NoisyWeights {
  /** Means: `[inUnits, outUnits] float32` and `[outUnits] float32`. */
  readonly kernel: tf.Tensor2D;
  readonly bias: tf.Tensor1D;
  /** Size of the noise, of the same shapes. */
  readonly kernelSigma: tf.Tensor2D;
  readonly biasSigma: tf.Tensor1D;
}

/**
 * Draws factorised Gaussian noise: `f(x) = sign(x) sqrt(|x|)` of a standard normal x for each input
 * and each output (Fortunato et al. 2018, section 3, equations 10 and 11).
 */
export function drawNoise(rng: Rng, inUnits: number, outUnits: number): DenseNoise {
  const draw = (length: number): Float32Array => {
    const values = new Float32Array(length);
    for (let i = 0; i < length; i += 2) {
      // Box and Muller 1958: two normals from two uniforms, the first in (0, 1].
      const radius = Math.sqrt(-2 * Math.log(1 - rng.uniform()));
      const angle = 2 * Math.PI * rng.uniform();
      values[i] = signedRoot(radius * Math.cos(angle));
      if (i + 1 < length) values[i + 1] = signedRoot(radius * Math.sin(angle));
    }
    return values;
  };
  return { input: draw(inUnits), output: draw(outUnits) };
}

function signedRoot(x: number): number {
  return x < 0 ? -Math.sqrt(-x) : Math.sqrt(x);
}

/**
 * A dense layer with factorised noise (Fortunato et al. 2018, equations 9 to 11):
 *
 * ```
 *   y = x (kernel + kernelSigma ∘ noise) + bias + biasSigma ∘ output,    noise_ij = input_i output_j
 *     = x kernel + bias + ((x ∘ input) kernelSigma + biasSigma) ∘ output
 * ```
 * The second form is computed: it costs one more matrix product of a minibatch, where the first would
 * pass over all weights several times. All rows have the same noise, as in the paper.
 * @param x `[batch, inUnits] float32`
 * @returns `[batch, outUnits] float32`
 */
export function noisyDense(
  x: tf.Tensor2D,
  weights: NoisyWeights,
  noise: DenseNoise,
  activation: Activation,
): tf.Tensor2D {
  const [batch] = x.shape;
  const { kernel, bias, kernelSigma, biasSigma } = weights;
  // As `dense`: what a ReLU follows may be rounded.
  const reducible = activation === "relu";
  const affine = (x: tf.Tensor2D, kernel: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D =>
    fusedMatMul(x, kernel, bias, "linear", reducible);
  const layer = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [x, kernel, bias, kernelSigma, biasSigma] = args as unknown as [
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor1D,
      tf.Tensor2D,
      tf.Tensor1D,
    ];
    const inputNoise = repeatRows(noise.input, batch);
    const outputNoise = repeatRows(noise.output, batch);
    const noisyX = tf.mul<tf.Tensor2D>(x, inputNoise);
    const mean = affine(x, kernel, bias);
    const deviation = tf.mul(affine(noisyX, kernelSigma, biasSigma), outputNoise);
    const z = tf.add<tf.Tensor2D>(mean, deviation);
    const y = activation === "relu" ? tf.relu(z) : z;
    (args[5] as tf.GradSaveFunc)([x, kernel, kernelSigma, noisyX, inputNoise, outputNoise, y]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, kernel, kernelSigma, noisyX, inputNoise, outputNoise, y] =
          saved as unknown as tf.Tensor2D[];
        const [dz, dbias] = activationGradients(dy as tf.Tensor2D, y, activation);
        const dDeviation = tf.mul<tf.Tensor2D>(dz, outputNoise);
        const dNoisyX = matMul(dDeviation, kernelSigma, { transposeB: true, reducible });
        const dMeanX = matMul(dz, kernel, { transposeB: true, reducible });
        return [
          tf.add(dMeanX, tf.mul(dNoisyX, inputNoise)),
          matMul(x, dz, { transposeA: true, reducible }),
          dbias,
          matMul(noisyX, dDeviation, { transposeA: true, reducible }),
          tf.sum(dDeviation, 0),
        ];
      },
    };
  });
  return layer(x, kernel, bias, kernelSigma, biasSigma);
}

/** `[rows, values.length]`, each row the same: products of equal shapes are native everywhere. */
function repeatRows(values: Float32Array, rows: number): tf.Tensor2D {
  const repeated = new Float32Array(rows * values.length);
  for (let row = 0; row < rows; row++) repeated.set(values, row * values.length);
  return tf.tensor2d(repeated, [rows, values.length]);
}
