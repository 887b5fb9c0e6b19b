import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { axisOf } from "../../src/logging/axis.js";
import { curveOf, resample, smooth, summarize } from "../../src/logging/curve.js";
import { openEventFile } from "../../src/logging/event-file.js";
import { GlyphText } from "../../src/logging/glyph-text.js";
import { plotRuns } from "../../src/logging/plot.js";
import { findRunDirectories, readRun } from "../../src/logging/run-events.js";

const curve = (...points: [number, number][]) =>
  curveOf(points.map(([step, value]) => ({ step, value })));
const labels = (low: number, high: number, options: Parameters<typeof axisOf>[2]) =>
  axisOf(low, high, options).ticks.map(({ label }) => label);

describe("axis", () => {
  const y = { intervals: 6, round: true, short: false };
  const x = { intervals: 8, round: false, short: true };

  it("ticks at round numbers", () => {
    expect(labels(0, 2587, y)).toEqual(["0", "500", "1,000", "1,500", "2,000", "2,500", "3,000"]);
    expect(labels(0, 3000, y).at(-1)).toBe("3,000");
    expect(labels(-0.3, 1, y)).toEqual(["−0.5", "−0.25", "0", "0.25", "0.5", "0.75", "1"]);
    expect(labels(0, 0.0123, y)).toEqual(["0", "0.0025", "0.005", "0.0075", "0.01", "0.0125"]);
    expect(labels(0, 500_046, x)).toEqual(["0", "100k", "200k", "300k", "400k", "500k"]);
    expect(labels(0, 2_000_000, x).slice(0, 5)).toEqual(["0", "250k", "500k", "750k", "1M"]);
    expect(labels(0, 2_000_000, x)[5]).toBe("1.25M");
  });

  it("covers the data, and has a range even for one value", () => {
    expect(axisOf(0, 2587, y)).toMatchObject({ min: 0, max: 3000 });
    expect(axisOf(0, 500_046, x)).toMatchObject({ min: 0, max: 500_046 });
    for (const value of [0, 5, -3]) {
      const { min, max, ticks } = axisOf(value, value, y);
      expect(min).toBeLessThanOrEqual(value);
      expect(max).toBeGreaterThan(min);
      expect(ticks.length).toBeGreaterThan(2);
    }
  });
});

describe("curve", () => {
  it("sorts, keeps the last of a step, and leaves out what is no number", () => {
    const { steps, values } = curve([5, 1], [1, 2], [5, 3], [7, Number.NaN], [9, Infinity]);
    expect([...steps]).toEqual([1, 5]);
    expect([...values]).toEqual([2, 3]);
  });

  it("smooths over the last steps only", () => {
    const jagged = curve([0, 0], [10, 6], [20, 3], [100, 9]);
    expect([...smooth(jagged, 10).values]).toEqual([0, 3, 4.5, 9]);
    expect(smooth(jagged, 0).values).toBe(jagged.values);
  });

  it("resamples by means of near points and lines between far ones", () => {
    const uneven = curve([0, 0], [1, 2], [2, 4], [10, 20], [30, 0]);
    const { steps, values } = resample(uneven, 0, 30, 4);
    expect([...steps]).toEqual([0, 10, 20, 30]);
    expect([...values]).toEqual([2, 20, 10, 0]);
  });

  it("summarizes the steps that all seeds cover", () => {
    const seeds = [curve([0, 0], [40, 40]), curve([10, 5], [50, 5]), curve([0, 100], [30, 100])];
    const { steps, median, min, max } = summarize(seeds, 3)!;
    expect([...steps]).toEqual([10, 20, 30]);
    expect([...min]).toEqual([5, 5, 5]);
    expect([...median]).toEqual([10, 20, 30]);
    expect([...max]).toEqual([100, 100, 100]);
    expect([...summarize(seeds.slice(0, 2), 3)!.median]).toEqual([7.5, 15, 22.5]);
    expect(summarize([curve([0, 1], [1, 1]), curve([5, 1], [6, 1])], 10)).toBeUndefined();
    expect(summarize([], 10)).toBeUndefined();
  });
});

