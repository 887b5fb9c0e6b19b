import { expect, it } from "vitest";
import { linearEpsilon } from "../../src/agent/epsilon-schedule.js";

it("falls linearly and then stays", () => {
  const epsilon = linearEpsilon({ initial: 1, final: 0.01, decaySteps: 1000 });
  expect(epsilon(0)).toBe(1);
  expect(epsilon(500)).toBeCloseTo(0.505, 12);
  expect(epsilon(999)).toBeCloseTo(0.01099, 12);
  expect(epsilon(1000)).toBe(0.01);
  expect(epsilon(2_000_000)).toBe(0.01);
});

it("is final at once when it has no time to fall", () => {
  expect(linearEpsilon({ initial: 1, final: 0.1, decaySteps: 0 })(0)).toBe(0.1);
});

it.each([
  { initial: 1.5, final: 0, decaySteps: 1 },
  { initial: 1, final: -0.1, decaySteps: 1 },
  { initial: 1, final: NaN, decaySteps: 1 },
  { initial: 1, final: 0, decaySteps: -1 },
])("refuses $initial → $final over $decaySteps", (options) => {
  expect(() => linearEpsilon(options)).toThrow(
    expect.objectContaining({ code: "INVALID_OPTION" }) as Error,
  );
});
