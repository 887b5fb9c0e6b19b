import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readModelMetadata } from "../../../src/trainer/checkpoint/model-file.js";
import { packageRoot } from "../../../src/cli/version.js";
import { BACKEND_HERE, mario } from "../run-cli.js";

const SHIPPED = "models/deepq/mario_eval_100.0_3162.0.safetensors";

/** Somewhere without models and cartridges of one's own. */
let elsewhere: string;
beforeAll(() => {
  elsewhere = mkdtempSync(join(tmpdir(), "mario-shipped-"));
});
afterAll(() => {
  rmSync(elsewhere, { recursive: true });
});

describe("the bundled model", () => {
  it("says where it comes from", () => {
    const metadata = readModelMetadata(join(packageRoot, SHIPPED));
    expect(metadata).toMatchObject({ preset: "fast", stage: "1-1", rom: { name: "fenn.nes" } });
    expect(metadata.command).toMatch(/^mario train --seed \d/);
    expect(metadata.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(metadata.evaluation).toMatchObject({ episodes: 31, completed: 31 });
  });

  it("plays well at once, without --file", () => {
    // Who tests may have a cartridge of his own in roms/.
    const starts = ["--rom", "fenn.nes", "--noops", "3", "--every-start"];
    const { status, stdout, stderr } = mario(["eval", ...starts, "--json", ...BACKEND_HERE], {
      cwd: elsewhere,
      timeout: 300_000,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const result = JSON.parse(stdout) as { completionRate: number; meanDistance: number };
    // All four where it was tried; another processor may round otherwise.
    expect(result.completionRate).toBeGreaterThanOrEqual(0.75);
    expect(result.meanDistance).toBeGreaterThan(2500);
    expect(readdirSync(elsewhere)).toEqual([]);
  }, 300_000);
});
