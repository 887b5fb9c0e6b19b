import * as tf from "@tensorflow/tfjs-core";

/** Added to the variance (PQN's published code; Flax's default). */
const EPSILON = 1e-6;

/**
 * Layer normalization (Ba et al. 2016, equation 4) over the last axis: each row less its mean, over
 * its standard deviation, times a gain and plus a shift that are learned.
 *
 * ```
 *   x̂ = (x − mean(x)) / sqrt(var(x) + epsilon)           y = gain · x̂ + shift
 * ```
 * @param x `[…, units] float32`; of a convolution each place of each picture is a row
 * @param gain `[units] float32`
 * @param shift `[units] float32`
 * @returns the shape of x
 */
export function layerNorm<T extends tf.Tensor>(x: T, gain: tf.Tensor1D, shift: tf.Tensor1D): T {
  const units = gain.size;
  const rows = x.size / units;
  const layer = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [x, gain, shift, save] = args as [T, tf.Tensor1D, tf.Tensor1D, tf.GradSaveFunc];
    const flat = tf.reshape(x, [rows, units]);
    const centered = tf.sub(flat, tf.mean(flat, 1, true));
    const variance = tf.mean(tf.square(centered), 1, true);
    const inverse = tf.rsqrt(tf.add(variance, EPSILON));
    const normalized = tf.mul(centered, inverse);
    save([normalized, inverse, gain]);
    return {
      value: tf.reshape(tf.add(tf.mul(normalized, gain), shift), x.shape),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [normalized, inverse, gain] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
        const dFlat = tf.reshape(dy, [rows, units]);
        const dNormalized = tf.mul(dFlat, gain);
        // What shifts or scales a whole row is undone by the normalization: it has no gradient.
        const mean = tf.mean(dNormalized, 1, true);
        const alongRow = tf.mean(tf.mul(dNormalized, normalized), 1, true);
        const dx = tf.mul(tf.sub(tf.sub(dNormalized, mean), tf.mul(normalized, alongRow)), inverse);
        return [tf.reshape(dx, x.shape), tf.sum(tf.mul(dFlat, normalized), 0), tf.sum(dFlat, 0)];
      },
    };
  });
  return layer(x, gain, shift) as T;
}
