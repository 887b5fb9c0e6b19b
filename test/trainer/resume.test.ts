import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NamedTensors } from "../../src/agent/agent.js";
import { resolveSettings, type SettingsOverrides } from "../../src/config/resolve.js";
import type { TrainSettings } from "../../src/config/schema.js";
import { createMarioEnv } from "../../src/env/mario-env.js";
import type { Played } from "../../src/trainer/actor-group.js";
import {
  readResumePoint,
  restoreFrames,
  type ResumePoint,
  resumeDirectory,
  ResumeWriter,
} from "../../src/trainer/checkpoint/resume-point.js";
import { windowPlanOf } from "../../src/trainer/run-plan.js";
import { trainLoop } from "../../src/trainer/train-loop.js";
import type { LearnSummary } from "../../src/trainer/learner.js";
import type { Window } from "../../src/trainer/window.js";
import { quietSession } from "./quiet-session.js";

/** Worker threads run compiled code: `npm test` builds it first. */
const { TrainingThreads } = (await import(
  new URL("../../dist/trainer/workers/training-threads.js", import.meta.url).href
)) as typeof import("../../src/trainer/workers/training-threads.js");

const rom = readFileSync(new URL("../../roms/fenn.nes", import.meta.url));
// A memory of 200 transitions: it wraps twice before the run is cut, and again after.
const short: SettingsOverrides = {
  timesteps: 900,
  seed: 7,
  environment: { noopMaxFrames: 20, stallSteps: 25, stickyActions: 0.25 },
  // Some episodes begin at saved states, which a resume point has to hold.
  exploration: { restartShare: 0.8 },
  actors: { environments: 6, windowSteps: 48 },
  replay: { capacity: 200, learningStarts: 300, batchSize: 8 },
  learning: { learnPeriod: 12, targetPeriod: 100, actingAverage: 0.2, evaluationAverage: 0.3 },
};
const settings = resolveSettings("fast", short);
/** Priorities, their sum tree, and the noise of actors and learner, besides. */
const rainbow = resolveSettings("rainbow", { ...short, network: { hiddenUnits: 32 } });

const ARITHMETIC = { precision: "fp32" as const, learner: "a library", actors: "a library" };

let folder: string;
let startState: Uint8Array;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mario-resume-"));
  startState = createMarioEnv({ rom }).startState;
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function startThreads(actors: number, run = settings) {
  const threads = new TrainingThreads(settings.actors.environments, {
    backend: "auto",
    threads: 1,
    actors,
    evalEpisodes: 0,
  });
  await threads.setUp(run, rom, startState);
  return threads;
}

/** Plays until the step, or to the end; saves a resume point after each window whose step is named. */
async function play(
  threads: InstanceType<typeof TrainingThreads>,
  options: {
    from?: ResumePoint;
    until?: number;
    saveAt?: readonly number[];
    writer?: ResumeWriter;
    settings?: TrainSettings;
  },
) {
  const { from, until = Infinity, saveAt = [], settings: run = settings, writer } = options;
  const { session } = quietSession();
  if (from) session.setState(from.session);
  let last: Window = { index: -1, after: 0, last: 0 };
  const losses: number[] = [];
  const schedule = { ...windowPlanOf(run), pipeline: "overlap" as const };
  await trainLoop(
    threads,
    schedule,
    {
      onWindow: async (window: Window, played: readonly Played[], learned: LearnSummary) => {
        last = window;
        losses.push(learned.loss);
        session.onWindow(window, played, learned);
        if (!saveAt.includes(window.last)) return;
        await writer?.save(
          {
            settings: run,
            rom: { name: "fenn.nes", sha1: "0".repeat(40) },
            runId: "a-run",
            arithmetic: { ...ARITHMETIC, backend: "any", threads: 1 },
            loop: { step: window.last, index: window.index + 1, incoming: played },
            session: session.getState(),
            threads: await threads.getState(),
          },
          threads.stores,
        );
      },
      shouldStop: () => last.last >= until,
    },
    from?.loop,
  );
  const weights = bytesOf(threads.weightsAfter(last.index));
  const { learner } = await threads.getState();
  await threads.dispose();
  const average = bytesOf(learner.averages.evaluation!);
  return { weights, average, losses, session: session.getState() };
}

