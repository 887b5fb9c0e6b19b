import * as tf from "@tensorflow/tfjs-core";
import { Rng } from "../core/rng.js";
import type { ComputeBackend } from "../nn/backend.js";
import { createQNetwork, type QNetworkOptions } from "../nn/q-network.js";
import type { NamedTensors } from "./agent.js";
import { createHead } from "./heads/head.js";

/** A copy of the online network that only plays. */
export interface ActingNetwork {
  readonly actionCount: number;
  /**
   * @param observations `[batch, 84, 84, 4] uint8`
   * @param noise as in `Agent.qValues`
   * @returns `[batch, actionCount] float32`, row-major
   */
  qValues(observations: Uint8Array, batch: number, noise?: Rng): Float32Array;
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
  const { actionCount, head: spec = { kind: "scalar" } } = architecture;
  const network = createQNetwork({ ...architecture, rng: new Rng(0) });
  const head = createHead({ actionCount, spec, huberDelta: 1 });
  const shape = architecture.inputShape ?? [84, 84, 4];
  return {
    actionCount,
    qValues: (observations, batch, noise) =>
      tf.tidy(() => {
        const input = backend.uploadObservations(observations, [batch, ...shape]);
        return head.qValues(network.forward(input, noise).dataSync() as Float32Array);
      }),
    setWeights: (weights) => {
      network.setWeights(weights);
    },
    dispose: () => {
      network.dispose();
    },
  };
}
