import { describe, expect, it } from "vitest";
import { addProjected, C51Head, supportValues } from "../../src/agent/heads/c51-head.js";
import { createHead, type Head, type Targets } from "../../src/agent/heads/head.js";
import { QuantileHead } from "../../src/agent/heads/quantile-head.js";
import { huber, ScalarHead } from "../../src/agent/heads/scalar-head.js";
import { Rng } from "../../src/core/rng.js";

const floats = (...values: number[]) => Float32Array.from(values);

/** Targets that are returns alone: every row ended its episode. */
function terminal(head: Head, actions: number, aTm1: number[], returns: number[]): Targets {
  const rows = aTm1.length;
  return {
    aTm1: Int32Array.from(aTm1),
    returns,
    discountT: new Float32Array(rows),
    policyT: new Float64Array(rows * actions).fill(1 / actions),
    outputsT: new Float32Array(rows * actions * head.atoms),
    weights: new Float32Array(rows).fill(1),
  };
}

const ACTIONS = 3;
const HEADS: readonly [string, Head][] = [
  ["scalar", new ScalarHead(ACTIONS, 1)],
  ["scalar, squared error", new ScalarHead(ACTIONS, Infinity)],
  ["c51", new C51Head(ACTIONS, { atoms: 7, vMin: -2, vMax: 3 })],
  ["quantile", new QuantileHead(ACTIONS, 5, 1)],
  ["quantile, kappa 0.3", new QuantileHead(ACTIONS, 5, 0.3)],
];

describe.each(HEADS)("the %s head", (_, head) => {
  /** Everything at once: weights, a terminal row, a mixed policy, discounts. */
  const example = (): { outputs: Float32Array; targets: Targets } => {
    const rng = new Rng(17);
    const rows = 4;
    // Multiples of 1/64: adding and taking away a step is exact in float32.
    const draw = () => (rng.integer(257) - 128) / 64;
    const length = rows * ACTIONS * head.atoms;
    const policyT = [0, 1, 0, 0.25, 0.25, 0.5, 1, 0, 0, 0, 0, 1];
    return {
      outputs: Float32Array.from({ length }, draw),
      targets: {
        aTm1: Int32Array.of(2, 0, 1, 1),
        returns: [0.3, -1.7, 0.9, 2.2],
        discountT: floats(0.9, 0.8, 0, 0.7),
        policyT,
        outputsT: Float32Array.from({ length }, draw),
        weights: floats(1, 0.5, 0.25, 0.8),
      },
    };
  };

  it("has the gradient that finite differences have, and none for other actions", () => {
    const { outputs, targets } = example();
    const { gradient } = head.loss(outputs, targets);
    const step = 2 ** -9;
    const lossWith = (i: number, change: number): number => {
      const moved = outputs.slice();
      moved[i] += change;
      return head.loss(moved, targets).loss;
    };
    let taken = 0;
    for (let i = 0; i < outputs.length; i++) {
      const slope = (lossWith(i, step) - lossWith(i, -step)) / (2 * step);
      expect(gradient[i]).toBeCloseTo(slope, 3);
      const action = Math.floor(i / head.atoms) % ACTIONS;
      const row = Math.floor(i / head.atoms / ACTIONS);
      if (action !== targets.aTm1[row]) expect(gradient[i]).toBe(0);
      else taken += Math.abs(gradient[i]);
    }
    expect(taken).toBeGreaterThan(0.5);
  });

  it("weighs rows in the loss and not in what it tells the replay memory", () => {
    const { outputs, targets } = example();
    const weighted = head.loss(outputs, targets);
    const plain = head.loss(outputs, { ...targets, weights: new Float32Array(4).fill(1) });
    expect(weighted.tdErrors).toEqual(plain.tdErrors);
    const size = outputs.length / 4;
    weighted.gradient.forEach((value, i) => {
      expect(value).toBeCloseTo(plain.gradient[i] * targets.weights[Math.floor(i / size)], 6);
    });
  });

  it("is finite for outputs of any size", () => {
    const { outputs, targets } = example();
    const huge = outputs.map((x) => 400 * x);
    const { loss, gradient } = head.loss(huge, targets);
    for (const value of [loss, ...gradient, ...head.qValues(huge)]) {
      expect(Number.isFinite(value)).toBe(true);
    }
  });
});

