import { spreadOf, type OnProgress, type Spread } from "./rounds.js";
import { Rng } from "../core/rng.js";
import { DQN_ARCHITECTURE } from "../nn/architecture.js";
import type { ComputeBackend } from "../nn/backend.js";
import type { Padding } from "../nn/layers.js";
import { updatePrimitives } from "../nn/primitives.js";
import type { TransitionBatch } from "../replay/transition.js";
import type { LearningAgent } from "../agent/agent.js";
import { createDeferredAgent } from "../agent/deferred/deferred-agent.js";
import { createDqnAgent, type DqnAgentOptions } from "../agent/dqn-agent.js";

export interface BenchTrainStepOptions {
  readonly backend: ComputeBackend;
  /** Transitions in a minibatch, default 32. */
  readonly batch?: number;
  /** Updates measured, after 3 that are not; default 30. */
  readonly updates?: number;
  /** Instead of so many updates: about how long to measure, s. */
  readonly seconds?: number;
  readonly onProgress?: OnProgress;
  readonly doubleDqn?: boolean;
  readonly dueling?: boolean;
  /** Default "same". */
  readonly padding?: Padding;
  /** Default 14. */
  readonly actionCount?: number;
}

export interface BenchTrainStepResult {
  readonly backend: string;
  readonly threads: number;
  readonly batch: number;
  /** Updates measured; spreads are over them. */
  readonly updates: number;
  /** Milliseconds of one update: upload, all forward passes, backward, clipping, Adam. */
  readonly msPerUpdate: Spread;
  /**
   * Milliseconds of the library's operations that such an update needs, each by itself in its best
   * layout, measured between the updates; null where the backend cannot tell. `median` sums medians.
   */
  readonly primitivesMs: { readonly min: number; readonly median: number } | null;
  /** On a GPU: dispatches and submits of one update, else null. */
  readonly dispatches: number | null;
  readonly submits: number | null;
  /** Milliseconds of `qValues` for a batch of 1 and of 8. */
  readonly msPerAct: { readonly batch1: Spread; readonly batch8: Spread };
}

const WARM_UP = 3;
/** The update, and acting for two sizes. */
const MEASURED = 3;

/**
 * Times the update and acting on random minibatches in memory. Where an update's figures come later
 * they are awaited when the next one has been asked for, as the learner does.
 */
export async function benchTrainStep(
  options: BenchTrainStepOptions,
): Promise<BenchTrainStepResult> {
  const { backend, batch = 32, actionCount = 14 } = options;
  const rng = new Rng(1);
  const { doubleDqn = true, dueling = false, padding = "same" } = options;
  const network = { actionCount, dueling, padding };
  const create: (options: DqnAgentOptions) => LearningAgent = backend.fetch
    ? createDeferredAgent
    : createDqnAgent;
  const agent = create({ backend, seed: 1, learningRate: 1e-4, doubleDqn, ...network });
  const primitives = backend.benchmarkPrimitives?.(
    updatePrimitives({ ...DQN_ARCHITECTURE, ...network }, batch, doubleDqn),
  );
  const transitions = randomBatch(rng, batch, actionCount);
  let measured = 0;
  const measure = async (work: () => unknown, between?: () => void): Promise<number[]> => {
    const onProgress: OnProgress = (share) => options.onProgress?.((measured + share) / MEASURED);
    const times = await timeEach(work, { ...options, onProgress }, between);
    measured++;
    return times;
  };
  try {
    let learning: unknown;
    const updateTimes = await measure(
      () => {
        const before = learning;
        learning = agent.learn(transitions);
        return before;
      },
      () => primitives?.runRound(),
    );
    await learning;
    const before = backend.dispatchCounts?.();
    await agent.learn(transitions);
    const after = backend.dispatchCounts?.();
    const primitivesMs = primitives?.result() ?? null;
    const act = async (size: number): Promise<Spread> => {
      const observations = randomBytes(rng, size * 84 * 84 * 4);
      return spreadOf(await measure(() => agent.qValues(observations, size)));
    };
    const msPerAct = { batch1: await act(1), batch8: await act(8) };
    return {
      backend: backend.name,
      threads: backend.threads,
      batch,
      updates: updateTimes.length,
      msPerUpdate: spreadOf(updateTimes),
      dispatches: after && before ? after.dispatches - before.dispatches : null,
      submits: after && before ? after.submits - before.submits : null,
      primitivesMs,
      msPerAct,
    };
  } finally {
    primitives?.end();
    agent.dispose();
  }
}

/** @returns milliseconds of each call after the warm-up, without what is done between them: so many, or for a third of the seconds. */
async function timeEach(
  work: () => unknown,
  options: BenchTrainStepOptions,
  between?: () => void,
): Promise<number[]> {
  const { updates = 30, seconds, onProgress } = options;
  for (let i = 0; i < WARM_UP; i++) await work();
  const times: number[] = [];
  const begin = performance.now();
  let end = begin;
  const done = (): number =>
    seconds === undefined ? times.length / updates : (end - begin) / ((seconds * 1000) / MEASURED);
  while (times.length === 0 || done() < 1) {
    const start = performance.now();
    // Nothing to wait for where it is done already: a promise costs a microsecond.
    const result = work();
    if (result instanceof Promise) await result;
    end = performance.now();
    times.push(end - start);
    between?.();
    onProgress?.(Math.min(1, done()));
  }
  return times;
}

/** A minibatch of noise: what the arithmetic costs does not depend on what the picture shows. */
function randomBatch(rng: Rng, size: number, actionCount: number): TransitionBatch {
  return {
    size,
    sTm1: randomBytes(rng, size * 84 * 84 * 4),
    aTm1: Int32Array.from({ length: size }, () => rng.integer(actionCount)),
    rT: Float32Array.from({ length: size }, () => rng.uniform()),
    discountT: new Float32Array(size).fill(0.9),
    sT: randomBytes(rng, size * 84 * 84 * 4),
    weights: new Float32Array(size).fill(1),
    indices: Int32Array.from({ length: size }, (_, i) => i),
  };
}

function randomBytes(rng: Rng, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => rng.nextUint32() & 255);
}
