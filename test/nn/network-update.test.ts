import { beforeEach, describe, expect, it } from "vitest";
import type { Agent } from "../../src/agent/agent.js";
import { createDqnAgent, type DqnAgentOptions } from "../../src/agent/dqn-agent.js";
import { Rng } from "../../src/core/rng.js";
import { DQN_ARCHITECTURE, type Architecture } from "../../src/nn/architecture.js";
import type { ComputeBackend } from "../../src/nn/backend.js";
import { createQNetwork } from "../../src/nn/q-network.js";
import { selectBackend } from "../../src/nn/select-backend.js";
import type { TransitionBatch } from "../../src/replay/transition.js";
import { addonIsa, hasAddon } from "./onednn-addon.js";

const ACTIONS = 5;
const SIDE = 36;
const SMALL = {
  inputShape: [SIDE, SIDE, 4],
  convolutions: [
    { filters: 16, size: 8, stride: 4 },
    { filters: 16, size: 4, stride: 2 },
    { filters: 24, size: 3, stride: 1 },
  ],
  hiddenUnits: 72,
} as const;
/** No multiples of a register's length, and a first convolution that cannot be rearranged. */
const ODD = {
  inputShape: [13, 11, 3],
  convolutions: [{ filters: 5, size: 3, stride: 2 }],
  hiddenUnits: 7,
} as const;
/**
 * 1,176 features, as more than 784 in several slices, the last shorter: as the real network has them.
 */
const SLICED = { ...SMALL, inputShape: [52, 52, 4], hiddenUnits: 40 } as const;
const QUANTILES = { kind: "quantile", atoms: 6 } as const;
const BF16 = 0xe7;
const C51 = { kind: "c51", atoms: 7, vMin: -3, vMax: 3 } as const;

function batchOf(size: number, seed: number, side = [SIDE, SIDE, 4]): TransitionBatch {
  const rng = new Rng(seed);
  const pixels = side.reduce((a, b) => a * b);
  const bytes = () => Uint8Array.from({ length: size * pixels }, () => rng.nextUint32() & 255);
  const floats = (scale: number) =>
    Float32Array.from({ length: size }, () => scale * rng.uniform());
  return {
    size,
    sTm1: bytes(),
    sT: bytes(),
    aTm1: Int32Array.from({ length: size }, () => rng.integer(ACTIONS)),
    rT: floats(4),
    weights: floats(1),
    indices: new Int32Array(size),
    discountT: floats(0).fill(0.9, 1),
  };
}

function largestDifference(a: Agent, b: Agent): number {
  const [one, other] = [a.getState(), b.getState()];
  const pairs = [
    [one.weights, other.weights],
    [one.optimizer.moments, other.optimizer.moments],
  ] as const;
  let largest = 0;
  for (const [tensors, others] of pairs) {
    for (const [name, { data }] of tensors) {
      const wanted = others.get(name)!.data;
      // Written so that NaN counts.
      data.forEach((value, i) => {
        const difference = Math.abs(value - wanted[i]);
        if (!(difference <= largest)) largest = difference;
      });
    }
  }
  return largest;
}

/** Of the moments after one update, which are a tenth of the gradient: |a − b| / |b| by name. */
function relativeDifferences(a: Agent, b: Agent): Map<string, number> {
  const others = b.getState().optimizer.moments;
  const norm = (values: Float32Array): number => Math.hypot(...values);
  return new Map(
    [...a.getState().optimizer.moments]
      .filter(([name]) => name.endsWith("/m"))
      .map(([name, { data }]) => {
        const wanted = others.get(name)!.data;
        return [name, norm(data.map((value, i) => value - wanted[i])) / norm(wanted)];
      }),
  );
}

