import * as tf from "@tensorflow/tfjs-core";
import { FUSED_DENSE, REDUCIBLE } from "../kernels.js";
import { isFloat, type NativeKernel } from "./native-kernel.js";

/** One matrix product; batches of more than one are left to the CPU backend. */
const matrixProduct: NativeKernel = ({ inputs, attrs, backend }) => {
  const { a, b } = inputs;
  const bias = inputs["bias"] as tf.TensorInfo | undefined;
  const transposeA = attrs["transposeA"] === true;
  const transposeB = attrs["transposeB"] === true;
  const fullPrecision = attrs[REDUCIBLE] !== true;
  const activation = attrs["activation"] ?? "linear";
  if (!isFloat(a, b, bias) || (activation !== "linear" && activation !== "relu")) return undefined;
  const batches = [...a.shape.slice(0, -2), ...b.shape.slice(0, -2)];
  if (batches.some((size) => size !== 1)) return undefined;
  const [m, k] = orient(a.shape, transposeA);
  const [innerB, n] = orient(b.shape, transposeB);
  if (k !== innerB || m * k * n === 0) return undefined;
  if (bias !== undefined && !tf.util.arraysEqual(bias.shape, [n])) return undefined;
  const c = backend.take(m * n);
  backend.kernels.matrixProduct(
    { m, k, n, transposeA, transposeB, relu: activation === "relu", fullPrecision },
    backend.floats(a),
    backend.floats(b),
    bias === undefined ? null : backend.floats(bias),
    c,
  );
  const rank = Math.max(a.shape.length, b.shape.length);
  return backend.output([...new Array<number>(rank - 2).fill(1), m, n], c);
};

function orient(shape: readonly number[], transposed: boolean): [number, number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}

export const matrixKernels: readonly (readonly [string, NativeKernel])[] = [
  [tf.BatchMatMul, matrixProduct],
  [tf._FusedMatMul, matrixProduct],
  [FUSED_DENSE, matrixProduct],
];
