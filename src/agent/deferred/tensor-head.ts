import * as tf from "@tensorflow/tfjs-core";
import { hasKernel, runKernels, TD_LOSS_AND_GRADIENT } from "../../nn/kernels.js";
import { supportValues } from "../heads/c51-head.js";
import { createHead, type HeadOptions } from "../heads/head.js";

/*
 * The heads of ../heads once more, as tensor operations, for backends whose tensors cannot be read
 * synchronously. What they mean, and where it comes from, is said there; test/agent compares them.
 */

/** What the outputs for the actions taken are to become, as `Targets` has it. All float32. */
export interface TensorTargets {
  /** `[rows, actions]`: 1 for the action taken, else 0. */
  readonly taken: tf.Tensor2D;
  /** `[rows]` */
  readonly returns: tf.Tensor1D;
  /** `[rows]` */
  readonly discountT: tf.Tensor1D;
  /** `[rows, actions]` */
  readonly policyT: tf.Tensor2D;
  /** `[rows, actions · atoms]` */
  readonly outputsT: tf.Tensor2D;
  /** `[rows]` */
  readonly weights: tf.Tensor1D;
}

export interface TensorLoss {
  readonly loss: tf.Scalar;
  /** Mean over the rows of the action's value. */
  readonly meanQ: tf.Scalar;
  /** `[rows, actions · atoms]` */
  readonly gradient: tf.Tensor2D;
  /** `[rows]` */
  readonly tdErrors: tf.Tensor1D;
}

export interface TensorHead {
  /** @param outputs `[rows, actions · atoms]` @returns `[rows, actions]` */
  qValues(outputs: tf.Tensor2D): tf.Tensor2D;
  loss(outputs: tf.Tensor2D, targets: TensorTargets): TensorLoss;
}

/** @throws MarioError INVALID_OPTION when the head's numbers make no sense */
export function createTensorHead(options: HeadOptions): TensorHead {
  // Its constructor checks the numbers.
  const { atoms } = createHead(options);
  const { actionCount, spec, huberDelta } = options;
  switch (spec.kind) {
    case "scalar":
      return scalarHead(huberDelta);
    case "c51":
      return c51Head(actionCount, spec);
    case "quantile":
      return quantileHead(actionCount, atoms, huberDelta);
  }
}

function scalarHead(delta: number): TensorHead {
  return {
    qValues: (outputs) => tf.clone(outputs),
    loss(outputs, targets) {
      if (hasKernel(TD_LOSS_AND_GRADIENT)) return fusedScalarLoss(outputs, targets, delta);
      const { taken, returns, discountT, policyT, outputsT, weights } = targets;
      const bootstrap = tf.sum(tf.mul(policyT, outputsT), 1);
      const target = tf.add(returns, tf.mul(discountT, bootstrap));
      const tdErrors: tf.Tensor1D = tf.sub(target, tf.sum(tf.mul(taken, outputs), 1));
      const slope = clipped(tdErrors, delta);
      return {
        loss: tf.mean(tf.mul(weights, huber(tdErrors, slope))),
        gradient: tf.mul(taken, column(tf.mul(slope, share(weights, -1)))),
        tdErrors,
        meanQ: meanChosen(outputs, taken),
      };
    },
  };
}

function fusedScalarLoss(outputs: tf.Tensor2D, targets: TensorTargets, delta: number): TensorLoss {
  const results = runKernels(TD_LOSS_AND_GRADIENT, { outputs, ...targets }, { delta });
  const [loss, meanQ, tdErrors, gradient] = results as unknown as [
    tf.Scalar,
    tf.Scalar,
    tf.Tensor1D,
    tf.Tensor2D,
  ];
  return { loss, meanQ, tdErrors, gradient };
}

