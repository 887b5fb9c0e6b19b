import * as tf from "@tensorflow/tfjs-core";
import { convolutionKernels } from "./convolution-kernels.js";
import { elementwiseKernels } from "./elementwise-kernels.js";
import { matrixKernels } from "./matrix-kernels.js";
import type { KernelArguments, NativeKernel } from "./native-kernel.js";

/** These only count references to a tensor's data: it stays with the backend. */
const SHARE_NOTHING = new Set<string>([tf.Identity, tf.Reshape]);

/** Registers, for the backend `onednn`, the CPU backend's kernels with ours in front of them. */
export function registerKernels(): void {
  const native = new Map<string, NativeKernel>([
    ...convolutionKernels,
    ...matrixKernels,
    ...elementwiseKernels,
  ]);
  for (const kernel of tf.getKernelsForBackend("cpu")) {
    const fallback = SHARE_NOTHING.has(kernel.kernelName)
      ? kernel.kernelFunc
      : sharing(kernel.kernelFunc);
    const ours = native.get(kernel.kernelName);
    native.delete(kernel.kernelName);
    const kernelFunc: tf.KernelFunc =
      ours === undefined
        ? fallback
        : (args) => ours(args as unknown as KernelArguments) ?? fallback(args);
    tf.registerKernel({ ...kernel, backendName: "onednn", kernelFunc });
  }
  for (const [kernelName, ours] of native) {
    const kernelFunc: tf.KernelFunc = (args) => {
      const output = ours(args as unknown as KernelArguments);
      if (output === undefined) throw new Error(`${kernelName}: unsupported arguments`);
      return output;
    };
    tf.registerKernel({ kernelName, backendName: "onednn", kernelFunc });
  }
}

/** The CPU backend's kernels may return views of their inputs. */
function sharing(kernel: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const { inputs, backend } = args as unknown as KernelArguments;
    for (const input of Object.values(inputs) as (tf.TensorInfo | undefined)[]) {
      if (input !== undefined) backend.share(input);
    }
    return kernel(args);
  };
}