describe.skipIf(!hasAddon)("a network's native update", () => {
  let backend: ComputeBackend;
  beforeEach(async () => {
    backend = await selectBackend("onednn", { threads: 2 });
  });
  /** A large epsilon: with a small one Adam's first steps have one length however small a gradient. */
  const agentOn = (on: ComputeBackend, more: Partial<DqnAgentOptions> = {}): Agent =>
    createDqnAgent({
      backend: on,
      actionCount: ACTIONS,
      seed: 3,
      learningRate: 1e-2,
      adamEpsilon: 0.01,
      architecture: SMALL,
      ...more,
    });
  /** The same backend without it: every update goes through TensorFlow.js. */
  const reference = (): ComputeBackend => ({ ...backend, createNetworkUpdate: () => undefined });

  const variants: readonly (readonly [string, Partial<DqnAgentOptions>])[] = [
    ["valid", { padding: "valid" }],
    ["same", { padding: "same" }],
    ["valid, dueling", { padding: "valid", dueling: true }],
    ["same, dueling", { padding: "same", dueling: true }],
    ["quantiles", { architecture: { ...SMALL, head: QUANTILES } }],
    ["quantiles, dueling", { dueling: true, architecture: { ...SMALL, head: QUANTILES } }],
    ["c51", { padding: "valid", architecture: { ...SMALL, head: C51 } }],
    ["c51, dueling", { dueling: true, architecture: { ...SMALL, head: C51 } }],
    ["not double", { doubleDqn: false }],
    ["Munchausen", { munchausen: {}, dueling: true }],
    ["clipped by variable", { maxGradientNorm: 0.01, dueling: true }],
    ["clipped as one", { maxGradientNorm: 0.01, clipping: "global" }],
    ["not clipped, with weight decay", { maxGradientNorm: Infinity, weightDecay: 0.1 }],
  ];

  it.each(variants)("is that of the layers and the optimizer: %s", (_, options) => {
    const [native, wanted] = [agentOn(backend, options), agentOn(reference(), options)];
    for (let update = 1; update <= 10; update++) {
      const batch = batchOf(9, update);
      const [got, expected] = [native.learn(batch), wanted.learn(batch)];
      const scale = Math.max(1, expected.gradientNorm);
      expect(Math.abs(got.loss - expected.loss)).toBeLessThan(1e-4);
      expect(Math.abs(got.gradientNorm - expected.gradientNorm) / scale).toBeLessThan(1e-4);
      got.tdErrors.forEach((error, i) => {
        expect(Math.abs(error - expected.tdErrors[i])).toBeLessThan(1e-3);
      });
      if (update === 1) expect(largestDifference(native, wanted)).toBeLessThan(3e-6);
    }
    expect(largestDifference(native, wanted)).toBeLessThan(1e-4);
    native.dispose();
    wanted.dispose();
  });

  it.each([
    ["one stream, fewer rows than a block", false, 9],
    ["dueling, more rows than a block", true, 19],
  ])("is the same in slices: %s", (_, dueling, rows) => {
    const sliced = { architecture: SLICED, dueling, padding: "same" } as const;
    const [native, wanted] = [agentOn(backend, sliced), agentOn(reference(), sliced)];
    for (let update = 1; update <= 3; update++) {
      const batch = batchOf(rows, update, [...SLICED.inputShape]);
      const [got, expected] = [native.learn(batch), wanted.learn(batch)];
      const scale = Math.max(1, expected.gradientNorm);
      expect(got.loss).toBeCloseTo(expected.loss, 4);
      expect(Math.abs(got.gradientNorm - expected.gradientNorm) / scale).toBeLessThan(1e-4);
      // At the first update, too: a few features left out change little.
      expect(largestDifference(native, wanted)).toBeLessThan(3e-6);
    }
    native.dispose();
    wanted.dispose();
  });

  it.each([
    ["one", 1],
    ["one more than a piece", 5],
    ["several and a rest", 23],
  ])("computes a minibatch of any size: %s", (_, size) => {
    const odd = { architecture: ODD, dueling: true, padding: "same" } as const;
    const [native, wanted] = [agentOn(backend, odd), agentOn(reference(), odd)];
    // In turn with another size: what was built for one is no use to the other.
    for (const [i, rows] of [size, 3, size].entries()) {
      const batch = batchOf(rows, i, [...ODD.inputShape]);
      expect(native.learn(batch).loss).toBeCloseTo(wanted.learn(batch).loss, 5);
    }
    expect(largestDifference(native, wanted)).toBeLessThan(1e-5);
    native.dispose();
    wanted.dispose();
  });

  it.skipIf((addonIsa() & BF16) !== BF16).each([
    ["valid, in slices", { architecture: SLICED, padding: "valid" }],
    ["same, dueling", { architecture: SMALL, padding: "same", dueling: true }],
    ["quantiles", { architecture: { ...SMALL, head: QUANTILES }, dueling: true }],
    ["odd sizes", { architecture: ODD, padding: "same", dueling: true }],
  ] as const)("rounds in bf16 what the layers round: %s", async (_, options) => {
    const exact = agentOn(backend, options);
    backend = await selectBackend("onednn", { threads: 2, precision: "bf16" });
    const [native, wanted] = [agentOn(backend, options), agentOn(reference(), options)];
    // With fewer rows than 16 the layers' hidden ones stay in float32.
    const batch = batchOf(19, 1, [...options.architecture.inputShape]);
    const [, got, expected] = [exact, native, wanted].map((agent) => agent.learn(batch));
    expect(got.loss).toBeCloseTo(expected.loss, 4);
    expect(Math.abs(got.gradientNorm / expected.gradientNorm - 1)).toBeLessThan(1e-3);
    const fromExact = relativeDifferences(native, exact);
    for (const [name, difference] of relativeDifferences(native, wanted)) {
      // Dense kernels' gradients are of unrounded factors; convolutions' biases of rounded ones.
      expect(difference, name).toBeLessThan(/^conv.*kernel/.test(name) ? 1e-3 : 5e-3);
    }
    expect(fromExact.get("conv1/kernel/m")).toBeGreaterThan(2e-3);
    for (const agent of [exact, native, wanted]) agent.dispose();
  });

  it.each([1, 2, 3])("gives the same bits at each run, with %d threads", async (threads) => {
    backend = await selectBackend("onednn", { threads });
    const run = (): Agent => {
      const agent = agentOn(backend, { dueling: true });
      for (let update = 0; update < 4; update++) agent.learn(batchOf(11, update));
      return agent;
    };
    const [first, second, wanted] = [run(), run(), agentOn(reference(), { dueling: true })];
    for (let update = 0; update < 4; update++) wanted.learn(batchOf(11, update));
    expect(largestDifference(first, second)).toBe(0);
    expect(largestDifference(first, wanted)).toBeLessThan(3e-5);
    for (const agent of [first, second, wanted]) agent.dispose();
  });

  it("learns from weights and moments that were set, and leaves the target network alone", () => {
    const [agent, other] = [agentOn(backend), agentOn(backend, { seed: 9 })];
    agent.learn(batchOf(6, 1));
    const target = agent.getState().targetWeights;
    other.setState(agent.getState());
    for (const each of [agent, other]) each.learn(batchOf(6, 2));
    expect(largestDifference(agent, other)).toBe(0);
    expect(agent.getState().targetWeights).toEqual(target);
    agent.syncTarget();
    agent.learn(batchOf(6, 3));
    expect(agent.getState().targetWeights).not.toEqual(target);
    expect(agent.getState().targetWeights).not.toEqual(agent.getWeights());
    agent.dispose();
    other.dispose();
  });

  it("changes nothing when the gradient is not finite", () => {
    const agent = agentOn(backend);
    agent.learn(batchOf(6, 1));
    const before = agent.getState();
    const batch = { ...batchOf(6, 1), weights: new Float32Array(6).fill(1e38) };
    expect(() => agent.learn(batch)).toThrow(/norm became/);
    expect(agent.getState()).toEqual(before);
    agent.dispose();
  });

  it("acts on the weights of its last update", () => {
    const agent = agentOn(backend);
    const { sT } = batchOf(2, 4);
    const before = agent.qValues(sT, 2);
    agent.learn(batchOf(6, 1));
    const other = agentOn(reference());
    other.setWeights(agent.getWeights());
    expect(agent.qValues(sT, 2)).toEqual(other.qValues(sT, 2));
    expect(agent.qValues(sT, 2)).not.toEqual(before);
    agent.dispose();
    other.dispose();
  });

  it("covers the DQN network with every head, and leaves other layers to TensorFlow.js", () => {
    const isNative = (more: Partial<Architecture>): boolean => {
      const architecture: Architecture = {
        ...DQN_ARCHITECTURE,
        ...SMALL,
        actionCount: ACTIONS,
        dueling: true,
        padding: "valid",
        ...more,
      };
      const { variables } = createQNetwork({ ...architecture, rng: new Rng(1) });
      const networks = { architecture, online: variables, target: variables };
      const update = backend.createNetworkUpdate?.(networks);
      update?.dispose();
      for (const variable of variables.values()) variable.dispose();
      return update !== undefined;
    };
    for (const head of [undefined, QUANTILES, C51]) expect(isNative({ head })).toBe(true);
    expect(isNative({ noisy: true })).toBe(false);
    expect(isNative({ layerNorm: true })).toBe(false);
    expect(isNative({ residualSections: [4] })).toBe(false);
    expect(isNative({ convolutions: [] })).toBe(false);
  });
});
