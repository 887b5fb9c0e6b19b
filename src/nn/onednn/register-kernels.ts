import * as tf from "@tensorflow/tfjs-core";
import { convolutionKernels } from "./convolution-kernels.js";
import { elementwiseKernels } from "./elementwise-kernels.js";
import { matrixKernels } from "./matrix-kernels.js";
import type { KernelArguments, NativeKernel } from "./native-kernel.js";
import { poolingKernels } from "./pooling-kernels.js";
import { reductionKernels } from "./reduction-kernels.js";
import { trainingKernels } from "./training-kernels.js";

/** These only count references to a tensor's data: they neither read it nor give it away. */
const ONLY_COUNT = new Set<string>([tf.Identity, tf.Reshape]);
/** These read their inputs, and what they return is new. */
const ONLY_READ = new Set<string>([tf.ArgMax, tf.OneHot]);

/** Registers, for the backend `onednn`, the CPU backend's kernels with ours in front of them. */
export function registerKernels(): void {
  const native = new Map<string, NativeKernel>([
    ...convolutionKernels,
    ...matrixKernels,
    ...elementwiseKernels,
    ...poolingKernels,
    ...reductionKernels,
    ...trainingKernels,
  ]);
  for (const kernel of tf.getKernelsForBackend("cpu")) {
    const fallback = ONLY_COUNT.has(kernel.kernelName)
      ? kernel.kernelFunc
      : reading(kernel.kernelFunc, !ONLY_READ.has(kernel.kernelName));
    const ours = native.get(kernel.kernelName);
    native.delete(kernel.kernelName);
    const kernelFunc: tf.KernelFunc =
      ours === undefined ? fallback : (args) => ours(argumentsOf(args)) ?? fallback(args);
    tf.registerKernel({ ...kernel, backendName: "onednn", kernelFunc });
  }
  for (const [kernelName, ours] of native) {
    const kernelFunc: tf.KernelFunc = (args) => {
      const output = ours(argumentsOf(args));
      if (output === undefined) throw new Error(`${kernelName}: unsupported arguments`);
      return output;
    };
    tf.registerKernel({ kernelName, backendName: "onednn", kernelFunc });
  }
}

/** Some operations have no attributes, and pass `undefined` whatever their type says. */
function argumentsOf(args: Parameters<tf.KernelFunc>[0]): KernelArguments {
  const { attrs = {}, ...rest } = args as Partial<typeof args>;
  return { ...rest, attrs } as unknown as KernelArguments;
}

/** The CPU backend's kernels read arrays themselves, and may return views of their inputs. */
function reading(kernel: tf.KernelFunc, share: boolean): tf.KernelFunc {
  return (args) => {
    const { inputs, backend } = args as unknown as KernelArguments;
    backend.kernels.flush();
    for (const input of Object.values(inputs) as (tf.TensorInfo | undefined)[]) {
      if (share && input !== undefined) backend.share(input);
    }
    return kernel(args);
  };
}
