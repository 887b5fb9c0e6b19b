import * as tf from "@tensorflow/tfjs-core";
import { MarioError } from "../../core/errors.js";
import { Rng } from "../../core/rng.js";
import { createAdam } from "../../nn/optimizer.js";
import { createQNetwork } from "../../nn/q-network.js";
import type { TransitionBatch } from "../../replay/transition.js";
import type { AgentState, LearnMetrics, NamedTensors } from "../agent.js";
import { requireLearningRate, requireFiniteLoss, type DqnAgentOptions } from "../dqn-agent.js";
import { createHead } from "../heads/head.js";
import { moveTowards } from "../soft-update.js";
import { munchausenBonus } from "../targets.js";
import { ValueLimit } from "../value-limit.js";
import { createTensorHead, type TensorLoss, type TensorTargets } from "./tensor-head.js";
import { greedyPolicy, munchausenPolicy, uploadBatch } from "./tensor-targets.js";

/** An agent whose results are read later than they are asked for; see `LearningAgent`. */
export interface DeferredAgent {
  readonly actionCount: number;
  /** As `Agent.qValues`. */
  qValues(observations: Uint8Array, batch: number, noise?: Rng): Promise<Float32Array>;
  /**
   * Gives the card one gradient step to do and returns at once. Rejects as `Agent.learn` throws; the
   * step that is at fault has changed nothing, but steps given meanwhile may have.
   */
  learn(batch: TransitionBatch): Promise<LearnMetrics>;
  /** From the next `learn` on. @throws MarioError INVALID_OPTION unless positive and finite. */
  setLearningRate(learningRate: number): void;
  syncTarget(): void;
  /** After all steps given so far; so is {@link getState}. */
  getWeights(): Promise<NamedTensors>;
  /** Replaces online and target weights. @throws MarioError MODEL_MISMATCH. */
  setWeights(weights: NamedTensors): void;
  getState(): Promise<AgentState>;
  /** @throws MarioError MODEL_MISMATCH when it is another network's. */
  setState(state: AgentState): void;
  dispose(): void;
}

/**
 * The agent of `createDqnAgent` for a backend whose tensors cannot be read synchronously: the same
 * network, targets, loss and steps, but all of an update is computed on the card, in float32, and
 * only its figures come back.
 */
export function createDeferredAgent(options: DqnAgentOptions): DeferredAgent {
  const { backend, actionCount, doubleDqn = true, munchausen, targetTau = 1 } = options;
  const { inputShape = [84, 84, 4], head: spec = { kind: "scalar" } } = options.architecture ?? {};
  const fetch = (tensors: readonly tf.Tensor[]): Promise<Float32Array[]> => backend.fetch!(tensors);
  const network = (): ReturnType<typeof createQNetwork> =>
    createQNetwork({
      dueling: options.dueling ?? false,
      padding: options.padding ?? "same",
      ...options.architecture,
      actionCount,
      rng: new Rng(options.seed),
      initialSigma: options.initialSigma,
    });
  const headOptions = { actionCount, spec, huberDelta: options.huberDelta ?? 1 };
  const head = createTensorHead(headOptions);
  const arrayHead = createHead(headOptions);
  const online = network();
  const target = network();
  const trained = [...online.variables.values()];
  const optimizer = createAdam({
    variables: online.variables,
    maxGradientNorm: options.maxGradientNorm ?? 10,
    clipping: options.clipping ?? "variable",
    epsilon: options.adamEpsilon ?? 1e-8,
    weightDecay: options.weightDecay ?? 0,
  });
  let learningRate = requireLearningRate(options.learningRate);
  const noise = new Rng(options.seed).split();
  const limit = new ValueLimit(munchausen ? munchausenBonus(actionCount, munchausen) : 0);

  const upload = (observations: Uint8Array, batch: number): tf.Tensor4D =>
    backend.uploadObservations(observations, [batch, ...inputShape]);

  /** In the order of `createDqnAgent`, so that the same noise is drawn for each forward pass. */
  function targetsOf(batch: TransitionBatch): TensorTargets {
    const uploaded = uploadBatch(batch, actionCount);
    const sT = upload(batch.sT, batch.size);
    const targetT = target.forward(sT, noise);
    if (munchausen) {
      const targetTm1 = target.forward(upload(batch.sTm1, batch.size), noise);
      const outputs = { targetTm1, targetT };
      const policy = munchausenPolicy(head, outputs, uploaded, munchausen);
      return { ...uploaded, ...policy, outputsT: targetT };
    }
    const selectorT = doubleDqn ? online.forward(sT, noise) : targetT;
    return { ...uploaded, policyT: greedyPolicy(head.qValues(selectorT)), outputsT: targetT };
  }

  /** Loss, mean Q, gradient norm and TD errors of one step, still on the card. */
  function step(batch: TransitionBatch): tf.Tensor[] {
    // What the loss is made of outlives the tape's own scope.
    const kept: tf.Tensor[] = [];
    try {
      return tf.tidy(() => {
        const targets = targetsOf(batch);
        const sTm1 = upload(batch.sTm1, batch.size);
        const { value, grads } = tf.variableGrads(
          () =>
            tensorLoss(online.forward(sTm1, noise), (outputs) => {
              const result = head.loss(outputs, targets);
              kept.push(tf.keep(result.meanQ), tf.keep(result.tdErrors));
              return result;
            }),
          trained,
        );
        const norm = optimizer.stepDeferred(grads, learningRate, value);
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
      const outputs = tf.tidy(() => online.forward(upload(observations, batch), noise));
      const reading = fetch([outputs]);
      outputs.dispose();
      return arrayHead.qValues((await reading)[0]);
    },
    learn,
    setLearningRate: (value) => {
      learningRate = requireLearningRate(value);
    },
    syncTarget: () => {
      if (targetTau < 1) moveTowards(target.variables, online.variables, targetTau);
      else copyVariables(target.variables, online.variables);
    },
    getWeights: async () => (await read([online.variables]))[0],
    setWeights: (weights) => {
      online.setWeights(weights);
      target.setWeights(weights);
    },
    async getState() {
      const { updates } = optimizer;
      const now = {
        learningRate,
        noise: noise.getState(),
        largestReturn: limit.largestReturn,
        largestDiscount: limit.largestDiscount,
      };
      const groups = [online.variables, target.variables, optimizer.moments];
      const [weights, targetWeights, moments] = await read(groups);
      return { weights, targetWeights, optimizer: { updates, moments }, ...now };
    },
    setState: (state) => {
      online.setWeights(state.weights);
      target.setWeights(state.targetWeights);
      optimizer.setState(state.optimizer);
      learningRate = requireLearningRate(state.learningRate);
      noise.setState(state.noise);
      limit.largestReturn = state.largestReturn;
      limit.largestDiscount = state.largestDiscount;
    },
    dispose: () => {
      optimizer.dispose();
      online.dispose();
      target.dispose();
    },
  };
}

/** A head's loss, computed on the card, on TensorFlow.js's gradient tape; see `headLoss`. */
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
