import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  createTrainReport,
  failureHint,
  resumeHint,
  runSummary,
} from "../../../src/cli/train/report.js";
import { WriteFailures } from "../../../src/cli/train/write-failures.js";
import { MarioError } from "../../../src/core/errors.js";

/** Collects what is written. */
function paper(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 200, written, write: (text: string) => written.push(text) };
}

const progress = (step: number) => ({
  step,
  episodes: 0,
  meanReward: 0,
  meanDistance: 0,
  maxDistance: 0,
  completionRate: 0,
  bestReward: undefined,
  epsilon: 0,
  stepsPerSecond: 0,
});

beforeEach(() => {
  vi.stubEnv("TERM", "xterm");
  return () => vi.unstubAllEnvs();
});

describe("what a person sees of a run", () => {
  it("are warnings on standard error, even with --log tensorboard", async () => {
    const [output, errors] = [paper(false), paper(false)];
    const totalSteps = 100;
    const report = await createTrainReport({
      totalSteps,
      startSteps: 0,
      silent: true,
      output,
      errors,
    });
    report.note("a note");
    report.warn("the disk is full");
    expect(output.written).toEqual([]);
    expect(JSON.parse(errors.written.join(""))).toMatchObject({
      level: "warn",
      msg: "the disk is full",
    });
  });

  it("are warnings above the progress line where both are one terminal", async () => {
    const [output, errors] = [paper(true), paper(true)];
    const report = await createTrainReport({
      totalSteps: 100,
      startSteps: 0,
      silent: false,
      output,
      errors,
    });
    report.progress(progress(10));
    const [line] = output.written;
    report.warn("the disk is full");
    expect(errors.written.join("")).toContain("the disk is full");
    expect(output.written.slice(1)).toEqual(["\r\u001b[K", line.slice("\r\u001b[K".length)]);
  });

  it("is a resumed run's own speed", async () => {
    let time = 0;
    const output = paper(true);
    const options = { totalSteps: 200_000, startSteps: 100_000, silent: false, output };
    const report = await createTrainReport({ ...options, now: () => time });
    time = 2000;
    report.progress(progress(100_200));
    expect(output.written[0]).toContain("100,200/200,000 steps · 100/s · 16 min 38 s left");
  });
});

describe("the last words", () => {
  it("name the best model, to be evaluated under the same sticky actions", () => {
    const model = { path: "m.safetensors", completedPercent: 80, meanDistance: 2900 };
    const lines = (sticky: number): string[] =>
      runSummary(progress(100), undefined, model, 60, sticky).split("\n").slice(1);
    expect(lines(0)).toEqual([
      "best model: m.safetensors",
      "watch:      npx mario enjoy --file m.safetensors",
      "evaluate:   npx mario eval --file m.safetensors --episodes 100",
    ]);
    expect(lines(0.25)[2]).toBe(
      "evaluate:   npx mario eval --file m.safetensors --episodes 100 --sticky 0.25",
    );
  });

  it("do not take this session's time for that of the whole run", () => {
    const text = (seconds: number, resumedAt?: number): string =>
      runSummary(
        { ...progress(600_000), episodes: 4000 },
        undefined,
        undefined,
        seconds,
        0,
        resumedAt,
      );
    expect(text(7200)).toMatch(/^600,000 steps, 4,000 episodes in 2 h 0 min; last/);
    expect(text(185, 588_000)).toMatch(
      /^600,000 steps, 4,000 episodes, of which 12,000 steps since it was resumed, in 3 min 5 s; last/,
    );
  });
});

describe("the way to resume", () => {
  it("says from where, or that there is none", () => {
    expect(resumeHint("run", 500, 500)).toBe("resume:     npx mario train --resume run");
    expect(resumeHint("run", 9500, 5000)).toMatch(
      /--resume run {2}# from step 5,000: .*not be saved$/,
    );
    expect(resumeHint("run", 500, undefined)).toMatch(/not possible/);
  });
});

describe("what is left of a run that has failed", () => {
  it("is its best model, and a way on where the same would not come again", () => {
    const broken = new Error("The actor thread failed: no memory");
    expect(failureHint(broken, "logs/run", 50_048, "models/a.safetensors")).toBe(
      "the run has failed; its best model so far: models/a.safetensors; to go on from step 50,048: npx mario train --resume logs/run",
    );
    expect(failureHint(broken, undefined, undefined, undefined)).toBeUndefined();
    for (const code of ["NOT_FINITE", "DIVERGED"] as const) {
      const diverged = new MarioError(code, "NaN");
      expect(failureHint(diverged, "logs/run", 50_048, undefined)).toBeUndefined();
      expect(failureHint(diverged, "logs/run", 50_048, "models/a.safetensors")).toBe(
        "the run has failed; its best model so far: models/a.safetensors",
      );
    }
  });
});

describe("write failures", () => {
  const full = new MarioError("DISK_FULL", "No space.", { remedy: "Free some." });

  it("are warned of once for each kind, until it works again", () => {
    const warnings: string[] = [];
    const failures = new WriteFailures((message) => warnings.push(message));
    const [figures, films] = [failures.of("figures"), failures.of("a film")];
    figures.failed(full);
    figures.failed(full);
    films.failed(full);
    expect(warnings).toEqual([
      "not written: figures: No space. The run goes on and will try again. Free some.",
      "not written: a film: No space. The run goes on and will try again. Free some.",
    ]);
    figures.written();
    expect(failures.summary).toBe("not written: a film: No space.");
    films.written();
    expect(failures.summary).toBeUndefined();
    figures.failed(full);
    expect(warnings).toHaveLength(3);
  });

  it("are the system's, not the program's", async () => {
    const failures = new WriteFailures(() => undefined);
    const failWith = (error: Error) => failures.observe("x", () => Promise.reject(error));
    await failWith(Object.assign(new Error("i/o"), { code: "EIO" }));
    expect(failures.summary).toBe("not written: x: i/o");
    const mistake = Object.assign(new TypeError("no"), { code: "ERR_INVALID_ARG_TYPE" });
    await expect(failWith(mistake)).rejects.toBe(mistake);
    const finite = new MarioError("NOT_FINITE", "NaN");
    await expect(failWith(finite)).rejects.toBe(finite);
  });
});
