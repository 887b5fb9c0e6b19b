import { describe, expect, it } from "vitest";
import { resolveSettings } from "../../src/config/resolve.js";
import { weightShapes } from "../../src/nn/architecture.js";
import { PrioritizedSampler } from "../../src/replay/prioritized-sampler.js";
import { UniformSampler } from "../../src/replay/uniform-sampler.js";
import { architectureSchema } from "../../src/trainer/checkpoint/architecture.js";
import { agentOptionsOf, architectureOf, samplerOf } from "../../src/trainer/agent-options.js";

const EVERYTHING = {
  learning: { munchausen: true, clipping: "global" },
  network: {
    encoder: "impala",
    hiddenUnits: 512,
    noisy: true,
    layerNorm: true,
    head: "quantile",
    atoms: 64,
  },
} as const;

describe("agentOptionsOf", () => {
  it("describes the tutorial's agent: nothing that came later", () => {
    expect(agentOptionsOf(resolveSettings("tutorial", {}))).toMatchObject({
      actionCount: 14,
      architecture: { dueling: true, padding: "same", hiddenUnits: 256 },
      doubleDqn: true,
      munchausen: undefined,
      huberDelta: 1,
      targetTau: 1,
      clipping: "variable",
      weightDecay: 0,
    });
  });

  it("describes distributions, noise, layer normalization and residual sections", () => {
    expect(agentOptionsOf(resolveSettings("fast", EVERYTHING))).toMatchObject({
      architecture: {
        dueling: true,
        noisy: true,
        layerNorm: true,
        convolutions: [],
        residualSections: [16, 32, 32],
        head: { kind: "quantile", atoms: 64 },
      },
      munchausen: { alpha: 0.9, temperature: 0.03, clip: -1 },
      clipping: "global",
    });
  });

  it("hands on every value, none of them its default", () => {
    const learning = {
      learningRate: 3e-3,
      adamEpsilon: 2e-5,
      weightDecay: 0.02,
      maxGradientNorm: 7,
      clipping: "global",
      doubleDqn: false,
      munchausen: true,
      munchausenAlpha: 0.8,
      munchausenTemperature: 0.05,
      munchausenClip: -2,
      huberDelta: 3,
      targetTau: 0.2,
    } as const;
    const settings = resolveSettings("fast", { learning, network: { initialSigma: 0.3 } });
    const { munchausen, munchausenAlpha, munchausenTemperature, munchausenClip, ...same } =
      learning;
    const { actionCount, ...architecture } = architectureOf(settings);
    expect(munchausen).toBe(true);
    expect(agentOptionsOf(settings)).toEqual({
      ...same,
      actionCount,
      architecture,
      initialSigma: 0.3,
      munchausen: {
        alpha: munchausenAlpha,
        temperature: munchausenTemperature,
        clip: munchausenClip,
      },
    });
  });

  it("has a squared error where it was asked for", () => {
    const settings = resolveSettings("fast", { learning: { loss: "squared", huberDelta: 3 } });
    expect(agentOptionsOf(settings).huberDelta).toBe(Infinity);
  });
});

describe("architectureOf", () => {
  it("leaves out what older model files do not have, where it is not used", () => {
    const architecture = architectureOf(resolveSettings("fast", {}));
    expect(Object.keys(architecture).sort()).toEqual([
      "actionCount",
      "convolutions",
      "dueling",
      "hiddenUnits",
      "inputShape",
      "padding",
    ]);
  });

  it.each([
    ["tutorial", {}],
    ["fast", {}],
    ["fast", EVERYTHING],
    ["rainbow", {}],
    ["best", {}],
  ] as const)("survives a model file's header: %s, %j", (preset, overrides) => {
    const architecture = architectureOf(resolveSettings(preset, overrides));
    const read = architectureSchema.parse(JSON.parse(JSON.stringify(architecture)));
    expect(read).toEqual(architecture);
    expect(weightShapes(read)).toEqual(weightShapes(architecture));
  });

  it("has the sizes worked out by hand", () => {
    const rainbow = weightShapes(architectureOf(resolveSettings("rainbow", {})));
    // 7 × 7 × 64 features; 14 actions and a value of 51 atoms each.
    expect(rainbow.get("hidden/kernelSigma")).toEqual([3136, 512]);
    expect(rainbow.get("output/kernel")).toEqual([512, 14 * 51]);
    expect(rainbow.get("value/biasSigma")).toEqual([51]);
    expect(rainbow.has("conv1/kernelSigma")).toBe(false);
    const residual = weightShapes(architectureOf(resolveSettings("fast", EVERYTHING)));
    // 84 → 42 → 21 → 11, 32 filters.
    expect(residual.get("hidden/kernel")).toEqual([11 * 11 * 32, 512]);
    expect(residual.get("section2/block1/conv1/kernel")).toEqual([3, 3, 32, 32]);
    expect(residual.get("section1/gain")).toEqual([16]);
    expect(residual.get("valueHidden/shift")).toEqual([512]);
  });
});

describe("samplerOf", () => {
  it("is uniform unless priorities are asked for", () => {
    expect(samplerOf(resolveSettings("fast", {}), 10)).toBeInstanceOf(UniformSampler);
    const sampler = samplerOf(resolveSettings("rainbow", {}), 10);
    expect(sampler).toBeInstanceOf(PrioritizedSampler);
    expect(sampler).toHaveProperty("beta", 0.4);
  });

  it("has the exponents that were asked for", () => {
    const replay = { prioritized: true, priorityAlpha: 0.3, priorityBeta: 0.7 };
    const sampler = samplerOf(resolveSettings("fast", { replay }), 4);
    if (!(sampler instanceof PrioritizedSampler)) throw new Error("not prioritized");
    expect(sampler.beta).toBe(0.7);
    sampler.add(0);
    sampler.update(Int32Array.of(0), Float32Array.of(16));
    expect(sampler.getState().priorities[0]).toBeCloseTo(16 ** 0.3, 4);
  });
});

it("holds every return of its reward in a c51 head, with 0 in the middle", () => {
  const { vMin, vMax, atoms } = resolveSettings("rainbow", {}).network;
  // Reward `progress` at gamma 0.9: death at once; 1 a step for ever.
  expect([vMin <= -3, vMax >= 10, vMin + vMax, atoms % 2]).toEqual([true, true, 0, 1]);
});
