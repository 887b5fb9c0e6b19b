import * as tf from "@tensorflow/tfjs-core";

/** Attributes of TensorFlow.js's `MaxPoolGrad`. */
export interface PoolAttributes {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: Parameters<typeof tf.backend_util.computePool2DInfo>[4];
}

/**
 * Gradient of the maxima of windows, in plain JavaScript: each window's goes to its largest value,
 * the first of equals. For backends whose own `MaxPoolGrad` cannot be used: that of `wasm` (4.22)
 * sends it elsewhere where all of a window is negative, that of the CPU backend takes ten times as
 * long.
 * @param x `[batch, height, width, channels] float32`, row-major: the values
 * @param dy float32: the gradient by the maxima
 * @returns the gradient by the values, of x's length
 */
export function maxPoolGradient(
  x: Float32Array,
  dy: Float32Array,
  shape: [number, number, number, number],
  { filterSize, strides, pad }: PoolAttributes,
  dx: Float32Array = new Float32Array(x.length),
): Float32Array {
  const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad);
  const { inHeight, inWidth, outHeight, outWidth, inChannels: channels } = info;
  dx.fill(0);
  const best = new Int32Array(channels);
  let out = 0;
  for (let picture = 0; picture < info.batchSize; picture++) {
    for (let row = 0; row < outHeight; row++) {
      const top = row * info.strideHeight - info.padInfo.top;
      for (let column = 0; column < outWidth; column++, out += channels) {
        const left = column * info.strideWidth - info.padInfo.left;
        best.fill(-1);
        for (let y = Math.max(0, top); y < Math.min(inHeight, top + info.filterHeight); y++) {
          const right = Math.min(inWidth, left + info.filterWidth);
          for (let at = Math.max(0, left); at < right; at++) {
            const from = ((picture * inHeight + y) * inWidth + at) * channels;
            for (let c = 0; c < channels; c++) {
              if (best[c] < 0 || x[from + c] > x[best[c]]) best[c] = from + c;
            }
          }
        }
        for (let c = 0; c < channels; c++) dx[best[c]] += dy[out + c];
      }
    }
  }
  return dx;
}
