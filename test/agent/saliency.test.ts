import { describe, expect, it } from "vitest";
import { createSaliency, saliencyMap } from "../../src/agent/saliency.js";
import { createDqnAgent } from "../../src/agent/dqn-agent.js";
import { Rng } from "../../src/core/rng.js";
import { selectBackend } from "../../src/nn/select-backend.js";
import { hasAddon } from "../nn/onednn-addon.js";

const ACTIONS = 5;
const SMALL = {
  inputShape: [36, 36, 4],
  convolutions: [
    { filters: 8, size: 8, stride: 4 },
    { filters: 16, size: 4, stride: 2 },
    { filters: 16, size: 3, stride: 1 },
  ],
  hiddenUnits: 24,
} as const;

describe.each(["cpu", "wasm", "onednn"] as const)("saliency on %s", (name) => {
  it.for([
    { padding: "same", dueling: false },
    { padding: "valid", dueling: true },
    { padding: "same", dueling: true, head: { kind: "c51", atoms: 11, vMin: -5, vMax: 5 } },
    { padding: "valid", dueling: false, head: { kind: "quantile", atoms: 8 } },
  ] as const)("is what finite differences say: %o", async (variant, context) => {
    if (name === "onednn" && !hasAddon) {
      context.skip("the addon is not built here");
      return;
    }
    const backend = await selectBackend(name, { threads: 1 });
    const agent = createDqnAgent({
      backend,
      actionCount: ACTIONS,
      seed: 3,
      learningRate: 1e-3,
      architecture: { ...SMALL, ...variant },
    });
    const saliency = createSaliency({
      backend,
      actionCount: ACTIONS,
      weights: agent.getWeights(),
      ...SMALL,
      ...variant,
    });
    const rng = new Rng(11);
    const observation = Uint8Array.from({ length: 36 * 36 * 4 }, () => 20 + rng.integer(200));
    const action = 2;
    const gradient = saliency.gradient(observation, action);
    expect(gradient).toHaveLength(observation.length);

    // A ReLU between the two points bends the line, so a few of the differences may be off; hence
    // the correlation over many pixels and not each pixel's error.
    const qOf = (at: number, change: number): number => {
      const moved = observation.slice();
      moved[at] += change;
      return agent.qValues(moved, 1)[action];
    };
    const products = { xy: 0, xx: 0, yy: 0 };
    for (let n = 0; n < 60; n++) {
      const at = rng.integer(observation.length);
      const difference = (qOf(at, 8) - qOf(at, -8)) / (16 / 255);
      products.xy += difference * gradient[at];
      products.xx += difference ** 2;
      products.yy += gradient[at] ** 2;
    }
    expect(products.xy / Math.sqrt(products.xx * products.yy)).toBeGreaterThan(0.99);
    // The scale, too: the slope of one on the other.
    expect(products.xy / products.xx).toBeGreaterThan(0.95);
    expect(products.xy / products.xx).toBeLessThan(1.05);
    saliency.dispose();
    agent.dispose();
  });
});

describe("saliencyMap", () => {
  it("is brightest where any frame's gradient is strongest, of either sign, and fades around it", () => {
    const width = 20;
    const gradient = new Float32Array(width * width * 4);
    const at = (x: number, y: number, frame: number): number => 4 * (y * width + x) + frame;
    gradient[at(5, 5, 2)] = -3;
    gradient[at(14, 12, 0)] = 1.5;
    const map = saliencyMap(gradient, width);
    const value = (x: number, y: number): number => map[y * width + x];
    expect(value(5, 5)).toBe(255);
    expect(value(14, 12)).toBeCloseTo((255 * (0.5 - 0.2)) / 0.8, -1);
    expect(value(6, 5)).toBeLessThan(255);
    expect(value(6, 5)).toBe(value(4, 5));
    expect(value(5, 6)).toBe(value(6, 5));
    expect(value(10, 3)).toBe(0);
  });

  it("is empty where nothing matters", () => {
    expect(Array.from(saliencyMap(new Float32Array(16), 2))).toEqual([0, 0, 0, 0]);
  });
});
