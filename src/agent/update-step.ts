import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../core/rng.js";
import type { ForwardPass, NetworkUpdate } from "../nn/network-update.js";
import type { Optimizer } from "../nn/optimizer.js";
import type { QNetwork } from "../nn/q-network.js";
import type { TransitionBatch } from "../replay/transition.js";
import { headLoss } from "./head-loss.js";
import type { HeadLoss } from "./heads/head.js";

/** What an update's forward passes gave, each `[rows, actionCount · atoms] float32`. */
export interface UpdateOutputs {
  /** The online network's at s_tm1: what is trained. */
  readonly onlineTm1: Float32Array;
  /** The target network's at s_t. */
  readonly targetT: Float32Array;
  /** The online network's at s_t, where {@link UpdatePasses.onlineT} asks for it. */
  readonly onlineT: Float32Array | undefined;
  /** The target network's at s_tm1, where {@link UpdatePasses.targetTm1} asks for it. */
  readonly targetTm1: Float32Array | undefined;
}

/** Which forward passes an update needs besides those that every one does. */
export interface UpdatePasses {
  readonly onlineT: boolean;
  readonly targetTm1: boolean;
}

/** What an agent does in the middle of an update. */
export interface UpdateLoss {
  lossOf(outputs: UpdateOutputs): HeadLoss;
  /** Called before the optimizer's step; may throw: nothing has changed then. */
  check(): void;
}

/**
 * Forward passes, the gradient of a loss by the online network's weights, and the optimizer's step.
 * @returns the global L2 norm of the gradient before clipping
 * @throws MarioError NOT_FINITE when that norm is not finite; nothing has changed then
 */
export type UpdateStep = (batch: TransitionBatch, learningRate: number, loss: UpdateLoss) => number;

export interface TapeStepOptions {
  readonly online: QNetwork;
  readonly target: QNetwork;
  readonly optimizer: Optimizer;
  readonly passes: UpdatePasses;
  /** Of a noisy network: each forward pass draws its own. */
  readonly noise: Rng;
  /** @returns `[batch, height, width, channels] float32` in [0, 1] */
  readonly upload: (observations: Uint8Array, batch: number) => tf.Tensor4D;
}

/** On TensorFlow.js's gradient tape: every network on every backend. */
export function tapeStep(options: TapeStepOptions): UpdateStep {
  const { online, target, optimizer, passes, noise, upload } = options;
  const trained = [...online.variables.values()];
  const outputs = (network: QNetwork, observations: tf.Tensor4D): Float32Array =>
    network.forward(observations, noise).dataSync() as Float32Array;
  return (batch, learningRate, loss) =>
    tf.tidy(() => {
      const sT = upload(batch.sT, batch.size);
      const sTm1 = upload(batch.sTm1, batch.size);
      const targetT = outputs(target, sT);
      const targetTm1 = passes.targetTm1 ? outputs(target, sTm1) : undefined;
      const onlineT = passes.onlineT ? outputs(online, sT) : undefined;
      const { grads } = tf.variableGrads(
        () =>
          headLoss(online.forward(sTm1, noise), (onlineTm1) =>
            loss.lossOf({ onlineTm1, targetT, onlineT, targetTm1 }),
          ),
        trained,
      );
      loss.check();
      return optimizer.step(grads, learningRate);
    });
}

/** In two calls of the backend, where it covers the network. */
export function nativeStep(
  update: NetworkUpdate,
  optimizer: Optimizer,
  passes: UpdatePasses,
): UpdateStep {
  return ({ sTm1, sT, size }, learningRate, loss) => {
    const pass = (network: ForwardPass["network"], observations: Uint8Array): ForwardPass => ({
      network,
      observations,
    });
    const outputs = update.forward(
      [
        pass("online", sTm1),
        pass("target", sT),
        ...(passes.onlineT ? [pass("online", sT)] : []),
        ...(passes.targetTm1 ? [pass("target", sTm1)] : []),
      ],
      size,
    );
    const { gradient } = loss.lossOf({
      onlineTm1: outputs[0],
      targetT: outputs[1],
      onlineT: passes.onlineT ? outputs[2] : undefined,
      targetTm1: passes.targetTm1 ? outputs.at(-1) : undefined,
    });
    loss.check();
    return optimizer.stepInPlace(
      (parameters, steps) => update.backward(gradient, parameters, steps),
      learningRate,
    );
  };
}
