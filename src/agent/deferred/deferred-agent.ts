import * as tf from "@tensorflow/tfjs-core";
import { MarioError } from "../../core/errors.js";
import type { Rng } from "../../core/rng.js";
import type { TransitionBatch } from "../../replay/transition.js";
import { AgentParts } from "../agent-parts.js";
import type { AgentState, LearnMetrics, NamedTensors } from "../agent.js";
import { requireFiniteLoss, type DqnAgentOptions } from "../dqn-agent.js";
import { createHead } from "../heads/head.js";
import { moveTowards } from "../soft-update.js";
import { createTensorHead, type TensorLoss, type TensorTargets } from "./tensor-head.js";
import { greedyPolicy, munchausenPolicy, uploadBatch } from "./tensor-targets.js";

/** An agent whose results are read later than they are asked for; see `LearningAgent`. */
export interface DeferredAgent {
  readonly actionCount: number;
  /** As `Agent.qValues`. */
  qValues(observations: Uint8Array, batch: number, noise?: Rng): Promise<Float32Array>;
  /**
   * Gives the GPU one gradient step to do and returns at once. Rejects as `Agent.learn` throws, or
   * with BACKEND_UNAVAILABLE when the device failed. A step whose loss or gradient is not finite has
   * changed nothing, but steps given meanwhile may have; DIVERGED is told after the step.
   */
  learn(batch: TransitionBatch): Promise<LearnMetrics>;
  /** From the next `learn` on. @throws MarioError INVALID_OPTION if negative or not finite. */
  setLearningRate(learningRate: number): void;
  syncTarget(): void;
  /** Online weights, copied, after all steps given so far; so is {@link getState}. */
  peekWeights(): Promise<NamedTensors>;
  /** Replaces online and target weights. @throws MarioError MODEL_MISMATCH. */
  setWeights(weights: NamedTensors): void;
  getState(): Promise<AgentState>;
  /** @throws MarioError MODEL_MISMATCH when it is another network's. */
  setState(state: AgentState): void;
  dispose(): void;
}

/**
 * The agent of `createDqnAgent` for a backend whose tensors cannot be read synchronously: the same
 * network, targets, loss and steps, but all of an update is computed on the GPU, in float32, and
 * only its figures come back.
 */
