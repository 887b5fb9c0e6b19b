import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createConsoleLog } from "../../src/logging/console-log.js";
import { formatDuration, formatProgress, ProgressLine } from "../../src/logging/progress.js";
import { createRunDirectory } from "../../src/logging/run-directory.js";

/** Collects what is written. */
function paper(isTTY: boolean, columns = 200) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) };
}

beforeEach(() => {
  vi.stubEnv("TERM", "xterm");
  vi.stubEnv("NO_COLOR", "");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("console log", () => {
  it("writes JSON lines where nobody looks", async () => {
    const output = paper(false);
    const log = await createConsoleLog({ output });
    log.info({ steps: 5 }, "saved");
    log.debug("not shown");
    log.warn("careful");
    expect(output.written.length).toBe(2);
    expect(output.written[0].endsWith("\n")).toBe(true);
    const line = JSON.parse(output.written[0]) as Record<string, unknown>;
    expect(line).toEqual({
      level: "info",
      time: expect.any(Number) as number,
      steps: 5,
      msg: "saved",
    });
  });

  it("writes for people on a terminal, with colours only if wanted", async () => {
    const output = paper(true);
    const log = await createConsoleLog({ output, color: false });
    log.info({ steps: 5 }, "saved");
    expect(output.written).toEqual([
      expect.stringMatching(/^\[\d\d:\d\d:\d\d\] INFO: saved \{"steps":5\}\n$/),
    ]);
    const colourful = paper(true);
    (await createConsoleLog({ output: colourful, color: true })).error("red");
    expect(colourful.written[0]).toContain("\u001b[31mERROR");
  });
});

describe("progress line", () => {
  it("shows speed, time left and means", () => {
    let time = 0;
    const output = paper(true);
    const line = new ProgressLine({ totalSteps: 100_000, output, now: () => time });
    line.update({ steps: 0 });
    time = 2000;
    line.update({ steps: 5000, meanReward: 930.62, bestReward: 931 });
    expect(output.written[1]).toBe(
      "\r\u001b[K█░░░░░░░░░░░░░░░░░░░ 5.0 % · 5,000/100,000 steps · 2,500/s · 38 s left · mean 930.6 · best 931.0",
    );
  });

  it("measures the speed of the last half minute, from where a resumed run starts", () => {
    let time = 0;
    const output = paper(true);
    const line = new ProgressLine({
      totalSteps: 1_000_000,
      startSteps: 400_000,
      output,
      now: () => time,
    });
    // 1,000 steps a second for a minute, then 100;
    for (let steps = 400_000; time <= 120_000; time += 500) {
      line.update({ steps });
      steps += time < 60_000 ? 500 : 50;
    }
    expect(output.written[20]).toContain("410,000/1,000,000 steps · 1,000/s · 9 min 50 s left");
    expect(output.written.at(-1)).toContain("466,000/1,000,000 steps · 100/s · 1 h 29 min left");
  });

  it("draws ten times a second at most, and the last state at the end", () => {
    let time = 0;
    const output = paper(true);
    const line = new ProgressLine({ totalSteps: 100, output, now: () => time });
    for (let steps = 1; steps <= 100; steps++, time += 10) line.update({ steps });
    expect(output.written.length).toBe(10);
    line.end();
    expect(output.written[10]).toContain("100/100 steps");
    expect(output.written[11]).toBe("\n");
  });

  it("lets messages through above the line", async () => {
    const output = paper(true);
    const line = new ProgressLine({ totalSteps: 10, output });
    const log = await createConsoleLog({ output: line, color: false });
    line.update({ steps: 1 });
    log.info("hello");
    const clear = "\r\u001b[K";
    const [drawn, message] = output.written;
    expect(message.startsWith(clear)).toBe(true);
    expect(message.slice(clear.length)).toMatch(/^\[[\d:]+\] INFO: hello\n█/);
    expect(message.endsWith(drawn.slice(clear.length))).toBe(true);
  });

  it("never wraps on a narrow terminal", () => {
    const output = paper(true, 30);
    new ProgressLine({ totalSteps: 10, output }).update({ steps: 1 });
    expect(output.written[0].length).toBe("\r\u001b[K".length + 29);
  });

  it("counts other things than steps, and makes room for something else", () => {
    let time = 0;
    const output = paper(true);
    const line = new ProgressLine({ totalSteps: 20, unit: "episodes", output, now: () => time });
    line.update({ steps: 0 });
    line.clear();
    expect(output.written[1]).toBe("\r\u001b[K");
    time = 40_000;
    line.update({ steps: 5, detail: "last 930 px" });
    expect(output.written[2]).toBe(
      "\r\u001b[K█████░░░░░░░░░░░░░░░ 25.0 % · 5/20 episodes · 2 min 0 s left · last 930 px",
    );
  });

  it("draws nothing on a terminal that cannot erase", () => {
    vi.stubEnv("TERM", "dumb");
    const output = paper(true);
    const line = new ProgressLine({ totalSteps: 20, output });
    line.update({ steps: 5 });
    line.end();
    expect([line.isTTY, line.isDrawn, output.written]).toEqual([true, false, []]);
  });

  it("draws nothing where nobody looks", () => {
    const output = paper(false);
    const line = new ProgressLine({ totalSteps: 10, output });
    line.update({ steps: 10 });
    line.end();
    expect(output.written).toEqual([]);
  });

  it("names what it does not know as little as it can", () => {
    const report = { steps: 0, totalSteps: 0, stepsPerSecond: 0, secondsLeft: undefined };
    expect(formatProgress(report)).toBe("████████████████████ 100.0 % · 0/0 steps · 0/s");
    expect([8.4, 566, 3900, 183_600].map(formatDuration)).toEqual([
      "8 s",
      "9 min 26 s",
      "1 h 5 min",
      "2 d 3 h",
    ]);
  });
});

describe("run directory", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "mario-runs-"));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });
  const run = {
    timesteps: 2_000_000,
    explorationFraction: 0.5,
    prioritized: false,
    dueling: true,
    learningRate: 5e-4,
    startedAt: new Date(Date.UTC(2026, 0, 31, 23, 59, 58, 999)),
  };

  it("says what was run and when, and is new each time", () => {
    const settings = join(root, "deepq", "2000000_0.5_priofalse_dueltrue_lr0.0005");
    expect(createRunDirectory(root, run)).toBe(join(settings, "2026-01-31T23-59-58Z"));
    expect(createRunDirectory(root, run)).toBe(join(settings, "2026-01-31T23-59-58Z_2"));
    expect(statSync(join(settings, "2026-01-31T23-59-58Z_2")).isDirectory()).toBe(true);
  });

  it("says NOT_WRITABLE where it cannot be", () => {
    writeFileSync(join(root, "deepq"), "");
    expect(() => createRunDirectory(root, run)).toThrow(
      expect.objectContaining({ code: "NOT_WRITABLE" }),
    );
  });
});
