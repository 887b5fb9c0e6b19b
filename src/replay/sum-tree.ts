/**
 * A binary tree whose leaves hold values at least 0 and whose inner nodes hold the sum of their two
 * children (Schaul et al. 2016, appendix B.2.1): changing a leaf and finding the leaf at a point of
 * the running sum both take log2(leaves) steps.
 *
 * A parent is always computed anew from its children, never by a difference, so that no rounding
 * error builds up and the tree is a function of its leaves alone.
 */
export class SumTree {
  readonly capacity: number;
  /** Leaves from `#base` on, their parents before them, the root at 1. */
  readonly #nodes: Float64Array;
  readonly #base: number;

  /** @param capacity leaves, at least 1; all start at 0. */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.#base = 1;
    while (this.#base < capacity) this.#base *= 2;
    this.#nodes = new Float64Array(2 * this.#base);
  }

  /** Sum of all leaves. */
  get total(): number {
    return this.#nodes[1];
  }

  get(leaf: number): number {
    return this.#nodes[this.#base + leaf];
  }

  /** @param value finite, at least 0. */
  set(leaf: number, value: number): void {
    const nodes = this.#nodes;
    let node = this.#base + leaf;
    nodes[node] = value;
    for (node >>= 1; node >= 1; node >>= 1) nodes[node] = nodes[2 * node] + nodes[2 * node + 1];
  }

  /**
   * The leaf i with `sum(leaves before i) <= point < sum(leaves up to i)`.
   *
   * Rounding can put a point beyond a sum; a leaf that holds 0 is nevertheless never found.
   * @param point in [0, total); `total` itself is above 0.
   */
  find(point: number): number {
    const nodes = this.#nodes;
    let node = 1;
    let rest = point;
    while (node < this.#base) {
      node *= 2;
      const left = nodes[node];
      if (rest >= left && nodes[node + 1] > 0) {
        rest -= left;
        node++;
      }
    }
    return node - this.#base;
  }

  /** Replaces all leaves. @param values `[capacity]`, finite, at least 0. */
  setAll(values: ArrayLike<number>): void {
    const nodes = this.#nodes;
    for (let leaf = 0; leaf < this.capacity; leaf++) nodes[this.#base + leaf] = values[leaf];
    for (let node = this.#base - 1; node >= 1; node--) {
      nodes[node] = nodes[2 * node] + nodes[2 * node + 1];
    }
  }
}
