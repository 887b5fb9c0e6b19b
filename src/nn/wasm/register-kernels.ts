import * as tf from "@tensorflow/tfjs-core";
import { conv2dBackpropFilter } from "./conv2d-backprop-filter.js";
import { maxPoolGradientInto, type PoolAttributes } from "../max-pool.js";
import { conv2dBackpropInput } from "./conv2d-backprop-input.js";

/**
 * Gives the WebAssembly backend the kernel that it lacks, faster ones for two that it computes with
 * plain loops on one thread, and a right one for one that is wrong. Before the backend starts.
 */
export function registerKernels(): void {
  tf.registerKernel({
    kernelName: tf.Conv2DBackpropFilter,
    backendName: "wasm",
    kernelFunc: conv2dBackpropFilter,
  });
  replaceKernel(tf.Conv2DBackpropInput, (original) => (args) => {
    const strides = (args.attrs as unknown as { strides: number | [number, number] }).strides;
    const [height, width] = [strides, strides].flat();
    return height === width ? conv2dBackpropInput(args) : original(args);
  });
  replaceKernel(tf.BatchMatMul, transposedMatMul);
  replaceKernel(tf.MaxPoolGrad, () => (args) => {
    const { dy, input } = args.inputs as unknown as { dy: tf.Tensor4D; input: tf.Tensor4D };
    const dx = new Float32Array(input.size);
    const attributes = args.attrs as unknown as PoolAttributes;
    const [x, gradient] = [input.dataSync<"float32">(), dy.dataSync<"float32">()];
    maxPoolGradientInto(dx, x, gradient, input.shape, attributes);
    return tf.tensor4d(dx, input.shape);
  });
}

function replaceKernel(name: string, replace: (original: tf.KernelFunc) => tf.KernelFunc): void {
  const kernel = tf.getKernel(name, "wasm");
  tf.unregisterKernel(name, "wasm");
  tf.registerKernel({ ...kernel, kernelFunc: replace(kernel.kernelFunc) });
}

/**
 * Only products without transposition reach the fast matrix product, so the transposition is done
 * first; and it is the second operand that is repacked at every call, so the smaller one goes there:
 * a · bᵀ = (b · aᵀ)ᵀ.
 */
function transposedMatMul(original: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const { a, b } = args.inputs as unknown as { a: tf.Tensor; b: tf.Tensor };
    const { transposeA, transposeB } = args.attrs as unknown as Record<string, boolean>;
    if (a.rank !== 2 || b.rank !== 2 || transposeA === transposeB) {
      return original(args);
    }
    return tf.tidy(() => {
      if (transposeA) return tf.matMul(tf.transpose(a), b);
      return tf.transpose(tf.matMul(b, tf.transpose(a)));
    });
  };
}
