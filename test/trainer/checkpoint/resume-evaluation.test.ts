import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { resolveSettings } from "../../../src/config/resolve.js";
import {
  readResumePoint,
  resumeDirectory,
  ResumeWriter,
  type RunState,
} from "../../../src/trainer/checkpoint/resume-point.js";
import type { PeriodicEvaluationState } from "../../../src/trainer/periodic-evaluation.js";
import { exampleModel } from "./example-model.js";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "mario-point-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

it("a resume point holds the evaluation that is owed and the models that could not be written", async () => {
  const file = exampleModel();
  const evaluation: PeriodicEvaluationState = {
    owed: {
      window: { index: 3, after: 192, last: 256 },
      choices: ["average"],
      isConfirmation: true,
    },
    unsaved: { completedPercent: 61.3, meanDistance: 2400.5, file },
  };
  const session = { unsaved: { meanReward: 930.6, file } };
  const state = {
    ...{ settings: resolveSettings("fast", {}), rom: { name: "fenn.nes", sha1: "0".repeat(40) } },
    ...{ runId: "a", arithmetic: { backend: "any", threads: 1, precision: "fp32" } },
    ...{ loop: { step: 256, index: 4, incoming: [] }, session, evaluation, threads: {} },
  } as unknown as RunState;
  await new ResumeWriter(resumeDirectory(directory)).save(state, []);
  const point = readResumePoint(directory);
  expect(point.evaluation).toEqual(evaluation);
  expect(point.session).toEqual(session);
});
