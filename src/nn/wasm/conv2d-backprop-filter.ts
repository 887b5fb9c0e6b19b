import * as tf from "@tensorflow/tfjs-core";

interface Attributes {
  readonly strides: [number, number] | number;
  readonly pad: Parameters<typeof tf.backend_util.computeConv2DInfo>[4];
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly filterShape: [number, number, number, number];
}

/**
 * The filter gradient that the WebAssembly backend lacks, as a convolution that it has: the input,
 * with batch and channels exchanged, is convolved with the output gradient, likewise exchanged, and
 * the forward stride becomes the dilation. With x padded as in the forward pass:
 *
 *     dW[h, w, c, k] = Σ_{n, i, j} x[n, i·s + h, j·s + w, c] · dy[n, i, j, k]
 */
export const conv2dBackpropFilter: tf.KernelFunc = ({ inputs, attrs }) => {
  const { x, dy } = inputs as unknown as { x: tf.Tensor4D; dy: tf.Tensor4D };
  const { strides, pad, dimRoundingMode, filterShape } = attrs as unknown as Attributes;
  const info = tf.backend_util.computeConv2DInfo(
    x.shape,
    filterShape,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  // Rows and columns that the forward pass read: the last window may stop short of the edge.
  const usedHeight = (info.outHeight - 1) * info.strideHeight + info.filterHeight;
  const usedWidth = (info.outWidth - 1) * info.strideWidth + info.filterWidth;
  return tf.tidy(() => {
    const { top, left } = info.padInfo;
    const bottom = Math.max(0, usedHeight - info.inHeight - top);
    const right = Math.max(0, usedWidth - info.inWidth - left);
    const padded = tf.pad(x, [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ]);
    const used = tf.slice(
      padded,
      [0, 0, 0, 0],
      [info.batchSize, usedHeight, usedWidth, info.inChannels],
    );
    const gradient = tf.conv2d(
      tf.transpose(used, [3, 1, 2, 0]),
      tf.transpose(dy, [1, 2, 0, 3]),
      1,
      "valid",
      "NHWC",
      [info.strideHeight, info.strideWidth],
    );
    return tf.transpose(gradient, [1, 2, 0, 3]);
  });
};
