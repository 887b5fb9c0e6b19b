import { expect, it } from "vitest";
import { ValueLimit } from "../../src/agent/value-limit.js";

const diverged = expect.objectContaining({
  code: "DIVERGED",
  remedy: expect.stringContaining("--lr") as string,
}) as Error;

it("allows ten times what the returns and discounts seen so far allow", () => {
  const limit = new ValueLimit(0);
  limit.observe(Float32Array.of(0.5, -4), Float32Array.of(0.5, 0));
  // 10 · 4 / (1 − 0.5)
  limit.check(79.9);
  limit.check(-79.9);
  expect(() => {
    limit.check(-80.1);
  }).toThrow(diverged);
  limit.observe(Float32Array.of(8), Float32Array.of(0));
  limit.check(159);
});

it("does not take a fresh network's values for divergence where nothing was paid yet", () => {
  const limit = new ValueLimit(0);
  limit.observe(Float32Array.of(0, 0), Float32Array.of(0.9, 0.9));
  limit.check(5);
  expect(() => {
    limit.check(101);
  }).toThrow(diverged);
});

it("knows what a target rule adds", () => {
  const limit = new ValueLimit(1);
  limit.observe(Float32Array.of(1), Float32Array.of(0));
  // 10 · (1 + 1)
  limit.check(19.9);
  expect(() => {
    limit.check(20.1);
  }).toThrow(diverged);
});

it("has no limit without a discount", () => {
  const limit = new ValueLimit(0);
  limit.observe(Float32Array.of(1), Float32Array.of(1));
  limit.check(1e9);
});

it("leaves a return that is no number to the loss that it makes", () => {
  const limit = new ValueLimit(0);
  limit.observe(Float32Array.of(1, NaN, 2), Float32Array.of(0.5, NaN, 0.5));
  limit.check(39.9);
  expect(() => {
    limit.check(40.1);
  }).toThrow(diverged);
});
