import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ROM_FILE } from "./console.js";

const script = fileURLToPath(new URL("../../scripts/build-rom.mjs", import.meta.url));
const hasAssembler = spawnSync("ca65", ["--version"]).error === undefined;

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "fenn-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("roms/fenn.nes", () => {
  const rom = readFileSync(ROM_FILE);

  it("is an iNES image: mapper 0, 32 KiB program, 8 KiB tiles, vertical mirroring", () => {
    expect(rom.length).toBe(40_976);
    expect([...rom.subarray(0, 8)]).toEqual([0x4e, 0x45, 0x53, 0x1a, 2, 1, 1, 0]);
  });

  it.skipIf(!hasAssembler)("is what its sources build (skipped without ca65, package cc65)", () => {
    inFolder((folder) => {
      const out = join(folder, "fenn.nes");
      const build = spawnSync("node", [script, "--out", out, "--build", folder], {
        encoding: "utf8",
      });
      expect(build.stderr).toBe("");
      expect(readFileSync(out).equals(rom)).toBe(true);
    });
  });

  it("says in one line that ca65 is missing, with exit code 2", () => {
    inFolder((folder) => {
      const build = spawnSync(
        process.execPath,
        [script, "--out", join(folder, "x.nes"), "--build", folder],
        { encoding: "utf8", env: { PATH: folder } },
      );
      expect(build.status).toBe(2);
      expect(build.stderr.trim().split("\n")).toHaveLength(1);
      expect(build.stderr).toContain("cc65");
    });
  });
});

describe("a mistake in the sources", () => {
  const sources = fileURLToPath(new URL("../../roms/src", import.meta.url));

  /** Builds a copy of the sources with one text replaced. @returns what the builder complains. */
  function complaint(file: string, from: string | RegExp, to: string): string {
    return inFolder((folder) => {
      const copy = join(folder, "src");
      cpSync(sources, copy, { recursive: true });
      const text = readFileSync(join(copy, file), "utf8");
      const changed = text.replace(from, to);
      expect(changed).not.toBe(text);
      writeFileSync(join(copy, file), changed);
      const out = join(folder, "fenn.nes");
      const build = spawnSync("node", [script, "--source", copy, "--out", out, "--build", folder], {
        encoding: "utf8",
      });
      expect(build.status).toBe(2);
      return build.stderr.trim();
    });
  }

  it.each([
    ["an unknown block", "1-1.txt", "...?B?....", "...?9?....", /1-1\.txt:\d+:21: no block "9"/],
    ["an unknown thing", "1-3.txt", "K..f.", "K..x.", /1-3\.txt:\d+:73: no thing is called "x"/],
    ["a missing row", "1-4.txt", /(\[scenery\]\n).*\n/, "$1", /\[scenery\] has 12 rows, not 13/],
    [
      "an unknown theme",
      "1-2.txt",
      "theme roots",
      "theme rooks",
      /1-2\.txt:\d+:7: no theme "rooks"/,
    ],
    ["a door to nowhere", "1-1.txt", "1-1-cellar 2", "1-1-attic 2", /leads to no map: "1-1-attic"/],
    [
      "a door without a log",
      "1-1.txt",
      "door 56",
      "door 55",
      /needs the block "log_tl" at column 55/,
    ],
    ["a broken bridge", "1-4.txt", "----------", "-----.----", /one row without a hole/],
    ["a stage without an end", "1-3.txt", /F(?=\.{20})/, ".", /the stage has no end/],
  ])("%s is named with its place", (_what, file, from, to, expected) => {
    const line = complaint(join("levels", file), from, to);
    expect(line.split("\n")).toHaveLength(1);
    expect(line).toMatch(expected);
  });
});
