import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { resolveSettings } from "../../../src/config/resolve.js";
import { FrameStore } from "../../../src/replay/frame-store.js";
import {
  readResumePoint,
  restoreFrames,
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

const stateAt = (step: number, more: object = {}) =>
  ({
    settings: resolveSettings("fast", {}),
    rom: { name: "fenn.nes", sha1: "0".repeat(40) },
    runId: "a",
    arithmetic: { backend: "any", threads: 1, precision: "fp32", learner: "any", actors: "any" },
    loop: { step, index: 4, incoming: [] },
    session: {},
    threads: {},
    ...more,
  }) as unknown as RunState;

it("holds the evaluation that is owed and the models that could not be written", async () => {
  const file = exampleModel();
  const evaluation: PeriodicEvaluationState = {
    owed: {
      window: { index: 3, after: 192, last: 256 },
      choices: ["average"],
      isConfirmation: true,
    },
    best: {
      unsaved: { completedPercent: 61.3, meanDistance: 2400.5, file },
      merit: { completedPercent: 61.3, meanDistance: 2400.5 },
    },
  };
  const session = { unsaved: { meanReward: 930.6, file } };
  await new ResumeWriter(resumeDirectory(directory)).save(
    stateAt(256, { session, evaluation }),
    [],
  );
  const point = readResumePoint(directory);
  expect(point.evaluation).toEqual(evaluation);
  expect(point.session).toEqual(session);
});

it.each([
  ["one file at a time", 1000, ["frames-256.bin", "frames-512.bin"]],
  [
    "files of limited size",
    100,
    [
      "frames-256-2.bin",
      "frames-256-3.bin",
      "frames-256.bin",
      "frames-512-2.bin",
      "frames-512.bin",
    ],
  ],
])("restores every frame, in %s: of stores that wrap, and saved twice", async (_, size, names) => {
  const FRAME = { capacity: 150, frameBytes: 50 };
  const stores = [new FrameStore(FRAME), new FrameStore(FRAME)];
  const fill = (store: FrameStore, frames: number) => {
    for (let i = 0; i < frames; i++) {
      store.add(Uint8Array.from({ length: 50 }, (_, at) => (store.count * 7 + at * at) % 256));
    }
  };
  const writer = new ResumeWriter(resumeDirectory(directory), [], { framesInFile: size });
  fill(stores[0], 130);
  fill(stores[1], 64);
  await writer.save(stateAt(256), stores);
  fill(stores[0], 65);
  await writer.save(stateAt(512), stores);
  const files = readdirSync(resumeDirectory(directory)).sort();
  expect(files).toEqual([...names, "point.bin"].sort());
  await writer.save(stateAt(512, { session: { later: true } }), stores);
  expect(readdirSync(resumeDirectory(directory)).sort()).toEqual(files);

  const point = readResumePoint(directory);
  expect(point.session).toEqual({ later: true });
  const restored = stores.map((store) => {
    const copy = new FrameStore(FRAME);
    copy.advance(store.count);
    return copy;
  });
  restoreFrames(directory, point, restored);
  for (const [lane, store] of stores.entries()) {
    const first = Math.max(0, store.count - store.capacity);
    for (let id = first; id < store.count; id++) {
      expect(restored[lane].view(id)).toEqual(store.view(id));
    }
  }
});
