import type { HeadSpec } from "../../nn/architecture.js";
import { C51Head } from "./c51-head.js";
import { QuantileHead } from "./quantile-head.js";
import { ScalarHead } from "./scalar-head.js";

/**
 * What the network's outputs mean: how they become Q-values, and what the loss of a minibatch is.
 *
 * A network has `actionCount · atoms` outputs for each observation, action by action: output
 * `a · atoms + i` is the i-th number of action a. A minibatch's are a few thousand numbers, so heads
 * are plain arithmetic on arrays, in double precision; the network's many are TensorFlow.js's.
 */
export interface Head {
  /** Outputs for each action. */
  readonly atoms: number;
  /**
   * @param outputs `[rows, actionCount · atoms] float32`
   * @returns `[rows, actionCount] float32`, freshly allocated
   */
  qValues(outputs: Float32Array): Float32Array;
  /** The loss of a minibatch and its gradient. */
  loss(outputs: Float32Array, targets: Targets): HeadLoss;
}

/** What the outputs for the actions taken are to become; see `targetsOf`. */
export interface Targets {
  /** Actions taken: `[rows] int32`. */
  readonly aTm1: Int32Array;
  /** Sum of rewards before the bootstrap, with whatever a target rule adds: `[rows]`. */
  readonly returns: ArrayLike<number>;
  /** Discount of the bootstrap value: `[rows] float32`. */
  readonly discountT: Float32Array;
  /** Probability of each action at s_t, by which its value counts: `[rows, actionCount]`. */
  readonly policyT: ArrayLike<number>;
  /** The target network's outputs at s_t: `[rows, actionCount · atoms] float32`. */
  readonly outputsT: Float32Array;
  /** Importance weights: `[rows] float32`. */
  readonly weights: Float32Array;
}

export interface HeadLoss {
  /** Mean over the rows of weight · loss. */
  readonly loss: number;
  /** Its derivative by the outputs, `[rows, actionCount · atoms] float32`. */
  readonly gradient: Float32Array;
  /**
   * How wrong each row was, for prioritized replay, `[rows] float32`: the TD error of a scalar head,
   * the row's loss (unweighted) of a distributional one (Hessel et al. 2018, "The integrated agent").
   */
  readonly tdErrors: Float32Array;
}

export interface HeadOptions {
  readonly actionCount: number;
  readonly spec: HeadSpec;
  /** Error at which the loss turns linear; Infinity: squared error. Not used by c51. */
  readonly huberDelta: number;
}

/** @throws MarioError INVALID_OPTION when the head's numbers make no sense */
export function createHead({ actionCount, spec, huberDelta }: HeadOptions): Head {
  switch (spec.kind) {
    case "scalar":
      return new ScalarHead(actionCount, huberDelta);
    case "c51":
      return new C51Head(actionCount, spec);
    case "quantile":
      return new QuantileHead(actionCount, spec.atoms, huberDelta);
  }
}
