import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
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
