import { MarioError } from "../../core/errors.js";
import type { ConvolutionShape, NativeAddon } from "./native.js";

/** Element-wise operations on two arrays; the values are the addon's (native/src/kernels.hpp). */
export const BINARY = { add: 0, subtract: 1, multiply: 2, reluGradient: 3 } as const;
/** Element-wise operations on one array. */
export const UNARY = { relu: 0, step: 1, square: 2 } as const;

export interface MatrixProduct {
  /** `op(a)` is `[m, k]`, `op(b)` `[k, n]`, the result `[m, n]`. */
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly relu: boolean;
}

/** One variable of an Adam step; all four hold the same number of values. */
export interface AdamParameter {
  readonly variable: Float32Array;
  readonly gradient: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
}

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

/** Largest number of values in one array: oneDNN's and our own indices stay well inside int32. */
const MAX_VALUES = 2 ** 30;

/**
 * The addon's kernels behind checks: no pointer reaches C++ whose array is not of the type and
 * exactly of the length that the shapes say. Every method throws MarioError SHAPE_MISMATCH.
 */
export class CheckedKernels {
  readonly #addon: NativeAddon;

  constructor(addon: NativeAddon) {
    this.#addon = addon;
  }

  describe(): ReturnType<NativeAddon["describe"]> {
    return this.#addon.describe();
  }

  /** @param threads 1 to 1,024; cached primitives are dropped */
  setThreads(threads: number): void {
    if (!Number.isInteger(threads) || threads < 1 || threads > 1024) {
      throw new MarioError("INVALID_OPTION", `${threads} is no number of threads.`, {
        value: threads,
        remedy: "Give a whole number from 1 to the number of cores.",
      });
    }
    this.#addon.setThreads(threads);
  }

  /** A new array of `length` zeros that begins on a cache line. */
  allocate(length: number): Float32Array<ArrayBuffer> {
    const buffer = new ArrayBuffer(length * 4 + 64);
    return new Float32Array(buffer, this.#addon.alignment(buffer) * 4, length);
  }

  /** `y = relu?(convolution(x, w) + bias?)` */
  convolutionForward(
    shape: ConvolutionShape,
    x: Float32Array,
    w: Float32Array,
    bias: Float32Array | null,
    y: Float32Array,
    relu: boolean,
  ): void {
    const sizes = checkConvolution(shape);
    checkFloats("x", x, sizes.input);
    checkFloats("w", w, sizes.weights);
    if (bias !== null) checkFloats("bias", bias, shape.outChannels);
    checkFloats("y", y, sizes.output);
    this.#addon.convolutionForward(pack(shape), x, w, bias, y, relu);
  }

  /** `dx` = gradient with respect to the input */
  convolutionBackwardData(
    shape: ConvolutionShape,
    dy: Float32Array,
    w: Float32Array,
    dx: Float32Array,
  ): void {
    const sizes = checkConvolution(shape);
    checkFloats("dy", dy, sizes.output);
    checkFloats("w", w, sizes.weights);
    checkFloats("dx", dx, sizes.input);
    this.#addon.convolutionBackwardData(pack(shape), dy, w, dx);
  }

  /** `dw` = gradient with respect to the weights; `dbias`, if given, to the bias */
  convolutionBackwardWeights(
    shape: ConvolutionShape,
    x: Float32Array,
    dy: Float32Array,
    dw: Float32Array,
    dbias: Float32Array | null = null,
  ): void {
    const sizes = checkConvolution(shape);
    checkFloats("x", x, sizes.input);
    checkFloats("dy", dy, sizes.output);
    checkFloats("dw", dw, sizes.weights);
    if (dbias !== null) checkFloats("dbias", dbias, shape.outChannels);
    this.#addon.convolutionBackwardWeights(pack(shape), x, dy, dw, dbias);
  }

  /** `c = relu?(op(a) · op(b) + bias?)`, row-major */
  matrixProduct(
    product: MatrixProduct,
    a: Float32Array,
    b: Float32Array,
    bias: Float32Array | null,
    c: Float32Array,
  ): void {
    const { m, k, n, transposeA, transposeB, relu } = product;
    checkSizes({ m, k, n }, 1);
    checkFloats("a", a, m * k);
    checkFloats("b", b, k * n);
    if (bias !== null) checkFloats("bias", bias, n);
    checkFloats("c", c, m * n);
    const sizes = Int32Array.of(m, k, n);
    this.#addon.matrixProduct(sizes, a, transposeA, b, transposeB, bias, c, relu);
  }

  binary(
    operation: keyof typeof BINARY,
    a: Float32Array,
    b: Float32Array,
    out: Float32Array,
  ): void {
    checkFloats("out", out, out.length);
    checkFloats("a", a, out.length);
    checkFloats("b", b, out.length);
    this.#addon.binary(BINARY[operation], a, b, out);
  }

  unary(operation: keyof typeof UNARY, x: Float32Array, out: Float32Array): void {
    checkFloats("out", out, out.length);
    checkFloats("x", x, out.length);
    this.#addon.unary(UNARY[operation], x, out);
  }

  /** `out[r, c] = x[r, c] + bias[c]` */
  biasAdd(x: Float32Array, bias: Float32Array, out: Float32Array): void {
    checkFloats("bias", bias, bias.length);
    checkRows(out, bias.length);
    checkFloats("x", x, out.length);
    this.#addon.biasAdd(x, bias, out);
  }

  /** `out[c]` = sum over r of `x[r, c]` */
  sumRows(x: Float32Array, out: Float32Array): void {
    checkFloats("out", out, out.length);
    checkRows(x, out.length);
    this.#addon.sumRows(x, out);
  }

  /** `out[i] = bytes[i] / 255` */
  scaleBytes(bytes: Uint8Array, out: Float32Array): void {
    if (!(bytes instanceof Uint8Array)) fail("bytes are no Uint8Array", bytes);
    checkFloats("out", out, bytes.length);
    this.#addon.scaleBytes(bytes, out);
  }

  /** @returns the global gradient norm before clipping; nothing has changed if it is not finite */
  clippedAdam(parameters: readonly AdamParameter[], settings: AdamSettings): number {
    const arrays: Float32Array[] = [];
    for (const { variable, gradient, m, v } of parameters) {
      checkFloats("variable", variable, variable.length);
      for (const other of [gradient, m, v]) checkFloats("Adam's array", other, variable.length);
      arrays.push(variable, gradient, m, v);
    }
    const numbers = Float64Array.of(
      settings.learningRate,
      settings.beta1,
      settings.beta2,
      settings.epsilon,
      settings.correction1,
      settings.correction2,
      settings.maxGradientNorm,
      settings.globalClipping ? 1 : 0,
    );
    return this.#addon.clippedAdam(arrays, numbers);
  }
}

function pack(shape: ConvolutionShape): Int32Array {
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
  );
}

