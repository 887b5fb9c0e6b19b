import type { OptimizerState } from "../nn/optimizer.js";
import type { TransitionBatch } from "../replay/transition.js";

/** What one gradient step reports; each is defined in docs/metrics.md. */
export interface LearnMetrics {
  /** Mean (weighted) Huber loss over the batch. */
  readonly loss: number;
  /** Mean over the batch of Q(s_tm1, a_tm1) before the step. */
  readonly meanQ: number;
  /** Global L2 norm of the gradient before clipping. */
  readonly gradientNorm: number;
  /** TD errors, target − estimate, `[batch] float32`; for prioritized replay. */
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
}

/** An agent that learns from minibatches; all effects (time, files, randomness) are outside it. */
export interface Agent {
  readonly actionCount: number;
  /**
   * Q-values of observations under the online network.
   * @param observations `[batch, 84, 84, 4] uint8`
   * @returns `[batch, actionCount] float32`, row-major, freshly allocated
   */
  qValues(observations: Uint8Array, batch: number): Float32Array;
  /** One gradient step. @throws MarioError NOT_FINITE when the loss is NaN or infinite. */
  learn(batch: TransitionBatch): LearnMetrics;
  /** Copies the online network's weights into the target network. */
  syncTarget(): void;
  /** Online weights, copied: names such as `conv1/kernel`. */
  getWeights(): NamedTensors;
  /** Replaces online and target weights. @throws MarioError MODEL_MISMATCH on other names or shapes. */
  setWeights(weights: NamedTensors): void;
  getState(): AgentState;
  /** @throws MarioError MODEL_MISMATCH when it is another network's. */
  setState(state: AgentState): void;
  dispose(): void;
}