/** In base64, by the weights' names. */
function bytesOf(weights: NamedTensors): Map<string, string> {
  return new Map(
    [...weights].map(([name, { data }]) => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
    ]),
  );
}

describe("a run that was cut and resumed", () => {
  it.each([
    ["fast", settings, "run"],
    ["rainbow", rainbow, "rainbow"],
  ] as const)(
    "of preset %s ends in the same weights as one that was not, bit for bit",
    async (_, settings, name) => {
      const whole = await play(await startThreads(2, settings), { settings });
      const run = join(folder, name);
      const writer = new ResumeWriter(resumeDirectory(run));
      // Two points: the second one's frames are in two files. Then it goes on, and is lost.
      await play(await startThreads(1, settings), {
        settings,
        until: 576,
        saveAt: [240, 480],
        writer,
      });

      const point = readResumePoint(run);
      expect(point.loop.step).toBe(480);
      const threads = await startThreads(2, settings);
      restoreFrames(run, point, threads.stores);
      await threads.setState(point.threads, point.loop.index);
      const rest = await play(threads, { settings, from: point });

      expect(rest.losses).toEqual(whole.losses.slice(10));
      expect(rest.losses.filter((loss) => loss > 0).length).toBeGreaterThan(5);
      for (const kind of ["weights", "average"] as const) {
        expect([...rest[kind].keys()]).toEqual([...whole[kind].keys()]);
        for (const [name, bytes] of whole[kind]) expect(rest[kind].get(name) === bytes).toBe(true);
      }
      // What is played is another average.
      expect(whole.average.get("output/bias") === whole.weights.get("output/bias")).toBe(false);
      expect(rest.session.window.episodes).toBeGreaterThan(point.session.window.episodes);
      expect(rest.session).toEqual(whole.session);
    },
    300_000,
  );

  it("keeps only the files that the last point needs", () => {
    const files = readdirSync(resumeDirectory(join(folder, "run"))).sort();
    expect(files).toEqual(["frames-240.bin", "frames-480.bin", "point.bin"]);
  });
});

describe("a resume point", () => {
  it("of a GPU, which has no threads, is read again, with the evaluation that is owed", async () => {
    const run = join(folder, "gpu");
    const window = { index: 9, after: 432, last: 480 };
    const evaluation = { owed: { window, choices: ["average" as const] } };
    const arithmetic = { ...ARITHMETIC, backend: "webgpu", threads: 0 };
    const { chunks, ...state } = readResumePoint(join(folder, "run"));
    expect(chunks).toHaveLength(2);
    const writer = new ResumeWriter(resumeDirectory(run));
    await writer.save({ ...state, arithmetic, evaluation }, []);
    expect(readResumePoint(run)).toMatchObject({ arithmetic, evaluation });
  });
});

describe("readResumePoint", () => {
  it("refuses what is not there or was altered", async () => {
    expect(() => readResumePoint(folder)).toThrow(/no resume point/);
    const run = join(folder, "run");
    const directory = resumeDirectory(run);
    const point = readResumePoint(run);
    const threads = await startThreads(1);
    const frames = join(directory, "frames-240.bin");
    const bytes = readFileSync(frames);
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(frames, bytes);
    expect(() => {
      restoreFrames(run, point, threads.stores);
    }).toThrow(/checksum/);
    rmSync(frames);
    expect(() => {
      restoreFrames(run, point, threads.stores);
    }).toThrow(/cannot be read/);
    await threads.dispose();
    const file = join(directory, "point.bin");
    const state = readFileSync(file);
    state[5000] ^= 1;
    writeFileSync(file, state);
    expect(() => readResumePoint(run)).toThrow(/checksum/);
  }, 60_000);
});
