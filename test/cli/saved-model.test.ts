import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openModel } from "../../src/cli/saved-model.js";
import type { Architecture } from "../../src/nn/architecture.js";
import { saveModel, type Model } from "../../src/trainer/checkpoint/model-file.js";
import { exampleModel } from "../trainer/checkpoint/example-model.js";
import { mario } from "./run-cli.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mario-saved-model-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const ARCHITECTURE: Architecture = {
  dueling: false,
  padding: "same",
  actionCount: 14,
  inputShape: [84, 84, 4],
  convolutions: [{ filters: 1, size: 8, stride: 8 }],
  hiddenUnits: 2,
};

function save(changes: Partial<Model["metadata"]>): string {
  const path = join(folder, "made.safetensors");
  saveModel(path, exampleModel({ architecture: ARCHITECTURE, actionSet: "full", ...changes }));
  return path;
}
const ofShape = (...inputShape: [number, number, number]) => ({
  architecture: { ...ARCHITECTURE, inputShape },
});

it("opens a model of the observations that are made here", () => {
  expect(openModel(save({}), {}).environment.actionSet).toBe("full");
});

it.each([
  ["another kind", { preprocessing: { kind: "other", stackedFrames: 4 } }, /other, 4 frames/],
  ["another stack", { preprocessing: { kind: "luma-area", stackedFrames: 3 } }, /area, 3 frames/],
  ["another size", ofShape(42, 42, 4), /42 × 42 × 4 \(luma-area/],
  ["a tiny size", ofShape(4, 4, 4), /4 × 4 × 4 \(luma-area/],
  ["fewer frames", ofShape(84, 84, 3), /84 × 84 × 3 \(luma-area/],
])("refuses a model of %s in one line, with the file's name", (_, changes, message) => {
  const { status, stdout, stderr } = mario(["enjoy", "--view=none", "--file", save(changes)]);
  expect(stderr).toMatch(
    /^mario: .*made\.safetensors .*84 × 84 × 4.*train again: mario train\.\n$/,
  );
  expect(stderr).toMatch(message);
  expect([status, stdout]).toEqual([2, ""]);
});
