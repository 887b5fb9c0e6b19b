import { expect, it } from "vitest";
import { availableCores } from "../../src/nn/cores.js";

it.each([
  ["no limit", { "cpu.max": "max 100000\n" }, 8],
  ["two and a half", { "cpu.max": "250000 100000\n" }, 2],
  ["half a core", { "cpu.max": "50000 100000\n" }, 1],
  ["more than there are", { "cpu.max": "6400000 100000\n" }, 8],
  ["version 1, three", { "cpu.cfs_quota_us": "300000\n", "cpu.cfs_period_us": "100000\n" }, 3],
  ["version 1, no limit", { "cpu.cfs_quota_us": "-1\n", "cpu.cfs_period_us": "100000\n" }, 8],
  ["another system", {}, 8],
])(
  "knows a container's share of 8 cores: %s",
  (_, files: Readonly<Record<string, string | undefined>>, wanted) => {
    const read = (path: string): string => {
      const text = files[path.split("/").at(-1)!];
      if (text === undefined) throw new Error("ENOENT");
      return text;
    };
    expect(availableCores(read, 8)).toBe(wanted);
  },
);
