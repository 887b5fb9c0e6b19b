import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { PrioritizedSampler } from "../../src/replay/prioritized-sampler.js";
import type { Sampler } from "../../src/replay/sampler.js";
import { UniformSampler } from "../../src/replay/uniform-sampler.js";

const outputOf = (count: number) => ({
  indices: new Int32Array(count),
  weights: new Float32Array(count),
});

/** How often each slot was drawn. */
function countDraws(
  sampler: Sampler,
  rounds: number,
  count: number,
  rng: Rng,
): Map<number, number> {
  const out = outputOf(count);
  const counts = new Map<number, number>();
  for (let i = 0; i < rounds; i++) {
    sampler.sample(count, rng, out);
    for (const slot of out.indices) counts.set(slot, (counts.get(slot) ?? 0) + 1);
  }
  return counts;
}

function chiSquare(counts: ReadonlyMap<number, number>, expected: ReadonlyMap<number, number>) {
  let sum = 0;
  for (const [slot, wanted] of expected) sum += ((counts.get(slot) ?? 0) - wanted) ** 2 / wanted;
  return sum;
}

const CAPACITY = 50;
const SAMPLERS: readonly [string, () => Sampler][] = [
  ["UniformSampler", () => new UniformSampler({ capacity: CAPACITY })],
  ["PrioritizedSampler", () => new PrioritizedSampler({ capacity: CAPACITY, alpha: 0.7 })],
];

describe.each(SAMPLERS)("%s", (_, create) => {
  it("draws every slot that was added, and none that was removed", () => {
    const sampler = create();
    const present = new Set<number>();
    const rng = new Rng(5);
    for (let i = 0; i < 2000; i++) {
      const slot = rng.integer(CAPACITY);
      if (rng.uniform() < 0.55) {
        sampler.add(slot);
        present.add(slot);
      } else {
        sampler.remove(slot);
        present.delete(slot);
      }
      expect(sampler.size).toBe(present.size);
      if (i % 100 !== 99) continue;
      const counts = countDraws(sampler, 100, 20, rng);
      expect(new Set(counts.keys())).toEqual(present);
    }
  });

  it("goes on from a saved state exactly", () => {
    const original = create();
    const rng = new Rng(8);
    const live = (sampler: Sampler, random: Rng): number[] => {
      const out = outputOf(16);
      const seen: number[] = [];
      for (let i = 0; i < 40; i++) {
        sampler.add(random.integer(CAPACITY));
        if (i % 3 === 0) sampler.remove(random.integer(CAPACITY));
        sampler.sample(16, random, out);
        seen.push(...out.indices, ...out.weights);
        sampler.update(
          out.indices,
          Float32Array.from({ length: 16 }, () => 3 * random.uniform()),
        );
      }
      return seen;
    };
    live(original, rng);
    const resumed = create();
    resumed.add(1);
    resumed.setState(original.getState());
    expect(resumed.size).toBe(original.size);
    const resumedRng = new Rng(0);
    resumedRng.setState(rng.getState());
    expect(live(resumed, resumedRng)).toEqual(live(original, rng));
    expect(resumed.getState()).toEqual(original.getState());
  });

  it("refuses to draw from nothing, and another sampler's state", () => {
    const sampler = create();
    expect(() => {
      sampler.sample(1, new Rng(0), outputOf(1));
    }).toThrow(/empty/);
    const full = new UniformSampler({ capacity: 100 });
    full.add(CAPACITY);
    for (const state of [
      full.getState(),
      new PrioritizedSampler({ capacity: 100 }).getState(),
      { kind: "uniform", slots: Int32Array.of(3, 3) } as const,
      { kind: "uniform", slots: Int32Array.of(-1) } as const,
      { ...new PrioritizedSampler({ capacity: CAPACITY }).getState(), maxPriority: NaN },
    ]) {
      expect(() => {
        sampler.setState(state);
      }).toThrow(expect.objectContaining({ code: "STATE_INVALID" }) as Error);
    }
  });
});

describe("UniformSampler", () => {
  it("draws each slot equally often, after many have come and gone: chi-square", () => {
    const sampler = new UniformSampler({ capacity: 200 });
    for (let slot = 0; slot < 200; slot++) sampler.add(slot);
    for (let slot = 0; slot < 200; slot += 2) sampler.remove(slot);
    const counts = countDraws(sampler, 2000, 32, new Rng(9));
    const expected = new Map(Array.from({ length: 100 }, (_, i) => [2 * i + 1, 640]));
    // 99 degrees of freedom: 148.2 is the 0.1 % point, 61.1 the 99.9 %.
    expect(chiSquare(counts, expected)).toBeLessThan(148.2);
    expect(chiSquare(counts, expected)).toBeGreaterThan(61.1);
  });
});

