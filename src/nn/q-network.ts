import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../core/rng.js";
import { type Architecture, DQN_ARCHITECTURE, weightShapes } from "./architecture.js";
import { glorotUniform } from "./initializer.js";
import { convRelu, dense, duelingQ, flatten } from "./layers.js";
import { type NamedTensors, requireSameTensors } from "./named-tensors.js";

/** Default: {@link DQN_ARCHITECTURE}, one stream, "same" padding. */
export interface QNetworkOptions extends Partial<Omit<Architecture, "actionCount">> {
  readonly actionCount: number;
  /** Source of the initial weights; the same state gives the same weights on every backend. */
  readonly rng: Rng;
  /** Gradients reach the observations, too: for saliency. Default false, which spares their cost. */
  readonly observationGradient?: boolean;
}

/** Q-values from pixels; weights are TensorFlow.js variables on the backend current at creation. */
export interface QNetwork {
  readonly actionCount: number;
  /** By name (`conv1/kernel`, `hidden/bias`, …), in the order of the layers. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  /**
   * @param observations `[batch, height, width, channels] float32` in [0, 1]
   * @returns `[batch, actionCount] float32`; the caller disposes of it
   */
  forward(observations: tf.Tensor4D): tf.Tensor2D;
  /** Weights, copied. */
  getWeights(): NamedTensors;
  /** Copies weights in. @throws MarioError MODEL_MISMATCH on other names, shapes or lengths. */
  setWeights(weights: NamedTensors): void;
  dispose(): void;
}

/** Builds the network with fresh weights: kernels {@link glorotUniform}, biases 0. */
export function createQNetwork(options: QNetworkOptions): QNetwork {
  const { rng, observationGradient = false, ...chosen } = options;
  const architecture = { ...DQN_ARCHITECTURE, dueling: false, padding: "same", ...chosen } as const;
  const { actionCount, convolutions, dueling, padding } = architecture;
  const shapes = weightShapes(architecture);
  const variables = new Map<string, tf.Variable>();
  for (const [name, shape] of shapes) {
    const size = shape.reduce((product, side) => product * side, 1);
    const data = name.endsWith("/kernel") ? glorotUniform(rng, shape) : new Float32Array(size);
    variables.set(name, variableOf(data, shape));
  }
  const convKernel = (layer: string): tf.Tensor4D =>
    variables.get(`${layer}/kernel`) as unknown as tf.Tensor4D;
  const denseKernel = (layer: string): tf.Tensor2D =>
    variables.get(`${layer}/kernel`) as unknown as tf.Tensor2D;
  const bias = (layer: string): tf.Tensor1D =>
    variables.get(`${layer}/bias`) as unknown as tf.Tensor1D;
  const stream = (features: tf.Tensor2D, hidden: string, output: string): tf.Tensor2D =>
    dense(
      dense(features, denseKernel(hidden), bias(hidden), "relu"),
      denseKernel(output),
      bias(output),
      "linear",
    );

  return {
    actionCount,
    variables,
    forward: (observations) =>
      tf.tidy(() => {
        let x = observations;
        for (const [i, { stride }] of convolutions.entries()) {
          const layer = `conv${i + 1}`;
          const inputGradient = i > 0 || observationGradient;
          x = convRelu(x, convKernel(layer), bias(layer), { stride, padding, inputGradient });
        }
        const features = flatten(x);
        const advantage = stream(features, "hidden", "output");
        if (!dueling) return advantage;
        return duelingQ(stream(features, "valueHidden", "value"), advantage);
      }),
    getWeights: () => copyWeights(variables),
    setWeights: (weights) => {
      requireSameTensors(shapes, weights);
      for (const [name, variable] of variables) {
        const { data } = weights.get(name)!;
        // A copy of its own: backends may update a variable's buffer in place.
        tf.tidy(() => {
          variable.assign(tf.tensor(data.slice(), variable.shape));
        });
      }
    },
    dispose: () => {
      for (const variable of variables.values()) variable.dispose();
      variables.clear();
    },
  };
}

/** Values of variables, each copied out of its backend. */
export function copyWeights(variables: ReadonlyMap<string, tf.Variable>): NamedTensors {
  return new Map(
    [...variables].map(([name, variable]) => [
      name,
      // Some backends hand out their own buffer, and update it in place later.
      { shape: [...variable.shape], data: (variable.dataSync() as Float32Array).slice() },
    ]),
  );
}

function variableOf(data: Float32Array, shape: readonly number[]): tf.Variable {
  return tf.tidy(() => tf.variable(tf.tensor(data, [...shape])));
}
