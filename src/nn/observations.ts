import * as tf from "@tensorflow/tfjs-core";
import { MarioError } from "../core/errors.js";

export type ObservationShape = readonly [
  batch: number,
  height: number,
  width: number,
  channels: number,
];

/** v / 255 for every byte: a look-up is several times faster than a division in JavaScript. */
export const SCALED = Float32Array.from({ length: 256 }, (_, value) => value / 255);

/** @throws MarioError SHAPE_MISMATCH when the bytes are not exactly as many as the shape says. */
export function requireObservationLength(observations: Uint8Array, shape: ObservationShape): void {
  const size = shape.reduce((product, side) => product * side, 1);
  if (observations.length !== size || !Number.isInteger(size) || size < 0) {
    throw new MarioError(
      "SHAPE_MISMATCH",
      `Observations hold ${observations.length} bytes; [${shape.join(", ")}] needs ${size}.`,
      { value: shape },
    );
  }
}

/**
 * Scales observations in JavaScript and uploads them, for backends without a native way.
 * @param observations `shape uint8`, 0–255
 * @returns `shape float32` in [0, 1]
 */
export function uploadScaled(observations: Uint8Array, shape: ObservationShape): tf.Tensor4D {
  requireObservationLength(observations, shape);
  const values = new Float32Array(observations.length);
  for (let i = 0; i < values.length; i++) values[i] = SCALED[observations[i]]!;
  return tf.tensor4d(values, [...shape]);
}
