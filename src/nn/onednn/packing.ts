import type { ConvolutionShape, PrimitiveRequest } from "../primitives.js";
import { checkConvolution, checkSizes } from "./checks.js";

/** Which weights an array holds: the same id and version say the same values. Id 0: unknown. */
export interface WeightsVersion {
  readonly id: number;
  readonly version: number;
}

export const UNKNOWN_WEIGHTS: WeightsVersion = { id: 0, version: 0 };

export interface AdamSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly correction1: number;
  readonly correction2: number;
  readonly maxGradientNorm: number;
  readonly globalClipping: boolean;
}

/** The addon's numbers of the kinds (native/src/kernels.hpp). */
const KIND = {
  convolutionForward: 1,
  convolutionBackwardData: 2,
  convolutionBackwardWeights: 3,
  matrixProduct: 4,
} as const;

/** Kind, 13 sizes, ReLU, bias. */
export function packRequest(request: PrimitiveRequest): number[] {
  const fused = [+request.biasAndRelu, +request.biasAndRelu];
  if (request.kind !== "matrixProduct") {
    checkConvolution(request.shape);
    const sizes = Array.from(packConvolution(request.shape).subarray(0, 13));
    return [KIND[request.kind], ...sizes, ...fused];
  }
  const { m, k, n, transposeA, transposeB, fullPrecision } = request;
  checkSizes({ m, k, n }, 1);
  const flags = [+transposeA, +transposeB, +fullPrecision];
  return [KIND.matrixProduct, m, k, n, ...flags, ...new Array<number>(7).fill(0), ...fused];
}

/** 13 sizes, then which weights these are. */
export function packConvolution(
  shape: ConvolutionShape,
  weights: WeightsVersion = UNKNOWN_WEIGHTS,
): Int32Array {
  checkSizes({ id: weights.id, version: weights.version }, 0);
  return Int32Array.of(
    shape.batch,
    shape.inHeight,
    shape.inWidth,
    shape.inChannels,
    shape.outHeight,
    shape.outWidth,
    shape.outChannels,
    shape.kernelHeight,
    shape.kernelWidth,
    shape.strideHeight,
    shape.strideWidth,
    shape.padTop,
    shape.padLeft,
    weights.id,
    weights.version,
  );
}

export function packAdam(settings: AdamSettings): Float64Array {
  return Float64Array.of(
    settings.learningRate,
    settings.beta1,
    settings.beta2,
    settings.epsilon,
    settings.correction1,
    settings.correction2,
    settings.maxGradientNorm,
    settings.globalClipping ? 1 : 0,
  );
}
