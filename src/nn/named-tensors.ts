import { MarioError } from "../core/errors.js";

/** Named float32 arrays with shapes: what a model file or a resume state holds. */
export type NamedTensors = ReadonlyMap<
  string,
  { readonly shape: readonly number[]; readonly data: Float32Array }
>;

/**
 * Refuses tensors whose names, shapes or lengths are not exactly those wanted.
 * @throws MarioError MODEL_MISMATCH naming the first difference
 */
export function requireSameTensors(
  expected: ReadonlyMap<string, readonly number[]>,
  given: NamedTensors,
): void {
  for (const name of given.keys()) {
    if (!expected.has(name))
      fail(`The model has a tensor "${name}" that this network lacks.`, name);
  }
  for (const [name, shape] of expected) {
    const tensor = given.get(name);
    if (tensor === undefined) fail(`The model lacks the tensor "${name}".`, name);
    const size = shape.reduce((product, side) => product * side, 1);
    const sameShape =
      tensor.shape.length === shape.length && tensor.shape.every((side, i) => side === shape[i]);
    if (!sameShape || tensor.data.length !== size) {
      fail(
        `Tensor "${name}" is [${tensor.shape.join(", ")}] (${tensor.data.length} values); ` +
          `this network needs [${shape.join(", ")}].`,
        tensor.shape,
      );
    }
  }
}

function fail(message: string, value: unknown): never {
  throw new MarioError("MODEL_MISMATCH", message, {
    value,
    remedy: "Use the action set, padding and dueling option that the model was trained with.",
  });
}
