import { CLIPPED_ADAM, RELU_GRADIENT_AND_SUM } from "../kernels.js";
import { type NativeKernel, sizeOf } from "./native-kernel.js";
import type { AdamSettings } from "./packing.js";

/** Kernels of ours that TensorFlow.js does not know (src/nn/kernels.ts). */
export const trainingKernels: readonly (readonly [string, NativeKernel])[] = [
  [
    RELU_GRADIENT_AND_SUM,
    ({ inputs, backend }) => {
      const { dy, y } = inputs;
      const columns = dy.shape.at(-1)!;
      const dz = backend.take(sizeOf(dy));
      const sums = backend.take(columns);
      backend.kernels.reluGradientAndSum(backend.floats(dy), backend.floats(y), dz, sums);
      return [backend.output(dy.shape, dz), backend.output([columns], sums)];
    },
  ],
  [
    CLIPPED_ADAM,
    ({ inputs, attrs, backend }) => {
      const parameters = Array.from({ length: attrs["count"] as number }, (_, i) => ({
        variable: backend.ownFloats(inputs[`variable${i}`]),
        gradient: backend.floats(inputs[`gradient${i}`]),
        m: backend.ownFloats(inputs[`m${i}`]),
        v: backend.ownFloats(inputs[`v${i}`]),
      }));
      const norm = backend.kernels.clippedAdam(parameters, attrs as unknown as AdamSettings);
      const values = backend.take(1);
      values[0] = norm;
      return backend.output([], values);
    },
  ],
];