describe("ScalarHead", () => {
  it("turns from quadratic to linear at delta", () => {
    const errors = [0, 0.5, -0.5, 1, -1, 3, -4];
    expect(errors.map((error) => huber(error, 1))).toEqual([0, 0.125, 0.125, 0.5, 0.5, 2.5, 3.5]);
    expect(errors.map((error) => huber(error, 2))).toEqual([0, 0.125, 0.125, 0.5, 0.5, 4, 6]);
    expect(errors.map((error) => huber(error, Infinity))).toEqual([
      0, 0.125, 0.125, 0.5, 0.5, 4.5, 8,
    ]);
  });

  it("has the loss, errors and gradient worked out by hand", () => {
    const head = new ScalarHead(3, 1);
    const targets = {
      ...terminal(head, 3, [0, 1, 2], [1.5, 9, 8.75]),
      weights: floats(1, 0.5, 0.2),
    };
    const result = head.loss(floats(1, 2, 3, 4, 5, 6, 7, 8, 9), targets);
    // Errors 0.5, 4, −0.25: losses 0.125, 3.5, 0.03125.
    expect([...result.tdErrors]).toEqual([0.5, 4, -0.25]);
    expect(result.loss).toBeCloseTo((0.125 + 0.5 * 3.5 + 0.2 * 0.03125) / 3, 6);
    const wanted = [-0.5, 0, 0, 0, -0.5, 0, 0, 0, 0.2 * 0.25].map((value) => value / 3);
    result.gradient.forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[i], 6);
    });
  });

  it("bootstraps from the policy's value", () => {
    const head = new ScalarHead(2, 1);
    const targets: Targets = {
      aTm1: Int32Array.of(0),
      returns: [1],
      discountT: floats(0.5),
      policyT: [0.25, 0.75],
      outputsT: floats(4, 8),
      weights: floats(1),
    };
    // 1 + 0.5 · (0.25 · 4 + 0.75 · 8) = 4.5
    expect(head.loss(floats(1, 0), targets).tdErrors[0]).toBe(3.5);
  });
});

describe("C51Head", () => {
  const three = { atoms: 3, vMin: -1, vMax: 1 };
  const project = (value: number): number[] => {
    const distribution = new Float64Array(3);
    addProjected(distribution, three, value, 1);
    return [...distribution];
  };

  it("projects onto the neighbours, by hand", () => {
    expect(project(0.25)).toEqual([0, 0.75, 0.25]);
    expect(project(-0.5)).toEqual([0.5, 0.5, 0]);
    expect(project(0)).toEqual([0, 1, 0]);
    expect(project(1)).toEqual([0, 0, 1]);
    expect(project(50)).toEqual([0, 0, 1]);
    expect(project(-1.01)).toEqual([1, 0, 0]);
  });

  it("projects as equation 7 says: each atom's share falls linearly with its distance", () => {
    const support = { atoms: 51, vMin: -10, vMax: 10 };
    const values = supportValues(support);
    expect([values[0], values[25], values[50]]).toEqual([-10, 0, 10]);
    const rng = new Rng(2);
    for (let i = 0; i < 200; i++) {
      const value = 30 * rng.uniform() - 15;
      const distribution = new Float64Array(51);
      addProjected(distribution, support, value, 0.5);
      const clipped = Math.min(10, Math.max(-10, value));
      values.forEach((atom, k) => {
        const share = Math.max(0, 1 - Math.abs(clipped - atom) / 0.4);
        expect(distribution[k]).toBeCloseTo(0.5 * share, 10);
      });
    }
  });

  it("has the divergence worked out by hand", () => {
    const head = new C51Head(1, three);
    // Predicted: a third each. Target: 3/4 at 0, 1/4 at 1.
    const { loss, tdErrors } = head.loss(floats(5, 5, 5), terminal(head, 1, [0], [0.25]));
    const wanted = 0.75 * Math.log(0.75 * 3) + 0.25 * Math.log(0.25 * 3);
    expect(loss).toBeCloseTo(wanted, 6);
    expect(tdErrors[0]).toBeCloseTo(wanted, 6);
  });

  it("shrinks and shifts the next state's distribution, by hand", () => {
    const head = new C51Head(2, three);
    const logits = (a: number, b: number, c: number) => [a, b, c].map(Math.log);
    const targets: Targets = {
      aTm1: Int32Array.of(0),
      returns: [0.25],
      discountT: floats(0.5),
      policyT: [0, 1],
      outputsT: floats(...logits(0.9, 0.05, 0.05), ...logits(0.2, 0.3, 0.5)),
      weights: floats(1),
    };
    // −1, 0, 1 become −0.25, 0.25, 0.75.
    const wanted = [0.25 * 0.2, 0.75 * 0.2 + 0.75 * 0.3 + 0.25 * 0.5, 0.25 * 0.3 + 0.75 * 0.5];
    // The gradient by the logits is softmax − target: here a third less it.
    const { gradient } = head.loss(floats(0, 0, 0, 0, 0, 0), targets);
    wanted.forEach((mass, i) => {
      expect(1 / 3 - gradient[i]).toBeCloseTo(mass, 6);
    });
    // Predicting just that leaves nothing to learn.
    const right = floats(...wanted.map(Math.log), 0, 0, 0);
    expect(head.loss(right, targets).loss).toBeCloseTo(0, 6);
  });

  it("has the mean of its distribution as Q", () => {
    const head = new C51Head(2, three);
    const outputs = floats(...[0.2, 0.3, 0.5, 0.1, 0.1, 0.8].map(Math.log));
    const [a, b] = head.qValues(outputs);
    expect(a).toBeCloseTo(0.3, 6);
    expect(b).toBeCloseTo(0.7, 6);
  });

  it("refuses a support that is none", () => {
    for (const change of [{ atoms: 1 }, { vMin: 1 }, { vMax: NaN }]) {
      expect(() => new C51Head(2, { ...three, ...change })).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION" }) as Error,
      );
    }
  });
});

