import type { Rng, RngState } from "../core/rng.js";
import type { OptimizerState } from "../nn/optimizer.js";
import type { TransitionBatch } from "../replay/transition.js";

/** What one gradient step reports; each is defined in docs/metrics.md. */
export interface LearnMetrics {
  /** Mean weighted loss over the batch: Huber, KL divergence (c51) or quantile Huber loss. */
  readonly loss: number;
  /** Mean over the batch of Q(s_tm1, a_tm1) before the step. */
  readonly meanQ: number;
  /** Global L2 norm of the gradient before clipping. */
  readonly gradientNorm: number;
  /**
   * For prioritized replay, `[batch] float32`: TD errors, target − estimate, of a scalar head; the
   * loss of each, before its weight, of a distributional one (Hessel et al. 2018).
   */
  readonly tdErrors: Float32Array;
}

/** Named float32 arrays with shapes: what a model file or a resume state holds. */
export type NamedTensors = ReadonlyMap<
  string,
  { readonly shape: readonly number[]; readonly data: Float32Array }
>;

/** All that decides what an agent does next, copied: a resumed agent goes on bit for bit. */
export interface AgentState {
  readonly weights: NamedTensors;
  readonly targetWeights: NamedTensors;
  readonly optimizer: OptimizerState;
  readonly learningRate: number;
  /** Of the noise that is learned with. */
  readonly noise: RngState;
  /** Of the check for divergence. */
  readonly largestReturn: number;
  readonly largestDiscount: number;
}

/** A value, or the promise of one where it comes from a GPU. */
type Eventually<T> = T | Promise<T>;

/** What a learner needs of an agent: {@link Agent}, or one whose results come later. */
export interface LearningAgent {
  qValues(observations: Uint8Array, batch: number, noise?: Rng): Eventually<Float32Array>;
  learn(batch: TransitionBatch): Eventually<LearnMetrics>;
  /** From the next `learn` on. @throws MarioError INVALID_OPTION if negative or not finite. */
  setLearningRate(learningRate: number): void;
  syncTarget(): void;
  /** Online weights for reading at once: arrays may be the network's own. */
  peekWeights(): Eventually<NamedTensors>;
  getState(): Eventually<AgentState>;
  setState(state: AgentState): void;
  dispose(): void;
}

/** An agent that learns from minibatches; all effects (time, files, randomness) are outside it. */
export interface Agent {
  readonly actionCount: number;
  /**
   * Q-values of observations under the online network.
   * @param observations `[batch, 84, 84, 4] uint8`
   * @param noise a noisy network draws its noise from it, anew at each call, the same for the whole
   * batch; without it the noise is 0, as for evaluation. Without effect on other networks.
   * @returns `[batch, actionCount] float32`, row-major, freshly allocated
   */
  qValues(observations: Uint8Array, batch: number, noise?: Rng): Float32Array;
  /**
   * One gradient step.
   * @throws MarioError NOT_FINITE when the loss or the gradient is NaN or infinite, DIVERGED when
   * values are far beyond any that the rewards allow; nothing has changed then
   */
  learn(batch: TransitionBatch): LearnMetrics;
  /** From the next `learn` on. @throws MarioError INVALID_OPTION if negative or not finite. */
  setLearningRate(learningRate: number): void;
  /** Moves the target network towards the online one: a copy, unless the agent's tau is below 1. */
  syncTarget(): void;
  /** Online weights, copied: names such as `conv1/kernel`. */
  getWeights(): NamedTensors;
  /** The same for reading at once: arrays may be the network's own. */
  peekWeights(): NamedTensors;
  /** Replaces online and target weights. @throws MarioError MODEL_MISMATCH on other names or shapes. */
  setWeights(weights: NamedTensors): void;
  getState(): AgentState;
  /** @throws MarioError MODEL_MISMATCH when it is another network's. */
  setState(state: AgentState): void;
  dispose(): void;
}
