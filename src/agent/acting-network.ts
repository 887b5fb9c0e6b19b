import * as tf from "@tensorflow/tfjs-core";
import { Rng } from "../core/rng.js";
import type { ComputeBackend } from "../nn/backend.js";
import { createQNetwork, type QNetworkOptions } from "../nn/q-network.js";
import type { NamedTensors } from "./agent.js";

/** A copy of the online network that only plays. */
export interface ActingNetwork {
  readonly actionCount: number;
  /**
   * @param observations `[batch, 84, 84, 4] uint8`
   * @returns `[batch, actionCount] float32`, row-major
   */
  qValues(observations: Uint8Array, batch: number): Float32Array;
  /** Copies weights in. @throws MarioError MODEL_MISMATCH on other names or shapes. */
  setWeights(weights: NamedTensors): void;
  dispose(): void;
}

export type ActingNetworkOptions = Omit<QNetworkOptions, "rng"> & {
  /** Must stay the thread's current TensorFlow.js backend. */
  readonly backend: ComputeBackend;
};

/** A network with weights of no meaning until `setWeights`. */
export function createActingNetwork(options: ActingNetworkOptions): ActingNetwork {
  const { backend, ...architecture } = options;
  const network = createQNetwork({ ...architecture, rng: new Rng(0) });
  const shape = architecture.inputShape ?? [84, 84, 4];
  return {
    actionCount: network.actionCount,
    qValues: (observations, batch) =>
      tf.tidy(() => {
        const input = backend.uploadObservations(observations, [batch, ...shape]);
        return network.forward(input).dataSync().slice() as Float32Array;
      }),
    setWeights: (weights) => {
      network.setWeights(weights);
    },
    dispose: () => {
      network.dispose();
    },
  };
}
