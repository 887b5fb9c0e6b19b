import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../core/rng.js";
import { glorotUniform } from "./initializer.js";
import { convRelu, dense, duelingQ, flatten, type Padding } from "./layers.js";
import { type NamedTensors, requireSameTensors } from "./named-tensors.js";

/** One convolution followed by ReLU. */
interface ConvolutionSpec {
  readonly filters: number;
  /** Side of the square kernel, pixels. */
  readonly size: number;
  /** Step in both directions, pixels. */
  readonly stride: number;
}

/** The three convolutions of Mnih et al. 2015, "Methods: Model architecture". */
export const DQN_CONVOLUTIONS: readonly ConvolutionSpec[] = [
  { filters: 32, size: 8, stride: 4 },
  { filters: 64, size: 4, stride: 2 },
  { filters: 64, size: 3, stride: 1 },
];

export interface QNetworkOptions {
  readonly actionCount: number;
  /** Source of the initial weights; the same state gives the same weights on every backend. */
  readonly rng: Rng;
  /** Second stream that estimates the state's value (Wang et al. 2016); default false. */
  readonly dueling?: boolean;
  /** Default "same": 84 → 21 → 11 → 11. "valid", the paper's, gives 84 → 20 → 9 → 7. */
  readonly padding?: Padding;
  /** `[height, width, channels]`, default `[84, 84, 4]`. */
  readonly inputShape?: readonly [number, number, number];
  /** Default {@link DQN_CONVOLUTIONS}; tests use smaller ones. */
  readonly convolutions?: readonly ConvolutionSpec[];
  /** Units of each dense hidden layer, default 256. */
  readonly hiddenUnits?: number;
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
  const { actionCount, rng, dueling = false, padding = "same" } = options;
  const convolutions = options.convolutions ?? DQN_CONVOLUTIONS;
  const shapes = layerShapes(options);
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
          const inputGradient = i > 0;
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

function layerShapes(options: QNetworkOptions): ReadonlyMap<string, readonly number[]> {
  const { actionCount, dueling = false, padding = "same", hiddenUnits = 256 } = options;
  let [height, width, channels] = options.inputShape ?? [84, 84, 4];
  const shapes = new Map<string, readonly number[]>();
  const add = (layer: string, kernelShape: readonly number[]): void => {
    shapes.set(`${layer}/kernel`, kernelShape);
    shapes.set(`${layer}/bias`, kernelShape.slice(-1));
  };
  for (const [i, { filters, size, stride }] of (
    options.convolutions ?? DQN_CONVOLUTIONS
  ).entries()) {
    const outSide = (side: number): number =>
      Math.ceil((padding === "same" ? side : side - size + 1) / stride);
    add(`conv${i + 1}`, [size, size, channels, filters]);
    [height, width, channels] = [outSide(height), outSide(width), filters];
  }
  const features = height * width * channels;
  add("hidden", [features, hiddenUnits]);
  add("output", [hiddenUnits, actionCount]);
  if (dueling) {
    add("valueHidden", [features, hiddenUnits]);
    add("value", [hiddenUnits, 1]);
  }
  return shapes;
}
