import { MarioError } from "../../core/errors.js";
import type { ConvolutionShape } from "../primitives.js";

/** Largest number of values in one array: oneDNN's and our own indices stay well inside int32. */
const MAX_VALUES = 2 ** 30;

export function fail(what: string, value: unknown): never {
  throw new MarioError("SHAPE_MISMATCH", `oneDNN kernel: ${what}.`, { value });
}

export function checkSizes(sizes: Readonly<Record<string, number>>, least: number): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (!Number.isInteger(size) || size < least || size > MAX_VALUES) {
      fail(`${name} is ${size}`, sizes);
    }
  }
}

export function checkFloats(name: string, array: Float32Array, length: number): void {
  if (!(array instanceof Float32Array)) fail(`${name} is no Float32Array`, array);
  if (array.length !== length) fail(`${name} holds ${array.length} values, not ${length}`, length);
  if (length > MAX_VALUES) fail(`${name} holds more than ${MAX_VALUES} values`, length);
}

/** @returns how many values the three arrays of a convolution hold */
export function checkConvolution(s: ConvolutionShape): {
  input: number;
  weights: number;
  output: number;
} {
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
