import type * as tf from "@tensorflow/tfjs-core";
import { MarioError } from "../core/errors.js";
import { Rng } from "../core/rng.js";
import { type Architecture, DQN_ARCHITECTURE } from "../nn/architecture.js";
import { createAdam, type Optimizer } from "../nn/optimizer.js";
import { createQNetwork, type QNetwork } from "../nn/q-network.js";
import type { AgentState } from "./agent.js";
import type { DqnAgentOptions } from "./dqn-agent.js";
import type { HeadOptions } from "./heads/head.js";
import { munchausenBonus } from "./targets.js";
import { ValueLimit } from "./value-limit.js";

/** What agents are made of, wherever they compute: their networks, optimizer and state. */
export class AgentParts {
  readonly architecture: Architecture;
  readonly headOptions: HeadOptions;
  readonly online: QNetwork;
  readonly target: QNetwork;
  readonly optimizer: Optimizer;
  /** Of a noisy network: each forward pass that learns draws its own. */
  readonly noise: Rng;
  readonly limit: ValueLimit;
  readonly #backend: DqnAgentOptions["backend"];
  #learningRate: number;

  /** @throws MarioError INVALID_OPTION */
  constructor(options: DqnAgentOptions) {
    const { actionCount, munchausen, seed, initialSigma } = options;
    this.#backend = options.backend;
    this.architecture = {
      ...DQN_ARCHITECTURE,
      dueling: options.dueling ?? false,
      padding: options.padding ?? "same",
      ...options.architecture,
      actionCount,
    };
    const { head: spec = { kind: "scalar" } } = this.architecture;
    this.headOptions = { actionCount, spec, huberDelta: options.huberDelta ?? 1 };
    this.#learningRate = requireLearningRate(options.learningRate);
    // The same seed: both start equal, as a copy would leave them.
    const network = (): QNetwork =>
      createQNetwork({ ...this.architecture, rng: new Rng(seed), initialSigma });
    this.online = network();
    this.target = network();
    this.optimizer = createAdam({
      variables: this.online.variables,
      maxGradientNorm: options.maxGradientNorm ?? 10,
      clipping: options.clipping ?? "variable",
      epsilon: options.adamEpsilon ?? 1e-8,
      weightDecay: options.weightDecay ?? 0,
    });
    this.noise = new Rng(seed).split();
    this.limit = new ValueLimit(munchausen ? munchausenBonus(actionCount, munchausen) : 0);
  }

  /** @returns `[batch, height, width, channels] float32` in [0, 1] */
  upload(observations: Uint8Array, batch: number): tf.Tensor4D {
    return this.#backend.uploadObservations(observations, [batch, ...this.architecture.inputShape]);
  }

  get learningRate(): number {
    return this.#learningRate;
  }

  /** @throws MarioError INVALID_OPTION unless finite and at least 0 */
  set learningRate(value: number) {
    this.#learningRate = requireLearningRate(value);
  }

  setWeights(weights: AgentState["weights"]): void {
    this.online.setWeights(weights);
    this.target.setWeights(weights);
  }

  /** The part of an agent's state that is not in tensors. */
  getScalars(): Omit<AgentState, "weights" | "targetWeights" | "optimizer"> {
    const { learningRate, noise, limit } = this;
    const { largestReturn, largestDiscount } = limit;
    return { learningRate, noise: noise.getState(), largestReturn, largestDiscount };
  }

  /** @throws MarioError MODEL_MISMATCH when it is another network's */
  setState(state: AgentState): void {
    this.online.setWeights(state.weights);
    this.target.setWeights(state.targetWeights);
    this.optimizer.setState(state.optimizer);
    this.learningRate = state.learningRate;
    this.noise.setState(state.noise);
    this.limit.largestReturn = state.largestReturn;
    this.limit.largestDiscount = state.largestDiscount;
  }

  dispose(): void {
    this.optimizer.dispose();
    this.online.dispose();
    this.target.dispose();
  }
}

/** @throws MarioError INVALID_OPTION unless finite and at least 0, where a schedule may end */
function requireLearningRate(learningRate: number): number {
  if (learningRate >= 0 && learningRate < Infinity) return learningRate;
  throw new MarioError("INVALID_OPTION", `A learning rate of ${learningRate} cannot train.`, {
    value: learningRate,
    remedy: "Give a positive number such as 2.5e-4.",
  });
}