export function createDeferredAgent(options: DqnAgentOptions): DeferredAgent {
  const { backend, actionCount, doubleDqn = true, munchausen, targetTau = 1 } = options;
  const fetch = (tensors: readonly tf.Tensor[]): Promise<Float32Array[]> => backend.fetch!(tensors);
  const parts = new AgentParts(options);
  const { online, target, optimizer, noise, limit } = parts;
  const head = createTensorHead(parts.headOptions);
  const arrayHead = createHead(parts.headOptions);
  const trained = [...online.variables.values()];

  /** In the order of `createDqnAgent`, so that the same noise is drawn for each forward pass. */
  function targetsOf(batch: TransitionBatch, sTm1: tf.Tensor4D): TensorTargets {
    const uploaded = uploadBatch(batch, actionCount);
    const sT = parts.upload(batch.sT, batch.size);
    const targetT = target.forward(sT, noise);
    if (munchausen) {
      const targetTm1 = target.forward(sTm1, noise);
      const outputs = { targetTm1, targetT };
      const policy = munchausenPolicy(head, outputs, uploaded, munchausen);
      return { ...uploaded, ...policy, outputsT: targetT };
    }
    const selectorT = doubleDqn ? online.forward(sT, noise) : targetT;
    return { ...uploaded, policyT: greedyPolicy(head.qValues(selectorT)), outputsT: targetT };
  }

  /** Loss, mean Q, gradient norm and TD errors of one step, still on the GPU. */
  function step(batch: TransitionBatch): tf.Tensor[] {
    // What the loss is made of outlives the tape's own scope.
    const kept: tf.Tensor[] = [];
    try {
      return tf.tidy(() => {
        const sTm1 = parts.upload(batch.sTm1, batch.size);
        const targets = targetsOf(batch, sTm1);
        const { value, grads } = tf.variableGrads(
          () =>
            tensorLoss(online.forward(sTm1, noise), (outputs) => {
              const result = head.loss(outputs, targets);
              kept.push(tf.keep(result.meanQ), tf.keep(result.tdErrors));
              return result;
            }),
          trained,
        );
        const norm = optimizer.stepDeferred(grads, parts.learningRate, value);
        return [value, norm, ...kept.map((tensor) => tf.clone(tensor))];
      });
    } finally {
      tf.dispose(kept);
    }
  }

  async function learn(batch: TransitionBatch): Promise<LearnMetrics> {
    limit.observe(batch.rT, batch.discountT);
    const results = step(batch);
    const reading = fetch(results);
    tf.dispose(results);
    const [[loss], [gradientNorm], [meanQ], tdErrors] = await reading;
    requireFiniteLoss(loss);
    limit.check(meanQ);
    requireFiniteNorm(gradientNorm);
    return { loss, meanQ, gradientNorm, tdErrors };
  }

  /** Values of named variables, each group by itself, in one transfer. */
  async function read(
    groups: readonly ReadonlyMap<string, tf.Variable>[],
  ): Promise<NamedTensors[]> {
    const values = await fetch(groups.flatMap((group) => [...group.values()]));
    let next = 0;
    return groups.map(
      (group) =>
        new Map([...group].map(([name, { shape }]) => [name, { shape, data: values[next++] }])),
    );
  }

  return {
    actionCount,
    async qValues(observations, batch, noise) {
      const outputs = tf.tidy(() => online.forward(parts.upload(observations, batch), noise));
      const reading = fetch([outputs]);
      outputs.dispose();
      return arrayHead.qValues((await reading)[0]);
    },
    learn,
    setLearningRate: (value) => {
      parts.learningRate = value;
    },
    syncTarget: () => {
      if (targetTau < 1) moveTowards(target.variables, online.variables, targetTau);
      else copyVariables(target.variables, online.variables);
    },
    peekWeights: async () => (await read([online.variables]))[0],
    setWeights: (weights) => {
      parts.setWeights(weights);
    },
    async getState() {
      const { updates } = optimizer;
      const now = parts.getScalars();
      const groups = [online.variables, target.variables, optimizer.moments];
      const [weights, targetWeights, moments] = await read(groups);
      return { weights, targetWeights, optimizer: { updates, moments }, ...now };
    },
    setState: (state) => {
      parts.setState(state);
    },
    dispose: () => {
      parts.dispose();
    },
  };
}

/** A head's loss, computed on the GPU, on TensorFlow.js's gradient tape; see `headLoss`. */
function tensorLoss(outputs: tf.Tensor2D, lossOf: (outputs: tf.Tensor2D) => TensorLoss): tf.Scalar {
  const onTape = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [outputs, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
    const { loss, gradient } = lossOf(outputs);
    save([gradient]);
    // The tape starts with a derivative of 1.
    return { value: loss, gradFunc: (_: tf.Tensor, saved: tf.Tensor[]) => tf.clone(saved[0]) };
  });
  return onTape(outputs);
}

/** Buffers of their own: steps change the online network's in place. */
function copyVariables(
  to: ReadonlyMap<string, tf.Variable>,
  from: ReadonlyMap<string, tf.Variable>,
): void {
  tf.tidy(() => {
    for (const [name, variable] of to) variable.assign(tf.mul(from.get(name)!, 1));
  });
}

function requireFiniteNorm(norm: number): void {
  if (Number.isFinite(norm)) return;
  throw new MarioError("NOT_FINITE", `The gradient's norm became ${norm}.`, {
    value: norm,
    remedy: "Lower the learning rate or the maximum gradient norm.",
  });
}
