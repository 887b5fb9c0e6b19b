import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { SumTree } from "../../src/replay/sum-tree.js";

/** The definition, leaf by leaf. */
function naiveFind(leaves: readonly number[], point: number): number {
  let sum = 0;
  return leaves.findIndex((leaf) => (sum += leaf) > point);
}

describe.each([1, 2, 5, 8, 37])("SumTree of %i leaves", (capacity) => {
  it("finds what the running sum says, while leaves change", () => {
    const rng = new Rng(capacity);
    const tree = new SumTree(capacity);
    const leaves = new Array<number>(capacity).fill(0);
    for (let round = 0; round < 300; round++) {
      const leaf = rng.integer(capacity);
      // Whole numbers: sums are exact however they are added up.
      leaves[leaf] = rng.integer(6);
      tree.set(leaf, leaves[leaf]);
      const total = leaves.reduce((sum, value) => sum + value, 0);
      expect(tree.total).toBe(total);
      expect(tree.get(leaf)).toBe(leaves[leaf]);
      if (total === 0) continue;
      const point = rng.uniform() * total;
      expect(tree.find(point)).toBe(naiveFind(leaves, point));
      // A point on a boundary belongs to the leaf that begins there.
      const boundary = Math.floor(point);
      expect(tree.find(boundary)).toBe(naiveFind(leaves, boundary));
    }
  });
});

describe("SumTree", () => {
  it("never finds an empty leaf, even for a point that rounding put beyond the sum", () => {
    const tree = new SumTree(8);
    tree.set(2, 0.1);
    tree.set(4, 0.2);
    expect(tree.find(tree.total)).toBe(4);
    expect(tree.find(1e9)).toBe(4);
    expect(tree.find(0)).toBe(2);
    tree.set(4, 0);
    expect(tree.find(1e9)).toBe(2);
  });

  it("is a function of its leaves: the same whatever was in them before", () => {
    const rng = new Rng(3);
    const worn = new SumTree(100);
    for (let i = 0; i < 10_000; i++) worn.set(rng.integer(100), rng.uniform() * 1e6);
    const values = Float32Array.from({ length: 100 }, () => rng.uniform());
    values.forEach((value, leaf) => {
      worn.set(leaf, value);
    });
    const fresh = new SumTree(100);
    fresh.setAll(values);
    expect(worn.total).toBe(fresh.total);
    for (let i = 0; i < 200; i++) {
      const point = rng.uniform() * fresh.total;
      expect(worn.find(point)).toBe(fresh.find(point));
    }
  });
});
