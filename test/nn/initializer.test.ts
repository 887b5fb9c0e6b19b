import { expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { glorotUniform } from "../../src/nn/initializer.js";

it.each([
  ["a dense layer", [300, 200], Math.sqrt(6 / 500)],
  // Fan-in and fan-out count every place of the kernel.
  ["a convolution", [8, 8, 4, 32], Math.sqrt(6 / (64 * 36))],
])("fills ±sqrt(6 / (fan-in + fan-out)) evenly: %s", (_, shape, limit) => {
  const values = glorotUniform(new Rng(1), shape);
  expect(values).toHaveLength(shape.reduce((a, b) => a * b));
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(largest).toBeLessThanOrEqual(limit * (1 + 1e-6));
  expect(largest).toBeGreaterThan(0.999 * limit);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan(0.03 * limit);
  expect(variance / (limit * limit)).toBeCloseTo(1 / 3, 1);
});
