import type * as tf from "@tensorflow/tfjs-core";
import { type Architecture, BLOCKS_PER_SECTION } from "./architecture.js";
import { layerNorm } from "./layer-norm.js";
import { convolution, type ConvolutionOptions, flatten } from "./layers.js";
import { maxPool, relu, sumOf } from "./residual-layers.js";

/** A network's weights by name. */
export type Variables = ReadonlyMap<string, tf.Variable>;

/**
 * From pixels to features: convolutions with ReLU (Mnih et al. 2015), then residual sections
 * (Espeholt et al. 2018), whichever the architecture has.
 * @param observations `[batch, height, width, channels] float32` in [0, 1]
 * @param observationGradient whether gradients reach the observations, which costs time
 * @returns `[batch, features] float32`, at least 0 unless the last section is normalized
 */
export function encode(
  observations: tf.Tensor4D,
  architecture: Architecture,
  variables: Variables,
  observationGradient = false,
): tf.Tensor2D {
  const { convolutions, residualSections = [], padding, layerNorm: normalize } = architecture;
  let x = observations;
  const inputGradient = (): boolean => observationGradient || x !== observations;
  for (const [i, { stride }] of convolutions.entries()) {
    const name = `conv${i + 1}`;
    const options = { stride, padding, inputGradient: inputGradient() };
    x = normalize
      ? relu(
          normalized(
            convolve(x, name, { ...options, activation: "linear" }, variables),
            name,
            variables,
          ),
        )
      : convolve(x, name, { ...options, activation: "relu" }, variables);
  }
  for (const i of residualSections.keys()) {
    x = residualSection(x, `section${i + 1}`, variables, inputGradient());
    if (normalize) x = normalized(x, `section${i + 1}`, variables);
  }
  return flatten(residualSections.length > 0 ? relu(x) : x);
}

/** Convolution, maxima, and blocks that add to their input what two convolutions make of it. */
function residualSection(
  input: tf.Tensor4D,
  name: string,
  variables: Variables,
  inputGradient: boolean,
): tf.Tensor4D {
  const plain = { stride: 1, padding: "same", activation: "linear", inputGradient: true } as const;
  let x = maxPool(convolve(input, `${name}/conv`, { ...plain, inputGradient }, variables));
  for (let block = 1; block <= BLOCKS_PER_SECTION; block++) {
    const hidden = { ...plain, activation: "relu" } as const;
    const inner = convolve(relu(x), `${name}/block${block}/conv1`, hidden, variables);
    x = sumOf(x, convolve(inner, `${name}/block${block}/conv2`, plain, variables));
  }
  return x;
}

function convolve(
  x: tf.Tensor4D,
  name: string,
  options: ConvolutionOptions,
  variables: Variables,
): tf.Tensor4D {
  const kernel = variables.get(`${name}/kernel`) as unknown as tf.Tensor4D;
  const bias = variables.get(`${name}/bias`) as unknown as tf.Tensor1D;
  return convolution(x, kernel, bias, options);
}

/** Layer normalization with the gain and shift of that layer. */
export function normalized<T extends tf.Tensor>(x: T, name: string, variables: Variables): T {
  const gain = variables.get(`${name}/gain`) as unknown as tf.Tensor1D;
  const shift = variables.get(`${name}/shift`) as unknown as tf.Tensor1D;
  return layerNorm(x, gain, shift);
}
