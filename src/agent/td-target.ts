import * as tf from "@tensorflow/tfjs-core";

/** Where the Huber loss turns from quadratic to linear (Mnih et al. 2015 clip the error at 1). */
export const HUBER_DELTA = 1;

/**
 * One-step (or n-step) target `r_t + discount_t · qTarget(s_t, a*)`, `[batch] float32`.
 *
 * `a*` maximises `qSelector`: the online network's values for Double DQN (van Hasselt et al. 2016,
 * equation 4), the target network's own for plain DQN.
 * @param rT `[batch] float32`
 * @param discountT `[batch] float32`: gamma^n, 0 where the episode terminated
 * @param qTarget `[batch, actions] float32`: target network at s_t
 * @param qSelector `[batch, actions] float32`: what chooses the action at s_t
 */
export function tdTarget(
  rT: tf.Tensor1D,
  discountT: tf.Tensor1D,
  qTarget: tf.Tensor2D,
  qSelector: tf.Tensor2D,
): tf.Tensor1D {
  return tf.tidy(() => {
    const bootstrap = chosenValues(qTarget, tf.argMax<tf.Tensor1D>(qSelector, 1));
    return tf.add(rT, tf.mul(discountT, bootstrap));
  });
}

/**
 * Each row's value of one action.
 * @param q `[batch, actions] float32`
 * @param actions `[batch] int32`
 * @returns `[batch] float32`
 */
export function chosenValues(q: tf.Tensor2D, actions: tf.Tensor1D): tf.Tensor1D {
  return tf.tidy(() => {
    const mask = tf.oneHot(actions, q.shape[1], 1, 0, "float32");
    return tf.sum<tf.Tensor1D>(tf.mul(q, mask), 1);
  });
}

/**
 * Huber loss of each error: `x²/2` within ±{@link HUBER_DELTA}, linear beyond (Huber 1964).
 * @param errors `[batch] float32`
 * @returns `[batch] float32`
 */
export function huber(errors: tf.Tensor1D): tf.Tensor1D {
  return tf.tidy(() => {
    const size = tf.abs(errors);
    const quadratic = tf.minimum(size, HUBER_DELTA);
    const linear = tf.sub(size, quadratic);
    return tf.add(tf.mul(0.5, tf.square(quadratic)), tf.mul(HUBER_DELTA, linear));
  });
}

/**
 * Mean over the batch of `weights · huber(target − q[action])` (Schaul et al. 2016, algorithm 1),
 * differentiable in `q`: its gradient is `−weights · clip(error, ±HUBER_DELTA) / batch` at each
 * row's action and 0 elsewhere.
 * @param q `[batch, actions] float32`: the online network's values at s_tm1
 * @param actions `[batch] int32`: a_tm1
 * @param target `[batch] float32`: a constant, from {@link tdTarget}
 * @param weights `[batch] float32`: importance weights, 1 for uniform sampling
 */
export function tdLoss(
  q: tf.Tensor2D,
  actions: tf.Tensor1D,
  target: tf.Tensor1D,
  weights: tf.Tensor1D,
): tf.Scalar {
  const [batch, actionCount] = q.shape;
  const loss = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [q, save] = args as unknown as [tf.Tensor2D, tf.GradSaveFunc];
    const errors = tf.sub(target, chosenValues(q, actions));
    save([errors]);
    return {
      value: tf.mean(tf.mul(weights, huber(errors as tf.Tensor1D))),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const clipped = tf.clipByValue(saved[0], -HUBER_DELTA, HUBER_DELTA);
        const slope = tf.mul(tf.mul(weights, clipped), tf.mul(dy, -1 / batch));
        const mask = tf.oneHot(actions, actionCount, 1, 0, "float32");
        return tf.mul(mask, tf.reshape(slope, [batch, 1]));
      },
    };
  });
  return loss(q) as tf.Scalar;
}
