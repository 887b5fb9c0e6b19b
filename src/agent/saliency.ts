import * as tf from "@tensorflow/tfjs-core";
import { Rng } from "../core/rng.js";
import type { ComputeBackend } from "../nn/backend.js";
import { createQNetwork, type QNetworkOptions } from "../nn/q-network.js";
import type { NamedTensors } from "./agent.js";

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
  const chosen = (action: number): Float32Array => {
    const oneHot = new Float32Array(network.actionCount);
    oneHot[action] = 1;
    return oneHot;
  };
  return {
    gradient: (observation, action) =>
      tf.tidy(() => {
        const s = backend.uploadObservations(observation, [1, ...inputShape]);
        // The gradient of the sum of one row of Q-values times a one-hot row: that of the one.
        const dq = tf.tensor2d(chosen(action), [1, network.actionCount]);
        const ds = tf.grad((x) => q.forward(x as tf.Tensor4D))(s, dq);
        return ds.dataSync().slice() as Float32Array;
      }),
    dispose: () => {
      q.dispose();
    },
  };
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
