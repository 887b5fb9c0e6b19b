import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { NStepAccumulator } from "../../src/replay/n-step-accumulator.js";
import type { StackIds, Transition } from "../../src/replay/transition.js";

const observation = (t: number): StackIds => [t, t, t, t];

/** The definition, straight from the sum; no running products. */
function naive(
  rewards: readonly number[],
  n: number,
  gamma: number,
  end: "terminated" | "truncated",
): Transition[] {
  return rewards.map((_, t) => {
    const steps = Math.min(n, rewards.length - t);
    let rT = 0;
    for (let k = 0; k < steps; k++) rT += gamma ** k * rewards[t + k];
    const reachesEnd = t + steps === rewards.length;
    return {
      sTm1: observation(t),
      aTm1: t % 14,
      rT,
      discountT: reachesEnd && end === "terminated" ? 0 : gamma ** steps,
      sT: observation(t + steps),
    };
  });
}

function accumulated(
  rewards: readonly number[],
  n: number,
  gamma: number,
  end: "terminated" | "truncated",
): Transition[] {
  const accumulator = new NStepAccumulator({ n, gamma });
  accumulator.start(observation(0));
  return rewards.flatMap((reward, t) => {
    const last = t === rewards.length - 1;
    return [
      ...accumulator.push({
        action: t % 14,
        reward,
        sT: observation(t + 1),
        terminated: last && end === "terminated",
        truncated: last && end === "truncated",
      }),
    ];
  });
}

describe("NStepAccumulator", () => {
  const rng = new Rng(1);
  for (const n of [1, 2, 3, 5]) {
    for (const length of [1, 2, 3, 4, 17]) {
      for (const end of ["terminated", "truncated"] as const) {
        it(`equals the definition: n ${n}, ${length} steps, ${end}`, () => {
          const rewards = Array.from({ length }, () => rng.uniform() * 4 - 2);
          const got = accumulated(rewards, n, 0.9, end);
          const want = naive(rewards, n, 0.9, end);
          expect(got).toHaveLength(want.length);
          got.forEach((transition, i) => {
            expect(transition.rT).toBeCloseTo(want[i].rT, 10);
            expect(transition.discountT).toBeCloseTo(want[i].discountT, 10);
            expect(transition.sTm1).toEqual(want[i].sTm1);
            expect(transition.sT).toEqual(want[i].sT);
            expect(transition.aTm1).toBe(want[i].aTm1);
          });
        });
      }
    }
  }

  it("by hand: n 3, gamma 0.5, rewards 1 2 3 4, terminated", () => {
    const got = accumulated([1, 2, 3, 4], 3, 0.5, "terminated");
    expect(got.map((t) => [t.rT, t.discountT])).toEqual([
      [1 + 1 + 0.75, 0.125],
      [2 + 1.5 + 1, 0],
      [3 + 2, 0],
      [4, 0],
    ]);
  });

  it("does not leak a cut episode into the next", () => {
    const accumulator = new NStepAccumulator({ n: 3, gamma: 0.9 });
    accumulator.start(observation(0));
    accumulator.push({
      action: 1,
      reward: 100,
      sT: observation(1),
      terminated: false,
      truncated: false,
    });
    accumulator.start(observation(50));
    const out = accumulator.push({
      action: 2,
      reward: 1,
      sT: observation(51),
      terminated: true,
      truncated: false,
    });
    expect(out).toEqual([
      { sTm1: observation(50), aTm1: 2, rT: 1, discountT: 0, sT: observation(51) },
    ]);
  });
});
