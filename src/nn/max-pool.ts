import * as tf from "@tensorflow/tfjs-core";

/** Attributes of TensorFlow.js's `MaxPool` and `MaxPoolGrad`. */
export interface PoolAttributes {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: Parameters<typeof tf.backend_util.computePool2DInfo>[4];
}

/** `[batch, height, width, channels]` */
type PictureShape = [number, number, number, number];

/*
 * Maxima of windows and their gradient in plain JavaScript, for backends whose own kernels cannot be
 * used: `MaxPoolGrad` of `wasm` (4.22) sends gradients elsewhere where all of a window is negative;
 * those of the CPU backend, which `onednn` falls back to, take several times as long.
 */

/** What is called for each window: where its maxima go, and its rows of channels in the input. */
type Window = (out: number, rows: Int32Array, count: number) => void;

function forEachWindow(shape: PictureShape, attributes: PoolAttributes, visit: Window): void {
  const { filterSize, strides, pad } = attributes;
  const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad);
  const { inHeight, inWidth, inChannels: channels } = info;
  const rows = new Int32Array(info.filterHeight * info.filterWidth);
  let out = 0;
  for (let picture = 0; picture < info.batchSize; picture++) {
    for (let row = 0; row < info.outHeight; row++) {
      const top = row * info.strideHeight - info.padInfo.top;
      const bottom = Math.min(inHeight, top + info.filterHeight);
      for (let column = 0; column < info.outWidth; column++, out += channels) {
        const left = column * info.strideWidth - info.padInfo.left;
        const right = Math.min(inWidth, left + info.filterWidth);
        let count = 0;
        for (let y = Math.max(0, top); y < bottom; y++) {
          for (let x = Math.max(0, left); x < right; x++) {
            rows[count++] = ((picture * inHeight + y) * inWidth + x) * channels;
          }
        }
        visit(out, rows, count);
      }
    }
  }
}

/** @returns the shape of the maxima */
export function maxPoolShape(shape: PictureShape, attributes: PoolAttributes): PictureShape {
  const { filterSize, strides, pad } = attributes;
  return tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad).outShape;
}

/**
 * The largest value of each window.
 * @param x `[batch, height, width, channels] float32`, row-major
 * @param y float32, of {@link maxPoolShape}: written
 */
export function maxPoolInto(
  y: Float32Array,
  x: Float32Array,
  shape: PictureShape,
  attributes: PoolAttributes,
): void {
  const channels = shape[3];
  forEachWindow(shape, attributes, (out, rows, count) => {
    for (let c = 0; c < channels; c++) y[out + c] = x[rows[0] + c];
    for (let i = 1; i < count; i++) {
      const from = rows[i];
      for (let c = 0; c < channels; c++) if (x[from + c] > y[out + c]) y[out + c] = x[from + c];
    }
  });
}

/**
 * Gradient of {@link maxPoolInto}: each window's goes to its largest value, the first of equals.
 * @param dx float32, of x's length: written
 * @param x `[batch, height, width, channels] float32`, row-major
 * @param dy float32: the gradient by the maxima
 */
export function maxPoolGradientInto(
  dx: Float32Array,
  x: Float32Array,
  dy: Float32Array,
  shape: PictureShape,
  attributes: PoolAttributes,
): void {
  const channels = shape[3];
  dx.fill(0);
  forEachWindow(shape, attributes, (out, rows, count) => {
    for (let c = 0; c < channels; c++) {
      let best = rows[0] + c;
      let largest = x[best];
      for (let i = 1; i < count; i++) {
        const value = x[rows[i] + c];
        if (value > largest) {
          largest = value;
          best = rows[i] + c;
        }
      }
      dx[best] += dy[out + c];
    }
  });
}
