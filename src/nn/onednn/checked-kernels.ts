import { MarioError } from "../../core/errors.js";
import { type Broadcast, extent } from "./broadcast.js";
import { checkConvolution, checkFloats, checkSizes, fail } from "./checks.js";
import { CheckedUpdate, type UpdateShape } from "./checked-update.js";
import { DeferredAddon } from "./deferred-addon.js";
import type { ConvolutionShape, PrimitiveRequest } from "../primitives.js";
import type { NativeAddon } from "./native.js";
import {
  type AdamSettings,
  packAdam,
  packConvolution,
  packRequest,
  UNKNOWN_WEIGHTS,
} from "./packing.js";

/** Element-wise operations on two arrays; the values are the addon's (native/src/kernels.hpp). */
const BINARY = {
  add: 0,
  subtract: 1,
  multiply: 2,
  divide: 3,
  maximum: 4,
  minimum: 5,
  squaredDifference: 6,
  reluGradient: 7,
} as const;
/** Element-wise operations on one array. */
const UNARY = {
  relu: 0,
  step: 1,
  square: 2,
  squareRoot: 3,
  reciprocalRoot: 4,
  exponential: 5,
  logarithm: 6,
  absolute: 7,
  negate: 8,
  sign: 9,
  clip: 10,
} as const;
const REDUCTION = { sum: 0, mean: 1, maximum: 2 } as const;

export type BinaryOperation = keyof typeof BINARY;
export type UnaryOperation = keyof typeof UNARY;
export type ReductionName = keyof typeof REDUCTION;

export interface MatrixProduct {
  /** `op(a)` is `[m, k]`, `op(b)` `[k, n]`, the result `[m, n]`. */
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly relu: boolean;
  /** In float32 whatever the precision of the backend; default false. */
  readonly fullPrecision?: boolean;
}

/** One variable of an Adam step; all four hold the same number of values. */
export interface AdamParameter {
  readonly variable: Float32Array;
  readonly gradient: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
}

/**
 * The addon's kernels behind checks: no pointer reaches C++ whose array is not of the type and
 * exactly of the length that the shapes say. Every method throws MarioError SHAPE_MISMATCH.
 *
 * Kernels that return nothing are put off until {@link flush}, or until one that returns something.
 */
export class CheckedKernels {
  readonly #addon: DeferredAddon;

  constructor(addon: NativeAddon) {
    this.#addon = new DeferredAddon(addon);
  }

  /** Runs what has been put off: afterwards every output is there. */
  flush(): void {
    this.#addon.flush();
  }

  describe(): ReturnType<NativeAddon["describe"]> {
    return this.#addon.now((addon) => addon.describe());
  }

