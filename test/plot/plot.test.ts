import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { axisOf } from "../../src/plot/axis.js";
import { curveOf, over, resample, smooth, summarize } from "../../src/plot/curve.js";
import { openEventFile } from "../../src/logging/event-file.js";
import { GlyphText } from "../../src/plot/glyph-text.js";
import { plotRuns } from "../../src/plot/plot.js";
import { plotMetrics } from "../../src/plot/plot-metrics.js";
import { findRunDirectories, readRun } from "../../src/logging/run-events.js";

const curve = (...points: [number, number][]) =>
  curveOf(points.map(([step, value]) => ({ step, value })));
const X = [{ tag: "x", title: "X", unit: "pears" }];
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
    const { xs, values } = curve([5, 1], [1, 2], [5, 3], [7, Number.NaN], [9, Infinity]);
    expect([...xs]).toEqual([1, 5]);
    expect([...values]).toEqual([2, 3]);
  });

  it("smooths over the last steps only", () => {
    const jagged = curve([0, 0], [10, 6], [20, 3], [100, 9]);
    expect([...smooth(jagged, 10).values]).toEqual([0, 3, 4.5, 9]);
    expect(smooth(jagged, 0).values).toBe(jagged.values);
  });

  it("goes over another x, which never falls", () => {
    const clock = new Map([
      [1, 10],
      [2, 30],
      [3, 20],
    ]);
    const { xs, values } = over(curve([1, 5], [2, 6], [3, 7]), (step) => clock.get(step)!);
    expect([...xs]).toEqual([10, 30, 30]);
    expect([...values]).toEqual([5, 6, 7]);
  });

  it("resamples by means of near points and lines between far ones", () => {
    const uneven = curve([0, 0], [1, 2], [2, 4], [10, 20], [30, 0]);
    const { xs, values } = resample(uneven, 0, 30, 4);
    expect([...xs]).toEqual([0, 10, 20, 30]);
    expect([...values]).toEqual([2, 20, 10, 0]);
  });

  it("summarizes the steps that all seeds cover", () => {
    const seeds = [curve([0, 0], [40, 40]), curve([10, 5], [50, 5]), curve([0, 100], [30, 100])];
    const { xs, median, min, max } = summarize(seeds, 3)!;
    expect([...xs]).toEqual([10, 20, 30]);
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

describe("metrics", () => {
  it("have names, and tags of their own", () => {
    const tags = (list: string) => plotMetrics(list).map(({ tag }) => tag);
    expect(tags("all")).toEqual([
      "episode/mean_distance_100",
      "episode/mean_reward_100",
      "episode/completed_100",
    ]);
    expect(tags("eval-distance, train/loss,replay/size")).toEqual([
      "eval/mean_distance",
      "train/loss",
      "replay/size",
    ]);
    expect(plotMetrics("train/loss")[0].title).toBe("Loss");
    expect(plotMetrics("replay/size")[0]).toMatchObject({
      title: "Replay: size",
      unit: "replay/size",
    });
    for (const wrong of ["height", "", "distance,,reward", "toString"]) {
      expect(() => plotMetrics(wrong)).toThrow(/no metric/);
    }
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
      metrics: X,
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
    await plotRuns({ runs: [{ label: "b", directories: [write("b", 20)] }], metrics: X, out });
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

  it("draws a reference at its height, and means of so many steps in place of the values", async () => {
    const draw = async (name: string, smoothingSteps: number) => {
      const out = join(root, name);
      await plotRuns({
        runs: [{ label: "b", directories: [write("b", 20)] }],
        metrics: X,
        out,
        smoothingSteps,
        references: [{ value: 10, label: "before" }],
      });
      const svg = readFileSync(out, "utf8");
      const dashed = [...svg.matchAll(/<path d="M\S+ (\S+)H932"[^>]*stroke-dasharray/g)];
      expect(dashed.length).toBe(1);
      const [, data] = /<path d="([^"]+)" fill="none" stroke="#0072b2"/.exec(svg)!;
      const heights = data
        .split(/[ML]/)
        .slice(1)
        .map((point) => Number(point.split(" ")[1]));
      return { reference: Number(dashed[0][1]), heights };
    };
    const plain = await draw("plain.svg", 0);
    // From 0 to 20 in 101 points: 10 is the middle one's height.
    expect(plain.reference).toBe(plain.heights[50]);
    const smoothed = await draw("smoothed.svg", 2000);
    // The mean of all of them ends at 10.
    expect(smoothed.heights[100]).toBe(smoothed.reference);
    expect(smoothed.heights[50]).toBeGreaterThan(smoothed.reference);
  });

  it("has a panel for each figure, one above the other, over the same steps", async () => {
    const directory = join(root, "two");
    const file = openEventFile({ directory });
    for (const step of [0, 500, 1000]) file.scalar("x", step / 50, step);
    for (const step of [0, 1000]) file.scalar("y", step / 1000, step);
    file.close();
    const out = join(root, "panels.svg");
    const metrics = [...X, { tag: "y", title: "Y", unit: "apples" }];
    await plotRuns({ runs: [{ label: "b", directories: [directory] }], metrics, out });
    const svg = readFileSync(out, "utf8");
    const lines = [...svg.matchAll(/<path d="([^"]+)" fill="none" stroke="#0072b2"/g)].map(
      ([, data]) =>
        data
          .slice(1)
          .split("L")
          .map((point) => point.split(" ").map(Number)),
    );
    const [[[left, bottom], , [right, top]], [second, secondEnd]] = lines;
    expect([second[0], secondEnd[0]]).toEqual([left, right]);
    // Each from the bottom to the top of its panel, which are of one size.
    expect(secondEnd[1]).toBeGreaterThan(bottom);
    expect(second[1] - secondEnd[1]).toBeCloseTo(bottom - top, 6);
    // Few points are marked: three and two.
    expect(svg.match(/<circle /g)?.length).toBe(5);
    const height = Number(/height="([\d.]+)"/.exec(svg)![1]);
    expect(height).toBeGreaterThan(second[1] + 40);
  });

  it("leaves out what has no such figure, and says so", async () => {
    const young = join(root, "young");
    const file = openEventFile({ directory: young });
    file.text("settings", "none yet", 0);
    file.close();
    const early = join(root, "early");
    const other = openEventFile({ directory: early });
    for (const step of [0, 700]) other.scalar("y", 3, step);
    other.close();
    const label = (name: string, ...directories: string[]) => ({ label: name, directories });
    const b = write("b", 20);
    const runs = [label("young", young), label("early", early), label("b", b, young)];
    const out = join(root, "some.svg");
    const metrics = [...X, { tag: "y", title: "Y", unit: "apples" }];
    const { missing, damaged } = await plotRuns({ runs, metrics, out });
    expect(missing).toEqual([
      { label: "young", tags: ["x", "y"], lacking: 1, of: 1 },
      { label: "early", tags: ["x"], lacking: 1, of: 1 },
      { label: "b", tags: ["x"], lacking: 1, of: 2 },
      { label: "b", tags: ["y"], lacking: 2, of: 2 },
    ]);
    expect(damaged).toEqual([]);
    const svg = readFileSync(out, "utf8");
    // The young run has no place in the legend; the others keep their colours in both panels.
    const colors = [...svg.matchAll(/<path d="[^"]+" fill="none" stroke="(#[0-9a-f]{6})"/g)];
    expect(colors.map(([, color]) => color)).toEqual(["#d55e00", "#0072b2"]);
    expect(svg.match(/stroke-width="4"/g)).toHaveLength(2);
    // One seed of "b" has figures: a thick line, no band.
    expect(svg).not.toContain('fill-opacity="0.13"');
  });

  it("draws what came before the damage in a file, and says where it is", async () => {
    const directory = write("run", 20);
    const [name] = readdirSync(directory);
    const path = join(directory, name);
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(path, bytes);
    const out = join(root, "damaged.svg");
    const runs = [{ label: "run", directories: [directory] }];
    expect(await plotRuns({ runs, metrics: X, out })).toEqual({ missing: [], damaged: [path] });
    const drawn = readRun(directory).scalars.get("x")!;
    expect(drawn.length).toBeGreaterThan(20);
    expect(drawn.length).toBeLessThan(80);
    // A running process's last record may be half there.
    writeFileSync(
      path,
      readFileSync(join(write("other", 20), readdirSync(join(root, "other"))[0])).subarray(0, -3),
    );
    expect((await plotRuns({ runs, metrics: X, out })).damaged).toEqual([]);
  });

  it("refuses other kinds of pictures, whatever their case", async () => {
    const runs = [{ label: "b", directories: [write("b", 20)] }];
    await expect(plotRuns({ runs, metrics: X, out: join(root, "b.pdf") })).rejects.toMatchObject({
      code: "INVALID_OPTION",
    });
    const out = join(root, "b.SVG");
    await plotRuns({ runs, metrics: X, out });
    expect(readFileSync(out, "utf8")).toMatch(/^<svg/);
  });

  it("goes over the run's own time, without that between a stop and its resumption", async () => {
    const directory = join(root, "resumed");
    let seconds = 1_000_000;
    const now = () => 1000 * seconds;
    const first = openEventFile({ directory, now });
    for (const step of [1, 2, 3]) {
      seconds += 60;
      first.scalar("x", step, step);
    }
    first.close();
    seconds += 7200;
    const second = openEventFile({ directory, now, resumeStep: 3 });
    for (const step of [3, 4]) {
      seconds += 60;
      second.scalar("x", step, step);
    }
    second.close();
    const points = readRun(directory).scalars.get("x")!;
    expect(points.map(({ step, wallTime }) => [step, wallTime])).toEqual([
      [1, 60],
      [2, 120],
      [3, 180],
      [4, 240],
    ]);
    const out = join(root, "time.svg");
    const runs = [{ label: "b", directories: [directory] }];
    await plotRuns({ runs, metrics: X, x: "time", out });
    const [, data] = /<path d="([^"]+)" fill="none" stroke="#0072b2"/.exec(
      readFileSync(out, "utf8"),
    )!;
    const xs = data
      .slice(1)
      .split("L")
      .map((point) => Number(point.split(" ")[0]));
    // Minutes 1 to 4 of 4: the last at the right edge, the same way between each two.
    expect(xs[3]).toBe(932);
    expect(xs[3] - xs[2]).toBeCloseTo(xs[1] - xs[0], 1);
    expect(xs[0]).toBeLessThan(300);
  });

  it.skipIf(!existsSync("/dev/full"))(
    "leaves the picture that was there on a full disk",
    async () => {
      const runs = [{ label: "b", directories: [write("b", 20)] }];
      const folder = mkdtempSync(join(root, "full-"));
      for (const name of ["curves.svg", "curves.png"]) {
        const out = join(folder, name);
        await plotRuns({ runs, metrics: X, out });
        const before = readFileSync(out);
        symlinkSync("/dev/full", `${out}.part`);
        await expect(plotRuns({ runs, metrics: X, out, title: "Another" })).rejects.toMatchObject({
          code: "DISK_FULL",
        });
        expect(readFileSync(out)).toEqual(before);
      }
      expect(readdirSync(folder)).toEqual(["curves.png", "curves.svg"]);
    },
  );

  it("says which tags there are, and where there is nothing", async () => {
    const runs = [{ label: "b", directories: [write("b", 20)] }];
    await expect(
      plotRuns({
        runs,
        metrics: [{ tag: "y", title: "Y", unit: "apples" }],
        out: join(root, "p.png"),
      }),
    ).rejects.toMatchObject({
      code: "INVALID_OPTION",
      remedy: "Choose one of: x.",
    });
    for (const directory of [join(root, "nowhere"), mkdtempSync(join(root, "empty-"))]) {
      await expect(
        plotRuns({ runs: [{ label: "b", directories: [directory] }], metrics: X, out: "p.png" }),
      ).rejects.toMatchObject({ code: "INVALID_OPTION" });
    }
    writeFileSync(join(root, "file"), "");
    await expect(
      plotRuns({ runs, metrics: X, out: join(root, "file", "p.png") }),
    ).rejects.toMatchObject({ code: "NOT_WRITABLE" });
  });
});
