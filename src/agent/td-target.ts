import * as tf from "@tensorflow/tfjs-core";

/** Where the Huber loss turns from quadratic to linear (Mnih et al. 2015 clip the error at 1). */
const HUBER_DELTA = 1;

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
    return tf.sum<tf.Tensor1D>(tf.mul(q, actionMask(actions, q.shape[1])), 1);
  });
}

/**
 * 1 at each row's action, 0 elsewhere: `[batch, actions] float32`. Asking `oneHot` for float32 is no
 * shortcut: the WebAssembly backend (4.22) then writes the integer 1, which read as a float is 1e-45.
 */
function actionMask(actions: tf.Tensor1D, actionCount: number): tf.Tensor2D {
  return tf.cast(tf.oneHot(actions, actionCount), "float32") as tf.Tensor2D;
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
    const errors = tf.sub<tf.Tensor1D>(target, chosenValues(q, actions));
    save([errors, weights, actionMask(actions, actionCount)]);
    return {
      value: tf.mean(tf.mul(weights, huber(errors))),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [errors, weights, mask] = saved;
        const clipped = tf.clipByValue(errors, -HUBER_DELTA, HUBER_DELTA);
        const slope = tf.mul(tf.mul(weights, clipped), tf.mul(dy, -1 / batch));
        return tf.mul(mask, tf.reshape(slope, [batch, 1]));
      },
    };
  });
  return loss(q) as tf.Scalar;
}
