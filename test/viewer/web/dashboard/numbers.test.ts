import { expect, it } from "vitest";
import { tickText, TIME_SPACINGS, timeText } from "../../../../src/viewer/web/dashboard/numbers.js";

it("ticks are short, and never two the same", () => {
  const texts = (from: number, spacing: number): string[] =>
    Array.from({ length: 5 }, (_, i) => tickText(from + i * spacing, spacing));
  expect(texts(0, 50_000)).toEqual(["0", "50k", "100k", "150k", "200k"]);
  expect(texts(0, 2500)).toEqual(["0", "2,500", "5,000", "7,500", "10k"]);
  expect(texts(1_975_000, 5000)).toEqual(["1.975M", "1.98M", "1.985M", "1.99M", "1.995M"]);
  expect(texts(900_000, 250_000)).toEqual(["900k", "1.15M", "1.4M", "1.65M", "1.9M"]);
  expect(texts(3021, 0.5)).toEqual(["3,021", "3,021.5", "3,022", "3,022.5", "3,023"]);
  expect(texts(-20_000, 10_000)).toEqual(["-20k", "-10k", "0", "10k", "20k"]);
  expect(texts(0, 0.0005)).toEqual(["0", "0.0005", "0.001", "0.0015", "0.002"]);
  expect(texts(0, 5e-5)).toEqual(["0", "5e-5", "1e-4", "1.5e-4", "2e-4"]);
  for (const spacing of [1e-6, 5e-5, 0.01, 0.25, 1, 2, 5, 10, 20, 25, 250, 2500, 10_000]) {
    for (const from of [0, 0.01235, 9_999, 999_999, 1_234_567]) {
      expect(new Set(texts(from, spacing)).size).toBe(5);
    }
  }
});

it("ticks of time are those of a clock", () => {
  const texts = (from: number, spacing: number, count = 4): string[] =>
    Array.from({ length: count }, (_, i) => timeText(from + i * spacing, spacing));
  expect(texts(0, 10)).toEqual(["0 s", "10 s", "20 s", "30 s"]);
  expect(texts(30, 30)).toEqual(["30 s", "1 min", "1.5 min", "2 min"]);
  expect(texts(110, 5)).toEqual(["1:50 min", "1:55 min", "2:00 min", "2:05 min"]);
  expect(texts(1800, 1800)).toEqual(["30 min", "1 h", "1.5 h", "2 h"]);
  expect(texts(3600, 600)).toEqual(["1:00 h", "1:10 h", "1:20 h", "1:30 h"]);
  expect(texts(86_400, 86_400)).toEqual(["24 h", "48 h", "72 h", "96 h"]);
  expect(texts(3600, 30)).toEqual(["1:00:00 h", "1:00:30 h", "1:01:00 h", "1:01:30 h"]);
  for (const spacing of TIME_SPACINGS) {
    const from = 7200 * spacing;
    expect(new Set(texts(from, spacing)).size).toBe(4);
  }
});
