import * as tf from "@tensorflow/tfjs-core";
import { Rng } from "../core/rng.js";
import type { HeadSpec } from "../nn/architecture.js";
import type { ComputeBackend } from "../nn/backend.js";
import { createQNetwork, type QNetworkOptions } from "../nn/q-network.js";
import type { NamedTensors } from "./agent.js";
import { softmaxInto, supportValues } from "./heads/c51-head.js";

export interface SaliencyOptions extends Omit<QNetworkOptions, "rng" | "observationGradient"> {
  /** Where it computes; must stay the current TensorFlow.js backend. */
  readonly backend: ComputeBackend;
  /** The network's weights; copied. @throws MarioError MODEL_MISMATCH on other names or shapes. */
  readonly weights: NamedTensors;
  /** `[height, width, channels]`. Default `[84, 84, 4]`. */
  readonly inputShape?: readonly [number, number, number];
}

/** Which pixels a Q-value hangs on (Simonyan et al. 2014, "Deep Inside Convolutional Networks"). */
export interface Saliency {
  /**
   * The gradient of Q(s, action) with respect to s scaled to [0, 1].
   * @param observation `[height, width, channels] uint8`
   * @returns `[height, width, channels] float32`, freshly allocated
   */
  gradient(observation: Uint8Array, action: number): Float32Array;
  dispose(): void;
}

/**
 * A network of its own with the same weights: the agent's leaves the observations' gradient out,
 * since learning has no use for it.
 */
export function createSaliency(options: SaliencyOptions): Saliency {
  const { backend, weights, inputShape = [84, 84, 4], ...network } = options;
  const q = createQNetwork({ ...network, inputShape, rng: new Rng(0), observationGradient: true });
  q.setWeights(weights);
  const head: HeadSpec = network.head ?? { kind: "scalar" };
  return {
    gradient: (observation, action) =>
      tf.tidy(() => {
        const s = backend.uploadObservations(observation, [1, ...inputShape]);
        const outputs = q.forward(s).dataSync();
        const dq = tf.tensor2d(slopes(head, outputs, action), [1, outputs.length]);
        const ds = tf.grad((x) => q.forward(x as tf.Tensor4D))(s, dq);
        return ds.dataSync().slice() as Float32Array;
      }),
    dispose: () => {
      q.dispose();
    },
  };
}

/**
 * The gradient of one action's Q-value with respect to the network's outputs: Q is the output itself,
 * the mean of the quantiles, or the mean of the atoms under the softmax of their logits.
 * @param outputs `[actionCount · atoms] float32`, action by action
 */
function slopes(head: HeadSpec, outputs: ArrayLike<number>, action: number): Float32Array {
  const slopes = new Float32Array(outputs.length);
  if (head.kind === "scalar") {
    slopes[action] = 1;
    return slopes;
  }
  const { atoms } = head;
  const from = action * atoms;
  if (head.kind === "quantile") return slopes.fill(1 / atoms, from, from + atoms);
  const support = supportValues(head);
  const probabilities = new Float64Array(atoms);
  softmaxInto(probabilities, outputs, from);
  const q = probabilities.reduce((sum, p, i) => sum + p * support[i], 0);
  probabilities.forEach((p, i) => {
    slopes[from + i] = p * (support[i] - q);
  });
  return slopes;
}

/** What is below this share of the strongest is noise to the eye, and drawn as nothing. */
const FLOOR = 0.2;
/** Pixels; single pixels of a gradient say little, their neighbourhood does. */
const BLUR_RADIUS = 2;

/**
 * The gradient as a picture: at each pixel the strongest of the stacked frames, blurred, against the
 * strongest of all.
 * @param gradient `[height, width, channels] float32`
 * @returns `[height, width] uint8`, 0 nothing to 255 the most
 */
export function saliencyMap(gradient: Float32Array, width = 84, channels = 4): Uint8Array {
  const pixels = gradient.length / channels;
  let strength = new Float32Array(pixels);
  for (let i = 0; i < gradient.length; i++) {
    const at = Math.floor(i / channels);
    strength[at] = Math.max(strength[at], Math.abs(gradient[i]));
  }
  // Box after box comes close to a bell curve.
  for (let pass = 0; pass < 2; pass++) {
    strength = boxBlur(boxBlur(strength, width, 1), width, width);
  }
  const most = strength.reduce((a, b) => Math.max(a, b), 0);
  const map = new Uint8Array(pixels);
  if (!(most > 0)) return map;
  for (let i = 0; i < pixels; i++) {
    const share = strength[i] / most;
    if (share > FLOOR) map[i] = Math.round((255 * (share - FLOOR)) / (1 - FLOOR));
  }
  return map;
}

/** Mean over neighbours along rows (`stride` 1) or columns (`stride` = width); beyond edges is 0. */
function boxBlur(values: Float32Array, width: number, stride: number): Float32Array<ArrayBuffer> {
  const height = values.length / width;
  const length = stride === 1 ? width : height;
  return Float32Array.from(values, (_, i) => {
    const along = stride === 1 ? i % width : Math.floor(i / width);
    let sum = 0;
    for (let d = -BLUR_RADIUS; d <= BLUR_RADIUS; d++) {
      if (along + d >= 0 && along + d < length) sum += values[i + d * stride];
    }
    return sum / (2 * BLUR_RADIUS + 1);
  });
}