describe("glyph text", () => {
  it("draws outlines of its own font and measures them", async () => {
    const text = await GlyphText.load();
    const style = { size: 20, color: "#123456" };
    expect(text.draw("Steps: −1.5k · «é»", 0, 0, style)).toMatch(/^<path d="M[^"]{500,}" fill/);
    // Inter's digits are 0.6 to 0.7 em wide and "i" much less.
    expect(text.width("00", style) / 40).toBeCloseTo(0.63, 1);
    expect(text.width("ii", style)).toBeLessThan(12);
    expect(text.width("00", { ...style, bold: true })).toBeGreaterThan(text.width("00", style));
  });

  it("leaves other scripts to the system's fonts, escaped", async () => {
    const text = await GlyphText.load();
    const drawn = text.draw('<日本\u0007&"', 3, 4, { size: 12, color: "red", anchor: "end" });
    expect(drawn).toContain(">&lt;日本 &amp;&quot;</text>");
    expect(drawn).toContain('text-anchor="end"');
  });
});

describe("plot", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "mario-plot-"));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  /** A run whose figure goes from 0 to `top` in a straight line. */
  function write(name: string, top: number): string {
    const directory = join(root, name);
    const file = openEventFile({ directory });
    for (let step = 0; step <= 1000; step += 10) file.scalar("x", (top * step) / 1000, step);
    file.close();
    return directory;
  }

  it("finds runs below a folder, and reads those that were resumed as one", () => {
    const first = write("deepq/settings/one", 1);
    write("deepq/settings/two", 2);
    mkdirSync(join(root, "deepq", "empty"));
    expect(findRunDirectories(root)).toEqual([first, join(root, "deepq/settings/two")]);
    expect(findRunDirectories(first)).toEqual([first]);
    const resumed = openEventFile({ directory: first, resumeStep: 500 });
    resumed.scalar("x", 7, 500);
    resumed.close();
    const points = readRun(first).scalars.get("x")!;
    expect(points.length).toBe(51);
    expect(points[50]).toMatchObject({ step: 500, value: 7 });
  });

  it("paints the lines of every run into a PNG", async () => {
    for (const [i, top] of [100, 80, 60].entries()) write(`a/${i}`, top);
    const out = join(root, "pictures", "plot.png");
    await plotRuns({
      runs: [
        { label: "a", directories: [join(root, "a")] },
        { label: "b", directories: [write("b", 20)] },
      ],
      tag: "x",
      out,
      references: [{ value: 90, label: "before" }],
    });
    const { data, info } = await sharp(out)
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([1920, 1080]);
    const count = (wanted: readonly number[]) => {
      let pixels = 0;
      for (let i = 0; i < data.length; i += 3) {
        if (wanted.every((level, c) => Math.abs(level - data[i + c]) < 8)) pixels++;
      }
      return pixels;
    };
    expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
    // Lines of 5 pixels across most of 1,920: the median in Okabe and Ito's blue, b in vermillion.
    expect(count([0x00, 0x72, 0xb2])).toBeGreaterThan(6000);
    expect(count([0xd5, 0x5e, 0x00])).toBeGreaterThan(6000);
    // The band, blue at 13 %.
    expect(count([0xde, 0xec, 0xf5])).toBeGreaterThan(20_000);
  });

  it("places values where the axis says, in SVG", async () => {
    const out = join(root, "plot.svg");
    await plotRuns({ runs: [{ label: "b", directories: [write("b", 20)] }], tag: "x", out });
    const svg = readFileSync(out, "utf8");
    expect(svg).not.toContain("<text");
    const [, data] = /<path d="([^"]+)" fill="none" stroke="#0072b2"/.exec(svg)!;
    const points = data.slice(1).split("L");
    const last = points[points.length - 1].split(" ").map(Number);
    // The top of the axis is 20 as well, and the grid's topmost line is there.
    expect(last[0]).toBe(932);
    expect(svg).toContain(`${last[1]}H932" stroke="#e4e8ec"`);
    expect(points.length).toBe(101);
  });

  it("says which tags there are, and where there is nothing", async () => {
    const runs = [{ label: "b", directories: [write("b", 20)] }];
    await expect(plotRuns({ runs, tag: "y", out: join(root, "p.png") })).rejects.toMatchObject({
      code: "INVALID_OPTION",
      remedy: "Choose one of: x.",
    });
    for (const directory of [join(root, "nowhere"), mkdtempSync(join(root, "empty-"))]) {
      await expect(
        plotRuns({ runs: [{ label: "b", directories: [directory] }], tag: "x", out: "p.png" }),
      ).rejects.toMatchObject({ code: "INVALID_OPTION" });
    }
    writeFileSync(join(root, "file"), "");
    await expect(
      plotRuns({ runs, tag: "x", out: join(root, "file", "p.png") }),
    ).rejects.toMatchObject({ code: "NOT_WRITABLE" });
  });
});
