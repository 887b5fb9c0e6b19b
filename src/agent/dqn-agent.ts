import * as tf from "@tensorflow/tfjs-core";
import { MarioError } from "../core/errors.js";
import { Rng } from "../core/rng.js";
import type { ComputeBackend } from "../nn/backend.js";
import type { Padding } from "../nn/layers.js";
import { createAdam, type OptimizerState } from "../nn/optimizer.js";
import { createQNetwork, type QNetworkOptions } from "../nn/q-network.js";
import type { TransitionBatch } from "../replay/transition.js";
import type { Agent, AgentState, LearnMetrics, NamedTensors } from "./agent.js";
import { chosenValues, tdLoss, tdTarget } from "./td-target.js";

export interface DqnAgentOptions {
  /** Where it computes: from `selectBackend`; must stay the current TensorFlow.js backend. */
  readonly backend: ComputeBackend;
  readonly actionCount: number;
  /** Seed of the initial weights. */
  readonly seed: number;
  /** Step size of Adam; `setLearningRate` changes it later. */
  readonly learningRate: number;
  /** Two streams, value and advantage (Wang et al. 2016); default false. */
  readonly dueling?: boolean;
  /** Default "same". */
  readonly padding?: Padding;
  /** The online network chooses the target's action (van Hasselt et al. 2016); default true. */
  readonly doubleDqn?: boolean;
  /** Longest gradient per variable, L2 norm; default 10; Infinity: not clipped. */
  readonly maxGradientNorm?: number;
  /** "variable" (default) or "global": what {@link maxGradientNorm} is measured over. */
  readonly clipping?: "variable" | "global";
  /** Smaller networks for tests; default the DQN network on `[84, 84, 4]`. */
  readonly architecture?: Pick<QNetworkOptions, "inputShape" | "convolutions" | "hiddenUnits">;
}

/** An {@link Agent} whose whole learning state can be saved and brought back. */
export interface DqnAgent extends Agent {
  /** From the next `learn` on. @throws MarioError INVALID_OPTION unless positive and finite. */
  setLearningRate(learningRate: number): void;
  /** Target weights, copied. */
  getTargetWeights(): NamedTensors;
  /** Replaces the target weights alone. @throws MarioError MODEL_MISMATCH. */
  setTargetWeights(weights: NamedTensors): void;
  /** Adam's moments and step count, copied. */
  getOptimizerState(): OptimizerState;
  /** @throws MarioError MODEL_MISMATCH. */
  setOptimizerState(state: OptimizerState): void;
}

/**
 * Deep Q-network agent (Mnih et al. 2015): Huber loss on the (Double-)DQN target, clipped gradients,
 * Adam. Deterministic: the same calls give the same weights bit for bit on the same backend and
 * thread count.
 */
export function createDqnAgent(options: DqnAgentOptions): DqnAgent {
  const { backend, actionCount, doubleDqn = true } = options;
  const inputShape = options.architecture?.inputShape ?? [84, 84, 4];
  const network = (): ReturnType<typeof createQNetwork> =>
    createQNetwork({
      ...options.architecture,
      actionCount,
      rng: new Rng(options.seed),
      dueling: options.dueling ?? false,
      padding: options.padding ?? "same",
    });
  const online = network();
  // The same seed: both start equal, as `syncTarget` would leave them.
  const target = network();
  const trained = [...online.variables.values()];
  const optimizer = createAdam({
    variables: online.variables,
    maxGradientNorm: options.maxGradientNorm ?? 10,
    clipping: options.clipping ?? "variable",
  });
  let learningRate = requireLearningRate(options.learningRate);

  const upload = (observations: Uint8Array, batch: number): tf.Tensor4D =>
    backend.uploadObservations(observations, [batch, ...inputShape]);

  /** The target `[batch] float32`; nothing here is on a gradient tape. */
  function bootstrapTarget(batch: TransitionBatch): tf.Tensor1D {
    return tf.tidy(() => {
      const sT = upload(batch.sT, batch.size);
      const qTarget = target.forward(sT);
      const qSelector = doubleDqn ? online.forward(sT) : qTarget;
      return tdTarget(vector(batch.rT), vector(batch.discountT), qTarget, qSelector);
    });
  }

  function learn(batch: TransitionBatch): LearnMetrics {
    return tf.tidy(() => {
      const targetT = bootstrapTarget(batch);
      const sTm1 = upload(batch.sTm1, batch.size);
      const aTm1 = tf.tensor1d(batch.aTm1.slice(), "int32");
      const weights = vector(batch.weights);
      let q!: tf.Tensor2D;
      const { value, grads } = tf.variableGrads(() => {
        q = tf.keep(online.forward(sTm1));
        return tdLoss(q, aTm1, targetT, weights);
      }, trained);
      const qTm1 = chosenValues(q, aTm1);
      q.dispose();
      const loss = value.dataSync()[0];
      const tdErrors = (tf.sub(targetT, qTm1).dataSync() as Float32Array).slice();
      const meanQ = tf.mean(qTm1).dataSync()[0];
      if (!Number.isFinite(loss)) {
        throw new MarioError("NOT_FINITE", `The loss became ${loss}.`, {
          value: loss,
          remedy: "Lower the learning rate, or check the rewards' scale.",
        });
      }
      const gradientNorm = optimizer.step(grads, learningRate);
      return { loss, meanQ, gradientNorm, tdErrors };
    });
  }

  return {
    actionCount,
    qValues: (observations, batch) =>
      tf.tidy(() => online.forward(upload(observations, batch)).dataSync().slice() as Float32Array),
    learn,
    syncTarget: () => {
      target.setWeights(online.getWeights());
    },
    getWeights: () => online.getWeights(),
    setWeights: (weights) => {
      online.setWeights(weights);
      target.setWeights(weights);
    },
    getState: (): AgentState => ({
      weights: online.getWeights(),
      targetWeights: target.getWeights(),
      optimizer: optimizer.getState(),
      learningRate,
    }),
    setState: (state) => {
      online.setWeights(state.weights);
      target.setWeights(state.targetWeights);
      optimizer.setState(state.optimizer);
      learningRate = requireLearningRate(state.learningRate);
    },
    getTargetWeights: () => target.getWeights(),
    setTargetWeights: (weights) => {
      target.setWeights(weights);
    },
    setLearningRate: (value) => {
      learningRate = requireLearningRate(value);
    },
    getOptimizerState: () => optimizer.getState(),
    setOptimizerState: (state) => {
      optimizer.setState(state);
    },
    dispose: () => {
      optimizer.dispose();
      online.dispose();
      target.dispose();
    },
  };
}

/** Uploads a copy: the batch is reused, and some backends keep the array that they are given. */
function vector(values: Float32Array): tf.Tensor1D {
  return tf.tensor1d(values.slice());
}

function requireLearningRate(learningRate: number): number {
  if (learningRate > 0 && learningRate < Infinity) return learningRate;
  throw new MarioError("INVALID_OPTION", `A learning rate of ${learningRate} cannot train.`, {
    value: learningRate,
    remedy: "Give a positive number such as 2.5e-4.",
  });
}
