import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { modelDescriber } from "../../../src/cli/train/model-description.js";
import { resolveSettings } from "../../../src/config/resolve.js";
import { parseRom } from "../../../src/nes/rom.js";

const rom = parseRom(readFileSync(new URL("../../../roms/fenn.nes", import.meta.url)));
const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const run = {
  settings: resolveSettings("fast", { seed: 7 }),
  rom,
  romName: "fenn.nes",
  backend: "wasm",
  command: "mario train",
} as const;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "mario-checkout-"));
  mkdirSync(join(root, ".git"));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function checkOut(commit: string, packageJson: string): void {
  writeFileSync(join(root, ".git", "HEAD"), `${commit}\n`);
  writeFileSync(join(root, "package.json"), packageJson);
}

it("names the program that began the run, whatever is checked out since", () => {
  checkOut(COMMIT, '{ "version": "1.2.3" }');
  const describeModel = modelDescriber(run, root);
  const weights = new Map();
  checkOut("f".repeat(40), "<<<<<<< HEAD");
  for (const step of [100, 200]) {
    expect(describeModel(weights, step)).toMatchObject({
      weights,
      metadata: {
        commit: COMMIT,
        versions: { mario: "1.2.3", backend: "wasm" },
        rom: { name: "fenn.nes", sha1: rom.sha1 },
        steps: step,
        seed: 7,
        command: "mario train",
      },
    });
  }
});

it("names no commit where the program is no clone", () => {
  checkOut(COMMIT, '{ "version": "1.2.3" }');
  rmSync(join(root, ".git"), { recursive: true });
  expect(modelDescriber(run, root)(new Map(), 1).metadata).not.toHaveProperty("commit");
});