describe("PrioritizedSampler", () => {
  /** Slots 0 to n − 1 with those TD errors. */
  const withErrors = (
    errors: readonly number[],
    options: { alpha?: number; beta?: number; epsilon?: number } = {},
  ): PrioritizedSampler => {
    const sampler = new PrioritizedSampler({ capacity: errors.length, ...options });
    for (let slot = 0; slot < errors.length; slot++) sampler.add(slot);
    sampler.update(Int32Array.from(errors.keys()), Float32Array.from(errors));
    return sampler;
  };

  it("draws in proportion to |TD error|^alpha: chi-square", () => {
    const errors = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 1 : -1) * (0.1 + i));
    for (const alpha of [0, 0.6, 1]) {
      const powers = errors.map((error) => (Math.abs(error) + 1e-6) ** alpha);
      const total = powers.reduce((sum, power) => sum + power, 0);
      // One draw at a time: the draws of one sample are not independent, being stratified.
      const counts = countDraws(withErrors(errors, { alpha }), 40_000, 1, new Rng(4));
      const expected = new Map(powers.map((power, slot) => [slot, (40_000 * power) / total]));
      // 19 degrees of freedom: 43.8 is the 0.1 % point, 5.4 the 99.9 %.
      expect(chiSquare(counts, expected), `alpha ${alpha}`).toBeLessThan(43.8);
      expect(chiSquare(counts, expected), `alpha ${alpha}`).toBeGreaterThan(5.4);
    }
  });

  it("stratifies: as many draws as equal slots draw each once", () => {
    const sampler = withErrors(new Array<number>(64).fill(0.5));
    const out = outputOf(64);
    for (let i = 0; i < 20; i++) {
      sampler.sample(64, new Rng(i), out);
      expect([...out.indices]).toEqual([...new Array(64).keys()]);
    }
  });

  it("weighs by (N P(i))^-beta over the sample's largest, by hand", () => {
    // p = 1, 4, 16 and alpha 0.5: 1, 2, 4 of 7. N P: 3/7, 6/7, 12/7.
    const sampler = withErrors([1, -4, 16], { alpha: 0.5, beta: 0.5, epsilon: 1e-12 });
    const out = outputOf(200);
    sampler.sample(200, new Rng(1), out);
    const wanted = [1, (6 / 7) ** -0.5 / (3 / 7) ** -0.5, (12 / 7) ** -0.5 / (3 / 7) ** -0.5];
    expect(new Set(out.indices).size).toBe(3);
    out.weights.forEach((weight, i) => {
      expect(weight).toBeCloseTo(wanted[out.indices[i]], 6);
    });
    sampler.setBeta(0);
    sampler.sample(200, new Rng(1), out);
    expect(new Set(out.weights)).toEqual(new Set([1]));
  });

  it("removes the bias wholly at beta 1: a weighted mean is the uniform one", () => {
    const values = [10, -3, 0.5, 7, 1];
    const sampler = withErrors([0.1, 5, 1, 3, 0.5], { alpha: 1, beta: 1 });
    const rng = new Rng(2);
    const out = outputOf(5000);
    sampler.sample(5000, rng, out);
    let sum = 0;
    let weights = 0;
    out.indices.forEach((slot, i) => {
      sum += out.weights[i] * values[slot];
      weights += out.weights[i];
    });
    expect(sum / weights).toBeCloseTo(values.reduce((a, b) => a + b) / 5, 1);
  });

  it("gives a fresh transition the largest priority ever given", () => {
    const sampler = new PrioritizedSampler({ capacity: 4, alpha: 1, epsilon: 1e-9 });
    sampler.add(0);
    expect(sampler.getState().priorities[0]).toBe(1);
    sampler.update(Int32Array.of(0), Float32Array.of(-8));
    sampler.add(1);
    sampler.update(Int32Array.of(0), Float32Array.of(0.5));
    sampler.add(2);
    expect([...sampler.getState().priorities]).toEqual([0.5, 8, 8, 0]);
    sampler.add(0);
    expect(sampler.getState().priorities[0]).toBe(8);
  });

  it("passes over what was removed since it was sampled", () => {
    const sampler = withErrors([1, 2, 3]);
    sampler.remove(1);
    sampler.update(Int32Array.of(1, 2), Float32Array.of(9, 4));
    expect(sampler.size).toBe(2);
    expect(sampler.getState().priorities[1]).toBe(0);
  });

  it("never forgets a slot whose error was 0", () => {
    const sampler = withErrors([0, 0, 0, 0], { alpha: 1, epsilon: 1e-60 });
    expect(countDraws(sampler, 100, 4, new Rng(1)).size).toBe(4);
    expect(sampler.size).toBe(4);
  });

  it("refuses what is no number, and options outside their range", () => {
    const sampler = withErrors([1]);
    expect(() => {
      sampler.update(Int32Array.of(0), Float32Array.of(NaN));
    }).toThrow(expect.objectContaining({ code: "NOT_FINITE" }) as Error);
    for (const options of [{ alpha: 1.1 }, { beta: -1 }, { epsilon: 0 }, { alpha: NaN }]) {
      expect(() => new PrioritizedSampler({ capacity: 4, ...options })).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION" }) as Error,
      );
    }
  });
});