function checkConvolution(s: ConvolutionShape): { input: number; weights: number; output: number } {
  const { padTop, padLeft, ...sizes } = s;
  checkSizes(sizes, 1);
  checkSizes({ padTop, padLeft }, 0);
  // What the last window reads past the input's end is padding too, and less than a kernel.
  const padBottom = (s.outHeight - 1) * s.strideHeight + s.kernelHeight - s.inHeight - padTop;
  const padRight = (s.outWidth - 1) * s.strideWidth + s.kernelWidth - s.inWidth - padLeft;
  if (
    Math.max(padTop, padBottom) >= s.kernelHeight ||
    Math.max(padLeft, padRight) >= s.kernelWidth
  ) {
    fail("a convolution's padding is not less than its kernel", s);
  }
  if (-padBottom >= s.strideHeight || -padRight >= s.strideWidth) {
    fail("a convolution leaves whole windows unread", s);
  }
  return {
    input: s.batch * s.inHeight * s.inWidth * s.inChannels,
    weights: s.kernelHeight * s.kernelWidth * s.inChannels * s.outChannels,
    output: s.batch * s.outHeight * s.outWidth * s.outChannels,
  };
}

function checkSizes(sizes: Readonly<Record<string, number>>, least: number): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (!Number.isInteger(size) || size < least || size > MAX_VALUES) {
      fail(`${name} is ${size}`, sizes);
    }
  }
}

function checkFloats(name: string, array: Float32Array, length: number): void {
  if (!(array instanceof Float32Array)) fail(`${name} is no Float32Array`, array);
  if (array.length !== length) fail(`${name} holds ${array.length} values, not ${length}`, length);
  if (length > MAX_VALUES) fail(`${name} holds more than ${MAX_VALUES} values`, length);
}

function checkRows(matrix: Float32Array, columns: number): void {
  checkFloats("the matrix", matrix, matrix.length);
  if (columns < 1 || matrix.length % columns !== 0) {
    fail(`${matrix.length} values are no rows of ${columns}`, columns);
  }
}

function fail(what: string, value: unknown): never {
  throw new MarioError("SHAPE_MISMATCH", `oneDNN kernel: ${what}.`, { value });
}
