import { expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { histogramOf } from "../../src/logging/histogram.js";

it("counts every value once, in buckets of equal width that touch", () => {
  const values = Float32Array.from({ length: 5000 }, (_, i) => Math.sin(i) * 3 - 1);
  const buckets = histogramOf(values);
  expect(buckets.length).toBe(30);
  expect(buckets[0].left).toBe(Math.min(...values));
  expect(buckets[29].right).toBe(Math.max(...values));
  buckets.forEach(({ left, right, count }, i) => {
    if (i > 0) expect(left).toBe(buckets[i - 1].right);
    const inside = values.filter((v) => v >= left && (i === 29 ? v <= right : v < right)).length;
    // A value within rounding of an edge may fall to either side.
    expect(Math.abs(count - inside)).toBeLessThanOrEqual(1);
  });
  expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(5000);
});

it("leaves out what is not finite, and has something for equal values and for none", () => {
  expect(histogramOf([NaN, 1, Infinity, 1, -Infinity])).toEqual([
    { left: 0.5, right: 1.5, count: 2 },
  ]);
  expect(histogramOf([])).toEqual([]);
  expect(histogramOf([NaN])).toEqual([]);
  expect(histogramOf([0, 1], { buckets: 2 })).toEqual([
    { left: 0, right: 0.5, count: 1 },
    { left: 0.5, right: 1, count: 1 },
  ]);
});

it("a sample of a kernel has the shape of the whole", () => {
  const rng = new Rng(1);
  // One column of 256 differs: a stride that divides the columns would see it always or never.
  const kernel = Float32Array.from({ length: 520_000 }, (_, i) =>
    i % 256 === 0 ? 1 : rng.uniform() - 0.5,
  );
  const sample = histogramOf(kernel, { maxValues: 16_384 });
  const total = sample.reduce((sum, { count }) => sum + count, 0);
  expect(total).toBeGreaterThan(12_000);
  expect(total).toBeLessThanOrEqual(16_384);
  expect(sample[29].count / total).toBeCloseTo(1 / 256, 3);
});
