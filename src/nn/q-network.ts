import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../core/rng.js";
import { type Architecture, atomsOf, DQN_ARCHITECTURE, weightShapes } from "./architecture.js";
import { encode, normalized } from "./encoder.js";
import { glorotUniform } from "./initializer.js";
import { actionIdentities, type Activation, dense, duelingQ } from "./layers.js";
import { type NamedTensors, requireSameTensors } from "./named-tensors.js";
import { drawNoise, noisyDense, type NoisyWeights } from "./noisy-dense.js";
import { relu } from "./residual-layers.js";
import { copyValues, overwrite, peekValues } from "./variable-values.js";

/** Default: {@link DQN_ARCHITECTURE}, one stream, "same" padding. */
export interface QNetworkOptions extends Partial<Omit<Architecture, "actionCount">> {
  readonly actionCount: number;
  /** Source of the initial weights; the same state gives the same weights on every backend. */
  readonly rng: Rng;
  /** Initial size of a noisy network's noise, sigma0; default 0.5 (Fortunato et al. 2018, 3.2). */
  readonly initialSigma?: number | undefined;
  /** Gradients reach the observations, too: for saliency. Default false, which spares their cost. */
  readonly observationGradient?: boolean;
}

/** Q-values from pixels; weights are TensorFlow.js variables on the backend current at creation. */
export interface QNetwork {
  readonly actionCount: number;
  /** Outputs for each action: 1, or a distribution's atoms. */
  readonly atoms: number;
  /** By name (`conv1/kernel`, `hidden/bias`, …), in the order of the layers. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  /**
   * @param observations `[batch, height, width, channels] float32` in [0, 1]
   * @param noise a noisy network's noise is drawn anew from it, the same for all rows; without it
   * the noise is 0, as for evaluation. Without effect on other networks: nothing is drawn.
   * @returns `[batch, actionCount · atoms] float32`, action by action; the caller disposes of it
   */
  forward(observations: tf.Tensor4D, noise?: Rng): tf.Tensor2D;
  /** Weights, copied. */
  getWeights(): NamedTensors;
  /** Weights for reading at once: arrays may be the network's own. */
  peekWeights(): NamedTensors;
  /** Copies weights in. @throws MarioError MODEL_MISMATCH on other names, shapes or lengths. */
  setWeights(weights: NamedTensors): void;
  dispose(): void;
}

/**
 * Builds the network with fresh weights: kernels {@link glorotUniform}, biases 0, gains 1; of noisy
 * layers as Fortunato et al. 2018, section 3.2: uniform in ±1/sqrt(inputs), sigma0/sqrt(inputs).
 */
export function createQNetwork(options: QNetworkOptions): QNetwork {
  const { rng, initialSigma = 0.5, observationGradient = false, ...chosen } = options;
  const architecture: Architecture = {
    ...DQN_ARCHITECTURE,
    dueling: false,
    padding: "same",
    ...chosen,
  };
  const { actionCount, dueling, layerNorm, noisy } = architecture;
  const atoms = atomsOf(architecture);
  const shapes = weightShapes(architecture);
  const variables = new Map<string, tf.Variable>();
  for (const [name, shape] of shapes) {
    variables.set(name, variableOf(initialValues(name, shape, shapes, rng, initialSigma), shape));
  }
  const weights = (layer: string): NoisyWeights => {
    const of = (part: string) => variables.get(`${layer}/${part}`) as unknown;
    return {
      kernel: of("kernel") as tf.Tensor2D,
      bias: of("bias") as tf.Tensor1D,
      kernelSigma: of("kernelSigma") as tf.Tensor2D,
      biasSigma: of("biasSigma") as tf.Tensor1D,
    };
  };
  const denseLayer = (
    x: tf.Tensor2D,
    layer: string,
    activation: Activation,
    noise: Rng | undefined,
  ): tf.Tensor2D => {
    const { kernel, bias, kernelSigma, biasSigma } = weights(layer);
    if (!noisy || noise === undefined) return dense(x, kernel, bias, activation);
    const drawn = drawNoise(noise, ...kernel.shape);
    return noisyDense(x, { kernel, bias, kernelSigma, biasSigma }, drawn, activation);
  };
  const stream = (
    features: tf.Tensor2D,
    hidden: string,
    output: string,
    noise: Rng | undefined,
  ): tf.Tensor2D => {
    const activations = layerNorm
      ? relu(normalized(denseLayer(features, hidden, "linear", noise), hidden, variables))
      : denseLayer(features, hidden, "relu", noise);
    return denseLayer(activations, output, "linear", noise);
  };

  return {
    actionCount,
    atoms,
    variables,
    forward: (observations, noise) =>
      tf.tidy(() => {
        const features = encode(observations, architecture, variables, observationGradient);
        const advantage = stream(features, "hidden", "output", noise);
        if (!dueling) return advantage;
        const value = stream(features, "valueHidden", "value", noise);
        return duelingQ(value, advantage, actionIdentities(actionCount, atoms));
      }),
    getWeights: () => copyValues(variables),
    peekWeights: () => peekValues(variables),
    setWeights: (weights) => {
      requireSameTensors(shapes, weights);
      for (const [name, variable] of variables) {
        overwrite(variable, weights.get(name)!.data);
      }
    },
    dispose: () => {
      for (const variable of variables.values()) variable.dispose();
      variables.clear();
    },
  };
}

/** First values of one weight, of the layer and part that its name says. */
function initialValues(
  name: string,
  shape: readonly number[],
  shapes: ReadonlyMap<string, readonly number[]>,
  rng: Rng,
  initialSigma: number,
): Float32Array {
  const at = name.lastIndexOf("/");
  const [layer, part] = [name.slice(0, at), name.slice(at + 1)];
  const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
  if (part === "gain") return values.fill(1);
  const noisyKernel = shapes.get(`${layer}/kernelSigma`);
  if (noisyKernel === undefined) return part === "kernel" ? glorotUniform(rng, shape) : values;
  const scale = 1 / Math.sqrt(noisyKernel[0]);
  if (part.endsWith("Sigma")) return values.fill(initialSigma * scale);
  if (part === "shift") return values;
  return values.map(() => (2 * rng.uniform() - 1) * scale);
}

function variableOf(data: Float32Array, shape: readonly number[]): tf.Variable {
  return tf.tidy(() => tf.variable(tf.tensor(data, [...shape])));
}
