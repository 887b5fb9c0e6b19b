import { backend_util } from "@tensorflow/tfjs-core";
import { type Architecture, weightShapes } from "./architecture.js";

/** A convolution's sizes; NHWC activations, HWIO weights, no dilation. */
export interface ConvolutionShape {
  readonly batch: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
}

interface Convolution {
  readonly kind: "convolutionForward" | "convolutionBackwardData" | "convolutionBackwardWeights";
  readonly shape: ConvolutionShape;
}

/** `op(a)` is `[m, k]`, `op(b)` `[k, n]`. */
interface MatrixProduct {
  readonly kind: "matrixProduct";
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** In float32 whatever the backend's precision. */
  readonly fullPrecision: boolean;
}

/** One primitive operation, and how often an update needs it. */
export type PrimitiveRequest = (Convolution | MatrixProduct) & {
  readonly times: number;
  /** Followed by a ReLU, and preceded by adding a bias: both in the same primitive. */
  readonly biasAndRelu: boolean;
};

/** Times primitives by themselves. */
export interface PrimitiveBenchmark {
  /** Runs every way to compute each of them once. */
  runRound(): void;
  /** Over all rounds: of each request's fastest way, times `times`, the sum in milliseconds. */
  result(): { readonly min: number; readonly median: number };
  end(): void;
}

/**
 * What one DQN update must compute at least: the online network forward at s_tm1, the target network
 * at s_t and, for Double DQN, the online one too; backward through the online network, without the
 * observations' gradient.
 */
export function updatePrimitives(
  architecture: Architecture,
  batch: number,
  doubleDqn: boolean,
): PrimitiveRequest[] {
  const forwards = doubleDqn ? 3 : 2;
  const requests: PrimitiveRequest[] = [];
  let [height, width, channels] = architecture.inputShape;
  for (const [i, { filters, size, stride }] of architecture.convolutions.entries()) {
    const shape = convolutionShape(
      [batch, height, width, channels],
      [size, size, channels, filters],
      stride,
      architecture.padding,
    );
    const convolution = (kind: Convolution["kind"], times: number): void => {
      requests.push({ kind, shape, times, biasAndRelu: kind === "convolutionForward" });
    };
    convolution("convolutionForward", forwards);
    if (i > 0) convolution("convolutionBackwardData", 1);
    convolution("convolutionBackwardWeights", 1);
    [height, width, channels] = [shape.outHeight, shape.outWidth, filters];
  }
  for (const [name, kernel] of weightShapes(architecture)) {
    if (kernel.length !== 2) continue;
    const [inUnits, outUnits] = kernel;
    const hidden = name.toLowerCase().includes("hidden");
    const common = { kind: "matrixProduct", fullPrecision: !hidden } as const;
    const forward = { m: batch, k: inUnits, n: outUnits, transposeA: false, transposeB: false };
    const backwardData = { m: batch, k: outUnits, n: inUnits, transposeA: false, transposeB: true };
    const backwardWeights = {
      m: inUnits,
      k: batch,
      n: outUnits,
      transposeA: true,
      transposeB: false,
    };
    requests.push(
      { ...common, ...forward, times: forwards, biasAndRelu: hidden },
      { ...common, ...backwardData, times: 1, biasAndRelu: false },
      { ...common, ...backwardWeights, times: 1, biasAndRelu: false },
    );
  }
  return requests;
}

function convolutionShape(
  input: [number, number, number, number],
  kernel: [number, number, number, number],
  stride: number,
  padding: "same" | "valid",
): ConvolutionShape {
  return shapeOf(backend_util.computeConv2DInfo(input, kernel, stride, 1, padding));
}

/** The sizes of TensorFlow.js's description of a convolution. */
export function shapeOf(info: backend_util.Conv2DInfo): ConvolutionShape {
  return {
    batch: info.batchSize,
    inHeight: info.inHeight,
    inWidth: info.inWidth,
    inChannels: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    outChannels: info.outChannels,
    kernelHeight: info.filterHeight,
    kernelWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    padTop: info.padInfo.top,
    padLeft: info.padInfo.left,
  };
}
