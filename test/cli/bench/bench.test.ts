import { describe, expect, it } from "vitest";
import { mario } from "../run-cli.js";

interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

function bench(...args: string[]): unknown {
  const { status, stdout, stderr } = mario(["bench", ...args, "--json"], { timeout: 300_000 });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout);
}

function expectSpread({ min, median, max }: Spread): void {
  expect(min).toBeGreaterThan(0);
  expect(median).toBeGreaterThanOrEqual(min);
  expect(max).toBeGreaterThanOrEqual(median);
}

describe("mario bench", () => {
  it("lists what can be measured when it is not told what", () => {
    const { status, stderr } = mario(["bench"]);
    for (const what of ["emulator", "preprocess", "replay", "train-step", "act"]) {
      expect(stderr).toMatch(new RegExp(`^ {2}${what} `, "m"));
    }
    expect(status).toBe(2);
  });

  it("refuses a time for measuring that is none, and two ends for one measurement", () => {
    for (const what of ["emulator", "preprocess", "replay", "train-step", "act"]) {
      const { status, stderr } = mario(["bench", what, "--seconds", "0"]);
      expect(stderr).toMatch(/--seconds.*'0'.*from 1 to 3600/);
      expect(status).toBe(2);
    }
    const both = mario(["bench", "train-step", "--seconds", "3", "--updates", "4"]);
    expect(both).toMatchObject({ status: 2, stdout: "" });
    expect(both.stderr).toMatch(/--seconds.*cannot be used with.*--updates/);
  });

  it("emulator: medians that lie within their spreads, and their ratio", () => {
    const result = bench("emulator", "--seconds", "2") as {
      stockFps: number;
      turboFps: number;
      ratio: number;
      stepsPerSecond: number;
      spread: Record<"stockFps" | "turboFps" | "stepsPerSecond", Spread>;
    };
    for (const rate of ["stockFps", "turboFps", "stepsPerSecond"] as const) {
      expectSpread(result.spread[rate]);
      expect(result[rate]).toBe(result.spread[rate].median);
    }
    expect(result.ratio).toBeCloseTo(result.turboFps / result.stockFps, 10);
  }, 300_000);

  it("preprocess", () => {
    const result = bench("preprocess", "--seconds", "1") as Record<string, Spread>;
    expectSpread(result["msPerFrame"]);
    expectSpread(result["msPerFrameOfTwo"]);
    expectSpread(result["msPerPush"]);
  }, 300_000);

  it("replay: one frame and its record for each transition, hardly more", () => {
    const result = bench("replay", "--seconds", "1", "--capacity", "20_000") as {
      capacity: number;
      batch: number;
      msPerAdd: Spread;
      msPerSample: { uniform: Spread };
      bytesPerTransition: number;
    };
    expect(result).toMatchObject({ capacity: 20_000, batch: 32 });
    expectSpread(result.msPerAdd);
    expectSpread(result.msPerSample.uniform);
    expect(result.bytesPerTransition).toBeGreaterThan(84 * 84);
    expect(result.bytesPerTransition).toBeLessThan(1.25 * 84 * 84);
  }, 300_000);

  it("act: on one thread, for 1, 4, 8 and 16", () => {
    const { threads, msPerAct } = bench("act", "--seconds", "1") as {
      threads: number;
      msPerAct: Record<string, Spread>;
    };
    expect(threads).toBe(1);
    expect(Object.keys(msPerAct)).toEqual(["batch1", "batch4", "batch8", "batch16"]);
    for (const ms of Object.values(msPerAct)) expectSpread(ms);
  }, 300_000);

  it("end-to-end: trains with what the preset says, or the options in its place", () => {
    for (const [options, expected] of [
      [[], { dueling: true, prioritized: true }],
      [["--no-dueling", "--no-prioritized"], { dueling: false, prioritized: false }],
    ] as const) {
      const result = bench(
        ...["end-to-end", "--preset", "tutorial", "--batch", "4", "--seconds", "1", ...options],
      ) as Record<string, Spread>;
      expect(result).toMatchObject({ ...expected, preset: "tutorial", batch: 4, learnPeriod: 4 });
      expectSpread(result["stepsPerSecond"]);
      expectSpread(result["updatesPerSecond"]);
    }
  }, 300_000);

  it("train-step: so many updates, or as many as the time allows", () => {
    for (const [option, value] of [
      ["--updates", "3"],
      ["--seconds", "1"],
    ]) {
      const result = bench("train-step", option, value, "--batch", "4") as {
        batch: number;
        updates: number;
        msPerUpdate: Spread;
      };
      expect(result.batch).toBe(4);
      expectSpread(result.msPerUpdate);
      if (option === "--updates") expect(result.updates).toBe(3);
      else expect(result.updates).toBeGreaterThanOrEqual(1);
    }
  }, 300_000);
});
