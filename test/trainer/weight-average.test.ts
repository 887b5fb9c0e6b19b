import { describe, expect, it } from "vitest";
import { WeightAverage } from "../../src/trainer/weight-average.js";

const weights = (...data: number[]) =>
  new Map([["output/kernel", { shape: [data.length], data: Float32Array.from(data) }]]);

describe("WeightAverage", () => {
  it("begins with the first weights and moves its share towards each of the next", () => {
    const average = new WeightAverage(0.25);
    expect(average.weights).toBeUndefined();
    average.add(weights(8, -8));
    average.add(weights(16, -8));
    average.add(weights(10, 0));
    // 8 → 10 → 10; −8 → −8 → −6.
    expect([...average.weights!.get("output/kernel")!.data]).toEqual([10, -6]);
  });

  it("holds copies: what it was given may change", () => {
    const average = new WeightAverage(0.5);
    const first = weights(4);
    average.add(first);
    first.get("output/kernel")!.data[0] = 99;
    expect([...average.weights!.get("output/kernel")!.data]).toEqual([4]);
  });

  it("goes on from its state", () => {
    const average = new WeightAverage(0.5);
    average.add(weights(4));
    const resumed = new WeightAverage(0.5);
    resumed.setState(average.getState());
    for (const each of [average, resumed]) each.add(weights(8));
    expect(resumed.weights).toEqual(average.weights);
    expect([...resumed.weights!.get("output/kernel")!.data]).toEqual([6]);
  });
});