  /** @param threads 1 to 1,024; cached primitives are dropped */
  setThreads(threads: number): void {
    if (!Number.isInteger(threads) || threads < 1 || threads > 1024) {
      throw new MarioError("INVALID_OPTION", `${threads} is not a valid number of threads.`, {
        value: threads,
        remedy: "Give a whole number from 1 to the number of cores.",
      });
    }
    this.#addon.now((addon) => {
      addon.setThreads(threads);
    });
  }

  /** Whether convolutions, and matrix products of 16 rows or more, multiply what is rounded to bfloat16. */
  setBf16(on: boolean): void {
    this.#addon.now((addon) => {
      addon.setBf16(on);
    });
  }

  /** Frees what is kept of weights; without an id, of all. */
  forgetWeights(id = 0): void {
    checkSizes({ id }, 0);
    this.#addon.defer((addon) => {
      addon.forgetWeights(id);
    });
  }

  /** A new array of `length` zeros that begins on a cache line. */
  allocate(length: number): Float32Array<ArrayBuffer> {
    const buffer = new ArrayBuffer(length * 4 + 64);
    // Nothing that is pending can know this buffer, so nothing need run before.
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
    weights = UNKNOWN_WEIGHTS,
  ): void {
    const sizes = checkConvolution(shape);
    checkFloats("x", x, sizes.input);
    checkFloats("w", w, sizes.weights);
    if (bias !== null) checkFloats("bias", bias, shape.outChannels);
    checkFloats("y", y, sizes.output);
    const packed = packConvolution(shape, weights);
    this.#addon.defer((addon) => {
      addon.convolutionForward(packed, x, w, bias, y, relu);
    });
  }

  /** `dx` = gradient with respect to the input */
  convolutionBackwardData(
    shape: ConvolutionShape,
    dy: Float32Array,
    w: Float32Array,
    dx: Float32Array,
    weights = UNKNOWN_WEIGHTS,
  ): void {
    const sizes = checkConvolution(shape);
    checkFloats("dy", dy, sizes.output);
    checkFloats("w", w, sizes.weights);
    checkFloats("dx", dx, sizes.input);
    const packed = packConvolution(shape, weights);
    this.#addon.defer((addon) => {
      addon.convolutionBackwardData(packed, dy, w, dx);
    });
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
    const packed = packConvolution(shape, UNKNOWN_WEIGHTS);
    this.#addon.defer((addon) => {
      addon.convolutionBackwardWeights(packed, x, dy, dw, dbias);
    });
  }

  /** `c = relu?(op(a) · op(b) + bias?)`, row-major */
  matrixProduct(
    product: MatrixProduct,
    a: Float32Array,
    b: Float32Array,
    bias: Float32Array | null,
    c: Float32Array,
  ): void {
    const { m, k, n, transposeA, transposeB, relu, fullPrecision = false } = product;
    checkSizes({ m, k, n }, 1);
    checkFloats("a", a, m * k);
    checkFloats("b", b, k * n);
    if (bias !== null) checkFloats("bias", bias, n);
    checkFloats("c", c, m * n);
    const shape = Int32Array.of(m, k, n, +transposeA, +transposeB, +fullPrecision);
    this.#addon.defer((addon) => {
      addon.matrixProduct(shape, a, b, bias, c, relu);
    });
  }

  /** `out = operation(a, b)`, element by element, repeated as `broadcast` says */
  binary(
    operation: BinaryOperation,
    a: Float32Array,
    b: Float32Array,
    out: Float32Array,
    broadcast: Broadcast = {
      size: [1, 1, out.length],
      strideA: [0, 0, 1],
      strideB: [0, 0, 1],
    },
  ): void {
    const { size, strideA, strideB } = broadcast;
    for (const length of size) checkSizes({ length }, 1);
    for (const stride of [...strideA, ...strideB]) checkSizes({ stride }, 0);
    checkFloats("out", out, size[0] * size[1] * size[2]);
    checkFloats("a", a, extent(size, strideA));
    checkFloats("b", b, extent(size, strideB));
    const packed = Int32Array.of(...size, ...strideA, ...strideB);
    this.#addon.defer((addon) => {
      addon.binary(BINARY[operation], a, b, out, packed);
    });
  }

  /** @param low @param high bounds of "clip" */
  unary(operation: UnaryOperation, x: Float32Array, out: Float32Array, low = 0, high = 0): void {
    checkFloats("out", out, out.length);
    checkFloats("x", x, out.length);
    this.#addon.defer((addon) => {
      addon.unary(UNARY[operation], x, out, low, high);
    });
  }

  /** `out[o, i]` = reduction over n of `x[o, n, i]`; sizes are outer, reduced, inner */
  reduce(
    reduction: ReductionName,
    x: Float32Array,
    out: Float32Array,
    sizes: readonly [outer: number, count: number, inner: number],
  ): void {
    const [outer, count, inner] = sizes;
    checkSizes({ outer, count, inner }, 1);
    checkFloats("x", x, outer * count * inner);
    checkFloats("out", out, outer * inner);
    const packed = Int32Array.of(outer, count, inner);
    this.#addon.defer((addon) => {
      addon.reduce(REDUCTION[reduction], x, out, packed);
    });
  }

  /** Softmax, or its logarithm, of each row of `columns` values */
  softmax(x: Float32Array, out: Float32Array, columns: number, logarithm: boolean): void {
    checkRows(x, columns);
    checkFloats("out", out, x.length);
    this.#addon.defer((addon) => {
      addon.softmax(x, out, columns, logarithm);
    });
  }

  /** `dz = dy` where `y > 0`, else 0; `sums[c]` = sum over r of `dz[r, c]` */
  reluGradientAndSum(
    dy: Float32Array,
    y: Float32Array,
    dz: Float32Array,
    sums: Float32Array,
  ): void {
    checkFloats("sums", sums, sums.length);
    checkRows(dy, sums.length);
    checkFloats("y", y, dy.length);
    checkFloats("dz", dz, dy.length);
    this.#addon.defer((addon) => {
      addon.reluGradientAndSum(dy, y, dz, sums);
    });
  }

  /** `out[i] = bytes[i] / 255`, at once: the caller's bytes may change afterwards */
  scaleBytes(bytes: Uint8Array, out: Float32Array): void {
    if (!(bytes instanceof Uint8Array)) fail("bytes are no Uint8Array", bytes);
    checkFloats("out", out, bytes.length);
    this.#addon.now((addon) => {
      addon.scaleBytes(bytes, out);
    });
  }

  /** @returns the global gradient norm before clipping; nothing has changed if it is not finite */
  clippedAdam(parameters: readonly AdamParameter[], settings: AdamSettings): number {
    const arrays: Float32Array[] = [];
    for (const { variable, gradient, m, v } of parameters) {
      checkFloats("variable", variable, variable.length);
      for (const other of [gradient, m, v]) checkFloats("Adam's array", other, variable.length);
      arrays.push(variable, gradient, m, v);
    }
    const numbers = packAdam(settings);
    return this.#addon.now((addon) => addon.clippedAdam(arrays, numbers));
  }

  /** Builds a network's native updates; the caller disposes of them. */
  createUpdate(shape: UpdateShape): CheckedUpdate {
    return new CheckedUpdate(this.#addon, shape);
  }

  /** @returns for each way to compute one of them, the index of its request */
  preparePrimitiveBenchmark(requests: readonly PrimitiveRequest[]): Int32Array {
    const packed = Int32Array.from(requests.flatMap(packRequest));
    return this.#addon.now((addon) => addon.preparePrimitiveBenchmark(packed));
  }

  /** @returns milliseconds of each way, run once */
  runPrimitiveBenchmark(candidates: number): Float64Array {
    checkSizes({ candidates }, 1);
    const times = new Float64Array(candidates);
    this.#addon.now((addon) => {
      addon.runPrimitiveBenchmark(times);
    });
    return times;
  }

  endPrimitiveBenchmark(): void {
    this.#addon.now((addon) => {
      addon.endPrimitiveBenchmark();
    });
  }
}

function checkRows(matrix: Float32Array, columns: number): void {
  checkFloats("the matrix", matrix, matrix.length);
  checkSizes({ columns }, 1);
  if (matrix.length % columns !== 0) {
    fail(`${matrix.length} values are no rows of ${columns}`, columns);
  }
}