describe("QuantileHead", () => {
  it("has the loss worked out by hand", () => {
    // Quantiles at 1/4 and 3/4. Errors 0.5 and −0.5: 0.25 · 0.125 and 0.25 · 0.125.
    const head = new QuantileHead(1, 2, 1);
    expect(head.loss(floats(0, 1), terminal(head, 1, [0], [0.5])).loss).toBeCloseTo(0.0625, 7);
    // Errors 3 and 2: 0.25 · 2.5 and 0.75 · 1.5.
    expect(head.loss(floats(0, 1), terminal(head, 1, [0], [3])).loss).toBeCloseTo(1.75, 7);
  });

  it("pairs each quantile with each target sample, averaged over samples", () => {
    const head = new QuantileHead(1, 2, 1);
    const targets: Targets = {
      aTm1: Int32Array.of(0),
      returns: [1],
      discountT: floats(0.5),
      policyT: [1],
      outputsT: floats(-2, 6),
      weights: floats(1),
    };
    // Samples 0 and 4. Quantile 1/4 at 0: errors 0, 4; quantile 3/4 at 1: errors −1, 3.
    const wanted = (0.25 * 3.5) / 2 + (0.25 * 0.5 + 0.75 * 2.5) / 2;
    expect(head.loss(floats(0, 1), targets).loss).toBeCloseTo(wanted, 7);
  });

  it("is least at the quantiles of what it is shown", () => {
    const head = new QuantileHead(1, 5, 0.01);
    const rng = new Rng(6);
    let outputs = new Float32Array(5);
    for (let i = 0; i < 6000; i++) {
      const returns = Array.from({ length: 16 }, () => rng.uniform());
      const batch = Float32Array.from({ length: 16 * 5 }, (_, k) => outputs[k % 5]);
      const { gradient } = head.loss(
        batch,
        terminal(head, 1, new Array<number>(16).fill(0), returns),
      );
      const rate = 2 / (20 + i);
      outputs = outputs.map((output, k) => {
        for (let row = 0; row < 16; row++) output -= rate * gradient[row * 5 + k];
        return output;
      });
    }
    // Uniform returns: the quantiles are the levels, 0.1, 0.3, … 0.9; a mean would be 0.5 five times.
    outputs.forEach((quantile, i) => {
      expect(Math.abs(quantile - (0.1 + 0.2 * i))).toBeLessThan(0.02);
    });
    expect(head.qValues(outputs)[0]).toBeCloseTo(0.5, 1);
  });
});

it("refuses a Huber loss that is none", () => {
  const spec = { kind: "quantile", atoms: 4 } as const;
  for (const huberDelta of [0, -1, NaN]) {
    for (const head of [{ kind: "scalar" } as const, spec]) {
      expect(() => createHead({ actionCount: 2, spec: head, huberDelta })).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION" }) as Error,
      );
    }
  }
  expect(() => createHead({ actionCount: 2, spec, huberDelta: Infinity })).toThrow(/Huber/);
});
