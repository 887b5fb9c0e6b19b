import * as tf from "@tensorflow/tfjs-core";
import { MarioError } from "../core/errors.js";
import type { Architecture } from "../nn/architecture.js";
import type { ComputeBackend } from "../nn/backend.js";
import type { Padding } from "../nn/layers.js";
import type { TransitionBatch } from "../replay/transition.js";
import { AgentParts } from "./agent-parts.js";
import type { Agent, AgentState, LearnMetrics } from "./agent.js";
import { createHead, type HeadLoss, type Targets } from "./heads/head.js";
import { moveTowards } from "./soft-update.js";
import { greedyTargets, munchausenTargets, type MunchausenOptions } from "./targets.js";
import { nativeStep, tapeStep, type UpdateOutputs, type UpdateStep } from "./update-step.js";

/** How an agent learns; what it is for, and each paper, in docs/algorithms.md. */
export interface LearningOptions {
  /** Learning rate of Adam; `setLearningRate` changes it later. */
  readonly learningRate: number;
  /** The online network chooses the target's action (van Hasselt et al. 2016); default true. */
  readonly doubleDqn?: boolean;
  /** Adds the policy's logarithm to the reward (Vieillard et al. 2020); default: off. */
  readonly munchausen?: MunchausenOptions | undefined;
  /** Error at which the loss turns linear; Infinity: squared error; default 1. */
  readonly huberDelta?: number;
  /** Share of the way that `syncTarget` moves the target network, above 0; default 1: a copy. */
  readonly targetTau?: number;
  /** Longest gradient per variable, L2 norm; default 10; Infinity: not clipped. */
  readonly maxGradientNorm?: number;
  /** "variable" (default) or "global": what {@link maxGradientNorm} is measured over. */
  readonly clipping?: "variable" | "global";
  /** Adam's, default 1e-8. */
  readonly adamEpsilon?: number;
  /** Share of each kernel, times the learning rate, that is taken off at each update; default 0. */
  readonly weightDecay?: number;
}

export interface DqnAgentOptions extends LearningOptions {
  /** Where it computes: from `selectBackend`; must stay the current TensorFlow.js backend. */
  readonly backend: ComputeBackend;
  readonly actionCount: number;
  /** Seed of the initial weights and of the noise that is learned with. */
  readonly seed: number;
  /** Two streams, value and advantage (Wang et al. 2016); default false. */
  readonly dueling?: boolean;
  /** Default "same". */
  readonly padding?: Padding;
  /** Anything else of the network; default the DQN network on `[84, 84, 4]` with a scalar head. */
  readonly architecture?: Partial<Omit<Architecture, "actionCount">>;
  /** Of a noisy network; default 0.5. */
  readonly initialSigma?: number;
}

/**
 * Larger batches go over TensorFlow.js even where there is a native update, whose memory and
 * arithmetic grow with the square of the batch: with 512 rows and hidden units they are even.
 */
const MOST_NATIVE_ROWS = 512;

/**
 * Deep Q-network agent (Mnih et al. 2015). A network gives outputs, a head makes Q-values and a loss
 * of them, a target rule says what they are to become, and Adam follows the clipped gradient.
 * Deterministic: the same calls give the same weights bit for bit on the same backend and thread
 * count.
 */
export function createDqnAgent(options: DqnAgentOptions): Agent {
  const { backend, actionCount, doubleDqn = true, munchausen, targetTau = 1 } = options;
  const parts = new AgentParts(options);
  const { architecture, online, target, optimizer, noise, limit } = parts;
  const head = createHead(parts.headOptions);
  const upload = parts.upload.bind(parts);

  const passes = { onlineT: doubleDqn && !munchausen, targetTm1: munchausen !== undefined };
  const native = backend.createNetworkUpdate?.({
    architecture,
    online: online.variables,
    target: target.variables,
  });
  const onTape = tapeStep({ online, target, optimizer, passes, noise, upload });
  const inCalls = native && nativeStep(native, optimizer, passes);
  const step: UpdateStep = (batch, ...rest) =>
    (inCalls && batch.size <= MOST_NATIVE_ROWS ? inCalls : onTape)(batch, ...rest);

  function targetsOf(batch: TransitionBatch, outputs: UpdateOutputs): Targets {
    const { targetT, targetTm1, onlineT = targetT } = outputs;
    return munchausen && targetTm1
      ? munchausenTargets(batch, head, { targetTm1, targetT }, munchausen)
      : greedyTargets(batch, head, { targetT, selectorT: onlineT });
  }

  /** @throws MarioError NOT_FINITE, DIVERGED */
  function checkLoss(loss: number, meanQ: number, batch: TransitionBatch): void {
    requireFiniteLoss(loss);
    limit.observe(batch.rT, batch.discountT);
    limit.check(meanQ);
  }

  function learn(batch: TransitionBatch): LearnMetrics {
    let result!: HeadLoss;
    let meanQ = 0;
    const gradientNorm = step(batch, parts.learningRate, {
      lossOf: (outputs) => {
        meanQ = meanChosen(head.qValues(outputs.onlineTm1), batch.aTm1);
        result = head.loss(outputs.onlineTm1, targetsOf(batch, outputs));
        return result;
      },
      check: () => {
        checkLoss(result.loss, meanQ, batch);
      },
    });
    return { loss: result.loss, meanQ, gradientNorm, tdErrors: result.tdErrors };
  }

  return {
    actionCount,
    qValues: (observations, batch, noise) =>
      tf.tidy(() => {
        const outputs = online.forward(upload(observations, batch), noise);
        return head.qValues(outputs.dataSync() as Float32Array);
      }),
    learn,
    syncTarget: () => {
      if (targetTau === 1) target.setWeights(online.peekWeights());
      else moveTowards(target.variables, online.variables, targetTau);
    },
    getWeights: () => online.getWeights(),
    peekWeights: () => online.peekWeights(),
    setWeights: (weights) => {
      parts.setWeights(weights);
    },
    getState: (): AgentState => ({
      weights: online.getWeights(),
      targetWeights: target.getWeights(),
      optimizer: optimizer.getState(),
      ...parts.getScalars(),
    }),
    setState: (state) => {
      parts.setState(state);
    },
    setLearningRate: (value) => {
      parts.learningRate = value;
    },
    dispose: () => {
      native?.dispose();
      parts.dispose();
    },
  };
}

/** Mean over the rows of the action's value. @param q `[rows, actions]` @param actions `[rows]` */
function meanChosen(q: Float32Array, actions: Int32Array): number {
  const rows = actions.length;
  return actions.reduce((sum, action, row) => sum + q[row * (q.length / rows) + action], 0) / rows;
}

/** @throws MarioError NOT_FINITE */
export function requireFiniteLoss(loss: number): void {
  if (Number.isFinite(loss)) return;
  throw new MarioError("NOT_FINITE", `The loss became ${loss}.`, {
    value: loss,
    remedy: "Lower the learning rate, or check the rewards' scale.",
  });
}
