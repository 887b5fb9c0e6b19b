import type * as tf from "@tensorflow/tfjs-core";
import type { Architecture } from "./architecture.js";
import type { AdamVariable, StepSizes } from "./optimizer.js";

/** A network and its target network, whose variables an update reads and, of `online`, changes. */
export interface UpdatedNetworks {
  readonly architecture: Architecture;
  /** By name, in the order of `weightShapes`. */
  readonly online: ReadonlyMap<string, tf.Variable>;
  readonly target: ReadonlyMap<string, tf.Variable>;
}

/** A minibatch through one of the networks. */
export interface ForwardPass {
  readonly network: "online" | "target";
  /** `[batch, height, width, channels] uint8` */
  readonly observations: Uint8Array;
}

/**
 * Updates of a Q-network as two calls of a backend, without TensorFlow.js between its kernels. The
 * results are those of the network's own layers and optimizer, within float32 rounding; in bf16 a
 * backend may leave unrounded what its layers round.
 */
export interface NetworkUpdate {
  /**
   * @param passes the first is the online network's, and the one that {@link backward} follows
   * @returns of each pass `[batch, actionCount · atoms] float32`, freshly allocated
   */
  forward(passes: readonly ForwardPass[], batch: number): Float32Array[];
  /**
   * Gradient of the last {@link forward} and a step of Adam, in place.
   * @param gradient of the loss by the first pass's outputs: `[batch, actionCount · atoms] float32`
   * @param parameters of the online network, in its variables' order
   * @returns the global L2 norm of the gradient before clipping; not finite: nothing has changed
   */
  backward(gradient: Float32Array, parameters: readonly AdamVariable[], steps: StepSizes): number;
  dispose(): void;
}
