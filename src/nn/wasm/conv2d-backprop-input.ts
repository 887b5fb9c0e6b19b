import * as tf from "@tensorflow/tfjs-core";

interface Attributes {
  readonly strides: [number, number] | number;
  readonly pad: Parameters<typeof tf.backend_util.computeConv2DInfo>[4];
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly inputShape: [number, number, number, number];
}

/** Height or width: the input's size and the padding before it. */
interface Axis {
  readonly input: number;
  readonly before: number;
}

/**
 * The input gradient as a convolution: the WebAssembly backend's own kernel is a plain loop on one
 * thread, about ten times slower.
 *
 * With padded coordinates y = s·Y + p and kernel rows i = s·a + p, only rows of equal phase p meet:
 *
 *     dx[n, s·Y + p, s·X + q, c] = Σ_{a, b, k} dy[n, Y − a, X − b, k] · w[s·a + p, s·b + q, c, k]
 *
 * So all s² phases are one convolution of stride 1 of `dy` with s² · inChannels filters, whose
 * channels then move into space.
 */
export const conv2dBackpropInput: tf.KernelFunc = ({ inputs, attrs }) => {
  const { dy, filter } = inputs as unknown as { dy: tf.Tensor4D; filter: tf.Tensor4D };
  const { strides, pad, dimRoundingMode, inputShape } = attrs as unknown as Attributes;
  const info = tf.backend_util.computeConv2DInfo(
    inputShape,
    filter.shape,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const stride = info.strideHeight;
  if (info.strideWidth !== stride) throw new Error("strides that differ are not supported");
  return tf.tidy(() => {
    // Kernel rows and columns of each phase.
    const tapsY = Math.ceil(info.filterHeight / stride);
    const tapsX = Math.ceil(info.filterWidth / stride);
    const phases = phaseFilters(filter, stride, tapsY, tapsX);
    const fullY: [number, number] = [tapsY - 1, tapsY - 1];
    const fullX: [number, number] = [tapsX - 1, tapsX - 1];
    const blocks = tf.conv2d(dy, phases, 1, [[0, 0], fullY, fullX, [0, 0]]);
    const padded = stride === 1 ? blocks : tf.depthToSpace(blocks, stride, "NHWC");
    return window(
      padded,
      { input: info.inHeight, before: info.padInfo.top },
      { input: info.inWidth, before: info.padInfo.left },
    );
  });
};

/** `[tapsY, tapsX, outChannels, stride · stride · inChannels]`, flipped in both directions. */
function phaseFilters(
  filter: tf.Tensor4D,
  stride: number,
  tapsY: number,
  tapsX: number,
): tf.Tensor4D {
  const [height, width, inChannels, outChannels] = filter.shape;
  const whole = tf.pad(filter, [
    [0, tapsY * stride - height],
    [0, tapsX * stride - width],
    [0, 0],
    [0, 0],
  ]);
  const split = tf.reshape(whole, [tapsY, stride, tapsX, stride, inChannels, outChannels]);
  const grouped = tf.reshape<tf.Rank.R4>(tf.transpose(split, [0, 2, 5, 1, 3, 4]), [
    tapsY,
    tapsX,
    outChannels,
    stride * stride * inChannels,
  ]);
  return tf.reverse(grouped, [0, 1]);
}

/** Cuts the padding off; rows that no window read have no gradient. */
function window(padded: tf.Tensor4D, vertical: Axis, horizontal: Axis): tf.Tensor4D {
  const [batch, height, width, channels] = padded.shape;
  const covering = tf.pad(padded, [
    [0, 0],
    [0, Math.max(0, vertical.before + vertical.input - height)],
    [0, Math.max(0, horizontal.before + horizontal.input - width)],
    [0, 0],
  ]);
  return tf.slice(
    covering,
    [0, vertical.before, horizontal.before, 0],
    [batch, vertical.input, horizontal.input, channels],
  );
}