function c51Head(
  actions: number,
  support: { readonly atoms: number; readonly vMin: number; readonly vMax: number },
): TensorHead {
  const { atoms, vMin, vMax } = support;
  const values = (): tf.Tensor1D => tf.tensor1d(Float32Array.from(supportValues(support)));
  const places = (): tf.Tensor1D => tf.tensor1d(Float32Array.from({ length: atoms }, (_, i) => i));

  /** Each row's mass at each value, divided between the two atoms beside it: `[rows, atoms]`. */
  function projected(at: tf.Tensor2D, mass: tf.Tensor2D): tf.Tensor2D {
    const place = tf.mul(tf.sub(tf.clipByValue(at, vMin, vMax), vMin), (atoms - 1) / (vMax - vMin));
    const distance = tf.abs(tf.sub(tf.expandDims(place, 2), places()));
    return tf.sum(tf.mul(tf.expandDims(mass, 2), tf.relu(tf.sub(1, distance))), 1);
  }

  const qValues = (outputs: tf.Tensor2D): tf.Tensor2D =>
    tf.sum(tf.mul(tf.softmax(perAction(outputs, actions, atoms)), values()), 2);
  return {
    qValues,
    loss(outputs, { taken, returns, discountT, policyT, outputsT, weights }) {
      const chosen = picked(outputs, taken, atoms);
      const next = tf.softmax(perAction(outputsT, actions, atoms));
      const mass: tf.Tensor2D = tf.sum(tf.mul(next, tf.expandDims(policyT, 2)), 1);
      const at = tf.add<tf.Tensor2D>(column(returns), tf.mul(column(discountT), values()));
      const target = projected(at, mass);
      const logSum = tf.logSumExp(chosen, 1, true);
      const logPolicy = tf.sub(chosen, logSum);
      const logTarget = tf.log(tf.maximum(target, 1e-30));
      const tdErrors: tf.Tensor1D = tf.sum(tf.mul(target, tf.sub(logTarget, logPolicy)), 1);
      const slope = tf.mul(tf.sub(tf.exp(logPolicy), target), column(share(weights, 1)));
      return {
        loss: tf.mean(tf.mul(weights, tdErrors)),
        gradient: placed(slope as tf.Tensor2D, taken, atoms),
        tdErrors,
        meanQ: meanChosen(qValues(outputs), taken),
      };
    },
  };
}

function quantileHead(actions: number, atoms: number, kappa: number): TensorHead {
  const middles = Float32Array.from({ length: atoms }, (_, i) => (2 * i + 1) / (2 * atoms));
  const qValues = (outputs: tf.Tensor2D): tf.Tensor2D =>
    tf.mean(perAction(outputs, actions, atoms), 2);
  return {
    qValues,
    loss(outputs, { taken, returns, discountT, policyT, outputsT, weights }) {
      const quantiles = picked(outputs, taken, atoms);
      const bootstrap = picked(outputsT, policyT, atoms);
      const samples = tf.add(column(returns), tf.mul(column(discountT), bootstrap));
      // `[rows, quantiles, samples]`
      const errors = tf.sub(tf.expandDims(samples, 1), tf.expandDims(quantiles, 2));
      const slope = clipped(errors, kappa);
      const tau = tf.tensor3d(middles, [1, atoms, 1]);
      const below = tf.cast(tf.less(errors, 0), "float32");
      const asymmetry = tf.div(tf.abs(tf.sub(tau, below)), atoms * kappa);
      const tdErrors: tf.Tensor1D = tf.sum(tf.mul(asymmetry, huber(errors, slope)), [1, 2]);
      const slopes = tf.mul(tf.sum(tf.mul(asymmetry, slope), 2), column(share(weights, -1)));
      return {
        loss: tf.mean(tf.mul(weights, tdErrors)),
        gradient: placed(slopes as tf.Tensor2D, taken, atoms),
        tdErrors,
        meanQ: meanChosen(qValues(outputs), taken),
      };
    },
  };
}

/** The derivative of Huber's loss: the error, clipped. */
function clipped<T extends tf.Tensor>(errors: T, delta: number): T {
  return delta === Infinity ? errors : tf.clipByValue(errors, -delta, delta);
}

/** Huber's loss from its derivative: `x²/2` within ±delta, `delta (|x| − delta/2)` beyond. */
function huber<T extends tf.Tensor>(errors: T, slope: T): T {
  return tf.mul(slope, tf.sub(errors, tf.mul(slope, 0.5)));
}

function meanChosen(q: tf.Tensor2D, taken: tf.Tensor2D): tf.Scalar {
  return tf.mul(tf.mean(tf.mul(taken, q)), taken.shape[1]);
}

/** Each row's part in the mean loss. */
function share(weights: tf.Tensor1D, sign: 1 | -1): tf.Tensor1D {
  return tf.mul(weights, sign / weights.size);
}

function column(x: tf.Tensor): tf.Tensor2D {
  return tf.reshape(x, [x.size, 1]);
}

function perAction(outputs: tf.Tensor2D, actions: number, atoms: number): tf.Tensor3D {
  return tf.reshape(outputs, [outputs.shape[0], actions, atoms]);
}

/** Outputs of one action, or a mixture of actions': `[rows, atoms]`. */
function picked(outputs: tf.Tensor2D, shares: tf.Tensor2D, atoms: number): tf.Tensor2D {
  const each = perAction(outputs, shares.shape[1], atoms);
  return tf.sum(tf.mul(each, tf.expandDims(shares, 2)), 1);
}

/** `[rows, atoms]` at the place of the action taken: `[rows, actions · atoms]`, else 0. */
function placed(slopes: tf.Tensor2D, taken: tf.Tensor2D, atoms: number): tf.Tensor2D {
  const [rows, actions] = taken.shape;
  const each = tf.mul(tf.expandDims(taken, 2), tf.expandDims(slopes, 1));
  return tf.reshape(each, [rows, actions * atoms]);
}
