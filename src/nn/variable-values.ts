import * as tf from "@tensorflow/tfjs-core";
import type { NamedTensors } from "./named-tensors.js";

/**
 * A TensorFlow.js backend that keeps variables in arrays of its own and lets them be read and
 * overwritten there (`onednn`). Weights go to the actors after every window: copies by way of new
 * arrays are megabytes that JavaScript's garbage collector runs after, many times a second.
 */
interface InPlaceBackend {
  /** For reading at once. */
  peek(variable: tf.Variable): Float32Array;
  overwrite(variable: tf.Variable, values: Float32Array): void;
}

type Variables = ReadonlyMap<string, tf.Variable>;

/** Values of variables, each copied out of its backend. */
export function copyValues(variables: Variables): NamedTensors {
  return mapValues(variables, (variable) =>
    // Some backends hand out their own array, and update it in place later.
    liveValues(variable).slice(),
  );
}

/** Values of variables for reading at once: arrays may be the backend's own. */
export function peekValues(variables: Variables): NamedTensors {
  return mapValues(variables, liveValues);
}

/** Copies values in, of the variable's shape. */
export function overwrite(variable: tf.Variable, values: Float32Array): void {
  const backend = inPlaceBackend();
  if (backend) {
    backend.overwrite(variable, values);
    return;
  }
  // A copy of its own: backends may update a variable's buffer in place.
  tf.tidy(() => {
    variable.assign(tf.tensor(values.slice(), variable.shape));
  });
}

function liveValues(variable: tf.Variable): Float32Array {
  return inPlaceBackend()?.peek(variable) ?? (variable.dataSync() as Float32Array);
}

function mapValues(
  variables: Variables,
  valuesOf: (variable: tf.Variable) => Float32Array,
): NamedTensors {
  return new Map(
    [...variables].map(([name, variable]) => [
      name,
      { shape: [...variable.shape], data: valuesOf(variable) },
    ]),
  );
}

function inPlaceBackend(): InPlaceBackend | undefined {
  const backend = tf.backend() as Partial<InPlaceBackend>;
  return backend.peek && backend.overwrite ? (backend as InPlaceBackend) : undefined;
}
