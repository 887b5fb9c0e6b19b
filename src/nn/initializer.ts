import type { Rng } from "../core/rng.js";

/**
 * Glorot-uniform values: uniform in ±sqrt(6 / (fanIn + fanOut)) (Glorot & Bengio 2010, equation 16).
 *
 * Chosen over He-uniform because the tutorial and the published DQN code start from it, and because
 * its first Q-values are smaller: a bootstrap that starts far from 0 has to be unlearned first.
 * @param shape `[inUnits, outUnits]` or `[height, width, inChannels, outChannels]`
 * @returns float32, row-major
 */
export function glorotUniform(rng: Rng, shape: readonly number[]): Float32Array {
  const [inUnits, outUnits] = shape.slice(-2) as [number, number];
  const receptiveField = shape.slice(0, -2).reduce((product, side) => product * side, 1);
  const limit = Math.sqrt(6 / (receptiveField * (inUnits + outUnits)));
  const values = new Float32Array(receptiveField * inUnits * outUnits);
  for (let i = 0; i < values.length; i++) values[i] = (2 * rng.uniform() - 1) * limit;
  return values;
}
