import { describe, expect, it } from "vitest";
import { QuantileHead } from "../../src/agent/heads/quantile-head.js";
import { ScalarHead } from "../../src/agent/heads/scalar-head.js";
import { greedyTargets, munchausenBonus, munchausenTargets } from "../../src/agent/targets.js";
import type { TransitionBatch } from "../../src/replay/transition.js";

const head = new ScalarHead(3, 1);
const batch: TransitionBatch = {
  size: 2,
  sTm1: new Uint8Array(),
  aTm1: Int32Array.of(2, 0),
  rT: Float32Array.of(1, -2),
  discountT: Float32Array.of(0.75, 0),
  sT: new Uint8Array(),
  weights: Float32Array.of(1, 1),
  indices: Int32Array.of(0, 1),
};
/** What a row's value is to become. */
const targetOf = (targets: ReturnType<typeof greedyTargets>): number[] => {
  const { tdErrors } = head.loss(new Float32Array(6), targets);
  return [...tdErrors];
};

describe("greedyTargets", () => {
  const targetT = Float32Array.of(10, 20, 30, 40, 50, 60);

  it("takes the target network's value of the action that the selector prefers", () => {
    const selectorT = Float32Array.of(0, 5, 1, 9, 0, 0);
    const targets = greedyTargets(batch, head, { targetT, selectorT });
    expect([...(targets.policyT as Float32Array)]).toEqual([0, 1, 0, 1, 0, 0]);
    // 1 + 0.75 · 20 by the selector's action 1, not 30, the target network's own maximum.
    expect(targetOf(targets)).toEqual([16, -2]);
  });

  it("is plain DQN's when the target network selects for itself", () => {
    expect(targetOf(greedyTargets(batch, head, { targetT, selectorT: targetT }))).toEqual([
      23.5, -2,
    ]);
  });

  it("prefers the greatest mean of a distribution", () => {
    const quantile = new QuantileHead(3, 2, 1);
    // Means 5, 6, 4; the greatest single quantile belongs to action 2.
    const outputs = Float32Array.of(5, 5, 5.5, 6.5, -2, 10);
    const row = { ...batch, size: 1, aTm1: Int32Array.of(0) };
    const targets = greedyTargets(row, quantile, { targetT: outputs, selectorT: outputs });
    expect([...(targets.policyT as Float32Array)]).toEqual([0, 1, 0]);
  });
});

describe("munchausenTargets", () => {
  const targetTm1 = Float32Array.of(0.1, 0.3, 0.2, -0.5, 0, 0.5);
  const targetT = Float32Array.of(1, 1.1, 0.9, 5, 5, 5);

  /** The paper's formula as it stands; only for values near enough for exponentials. */
  function naive(alpha: number, tau: number, clip: number): number[] {
    return [0, 1].map((row) => {
      const logPolicy = (q: Float32Array): number[] => {
        const values = [...q.subarray(row * 3, row * 3 + 3)];
        const sum = values.reduce((total, value) => total + Math.exp(value / tau), 0);
        return values.map((value) => value / tau - Math.log(sum));
      };
      const own = tau * logPolicy(targetTm1)[batch.aTm1[row]];
      const next = logPolicy(targetT);
      const soft = next.reduce(
        (sum, log, a) => sum + Math.exp(log) * (targetT[row * 3 + a] - tau * log),
        0,
      );
      return batch.rT[row] + alpha * Math.max(clip, Math.min(0, own)) + batch.discountT[row] * soft;
    });
  }

  it.each([
    { alpha: 0.9, temperature: 0.03, clip: -1 },
    { alpha: 0.9, temperature: 0.5, clip: -0.4 },
    { alpha: 0.3, temperature: 2, clip: -10 },
  ])("is equation 2 with alpha $alpha, tau $temperature, clip $clip", (options) => {
    const targets = munchausenTargets(batch, head, { targetTm1, targetT }, options);
    const wanted = naive(options.alpha, options.temperature, options.clip);
    targetOf(targets).forEach((value, row) => {
      expect(value).toBeCloseTo(wanted[row], 5);
    });
  });

  it("has the paper's numbers unless told otherwise", () => {
    const targets = munchausenTargets(batch, head, { targetTm1, targetT });
    targetOf(targets).forEach((value, row) => {
      expect(value).toBeCloseTo(naive(0.9, 0.03, -1)[row], 5);
    });
    // Row 1: the action was 1 worse than the best, and ended the episode.
    expect(targetOf(targets)[1]).toBeCloseTo(-2 - 0.9, 5);
    expect(munchausenBonus(3, {})).toBeCloseTo(0.9 + 0.03 * Math.log(3), 12);
  });

  it("tends to plain DQN's as the temperature and alpha tend to 0", () => {
    const targets = munchausenTargets(
      batch,
      head,
      { targetTm1, targetT },
      { alpha: 0, temperature: 1e-5 },
    );
    const [first, second] = targetOf(targets);
    expect(first).toBeCloseTo(1 + 0.75 * 1.1, 3);
    expect(second).toBe(-2);
  });
});
