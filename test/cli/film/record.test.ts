import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PlayReport } from "../../../src/cli/evaluate/play-report.js";
import { BestFilms, filmModel, type ModelFilm } from "../../../src/cli/film/best-films.js";
import { filmEpisode } from "../../../src/cli/film/film-episode.js";
import {
  addRecordOptions,
  filmPlan,
  type RecordOptions,
} from "../../../src/cli/film/film-options.js";
import { Recorder } from "../../../src/cli/film/recorder.js";
import { TracedEnvironment } from "../../../src/cli/film/episode-trace.js";
import { createMarioEnv, type MarioEnv, type MarioEnvOptions } from "../../../src/env/mario-env.js";
import { MarioError } from "../../../src/core/errors.js";
import { openEventFile } from "../../../src/logging/event-file.js";
import { ProgressLine } from "../../../src/logging/progress.js";
import type { Architecture } from "../../../src/nn/architecture.js";
import type { ComputeBackend } from "../../../src/nn/backend.js";
import { selectBackend } from "../../../src/nn/select-backend.js";
import { evaluate } from "../../../src/trainer/evaluator.js";
import { openFilm } from "../../../src/viewer/film/film.js";
import { RUNNER, runnerRom } from "../../nes/runner-rom.js";
import { randomWeights } from "../../trainer/checkpoint/example-model.js";

/** Indices in the `right-only` set. */
const NOTHING = 0;
const RIGHT = 1;
const RIGHT_A = 2;

const rom = runnerRom();
let startState: Uint8Array;
let folder: string;
let backend: ComputeBackend;
beforeAll(async () => {
  startState = createMarioEnv({ rom }).startState;
  folder = await mkdtemp(join(tmpdir(), "record-"));
  backend = await selectBackend("wasm", { threads: 1 });
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

function make(options: Partial<MarioEnvOptions> = {}): MarioEnv {
  return createMarioEnv({ rom, startState, actions: "right-only", stallSteps: 12, ...options });
}

/** Decoded pictures of a film, as 0xRRGGBB. */
async function picturesOf(path: string): Promise<{ width: number; pictures: Uint32Array[] }> {
  const image = sharp(path, { animated: true, limitInputPixels: false });
  const { pages = 1, width, pageHeight = 0 } = await image.metadata();
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const size = width * pageHeight;
  const pictures = Array.from({ length: pages }, (_, page) =>
    Uint32Array.from({ length: size }, (_, i) => {
      const at = info.channels * (page * size + i);
      return (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    }),
  );
  return { width, pictures };
}

/** Plays, the screen of every frame kept. */
function play(env: MarioEnv, seed: number, actions: readonly number[]) {
  const traced = new TracedEnvironment(env);
  const screens: Uint32Array[] = [];
  traced.reset(seed);
  env.onFrame = () => screens.push(env.screen().slice());
  for (const action of actions) traced.step(action);
  env.onFrame = undefined;
  return { trace: traced.trace, screens };
}

describe("filmEpisode", () => {
  it("films exactly what was played, idle frames of the start included", async () => {
    const env = make({ noopMaxFrames: 30 });
    const actions = Array.from({ length: 12 }, (_, i) => (i % 5 === 0 ? RIGHT_A : RIGHT));
    const { trace, screens } = play(env, 77, actions);
    expect(trace).toEqual({ start: 77, actions, frames: 48 });
    const path = join(folder, "exact.webp");
    const film = await openFilm(path, { framesPerPicture: 1 });
    // In another environment, which has played something else before.
    const other = make({ noopMaxFrames: 30 });
    other.reset(5);
    other.step(RIGHT);
    await filmEpisode({ environment: other, trace, film, framesPerPicture: 1 });
    expect((await film.finish()).pictures).toBe(48);
    const { pictures } = await picturesOf(path);
    // Pictures that are like the one before are one in the file.
    const different = screens.filter((screen, i) => i === 0 || !equal(screen, screens[i - 1]));
    expect(different.length).toBeGreaterThan(40);
    expect(pictures.length).toBe(different.length);
    expect(pictures.every((picture, i) => equal(picture, different[i]))).toBe(true);
  });

  it("films what was played from a state, too", async () => {
    const env = make();
    play(env, 1, [RIGHT, RIGHT, RIGHT_A]);
    const state = env.getState();
    const traced = new TracedEnvironment(env);
    traced.setState(state);
    for (let i = 0; i < 3; i++) traced.step(RIGHT);
    const last = env.screen().slice();
    expect(traced.trace).toMatchObject({ actions: [RIGHT, RIGHT, RIGHT], frames: 12 });
    const path = join(folder, "state.webp");
    const film = await openFilm(path, { framesPerPicture: 1 });
    await filmEpisode({ environment: make(), trace: traced.trace, film, framesPerPicture: 1 });
    expect((await film.finish()).pictures).toBe(12);
    const { pictures } = await picturesOf(path);
    expect(equal(pictures[pictures.length - 1], last)).toBe(true);
  });

  it("asks for the Q-values of the very observations, and stops where told to", async () => {
    const env = make();
    const observations: Uint8Array[] = [];
    const { trace } = play(env, 1, Array(10).fill(RIGHT) as number[]);
    env.reset(1);
    for (let i = 0; i < 5; i++) {
      observations.push(env.observation.slice());
      env.step(RIGHT);
    }
    const film = await openFilm(join(folder, "short.webp"), { width: 384 });
    const seen: Uint8Array[] = [];
    await filmEpisode({
      environment: env,
      trace,
      film,
      framesPerPicture: 2,
      overlay: true,
      maxFrames: 18,
      qValues: (observation) => {
        seen.push(observation.slice());
        return [1, 2, 3, 4, 5];
      },
    });
    expect((await film.finish()).pictures).toBe(9);
    expect(seen).toEqual(observations);
  });
});

/** A report that keeps the notes. */
function quietReport(): PlayReport & { notes: { message: string; path?: unknown }[] } {
  const notes: { message: string; path?: unknown }[] = [];
  return {
    notes,
    step: () => undefined,
    episode: () => undefined,
    task: (totalSteps, unit) =>
      new ProgressLine({ totalSteps, unit, output: { write: () => undefined } }),
    note: (fields, message) => notes.push({ ...fields, message }),
    warn: (message) => notes.push({ message }),
    close: () => undefined,
  };
}

/** Episodes that end in the pit, at a stall after 5 steps to the right, and at a stall at once. */
const POLICIES = [() => RIGHT, (step: number) => (step < 5 ? RIGHT : NOTHING), () => NOTHING];

const PLAY = { filmed: "best", episodes: 9, map: "map.png" } as const;

/** @param isStopped whether a person asked to stop, so many episodes having been played */
async function record(
  name: string,
  options: RecordOptions = {},
  isStopped: (episodes: number) => boolean = () => false,
) {
  const plan = filmPlan({ record: join(folder, name), ...options }, PLAY)!;
  const report = quietReport();
  let episode = 0;
  const shouldStop = () => isStopped(episode);
  const recorder = await Recorder.open({ plan, environment: make(), report, shouldStop });
  const steps: number[] = [];
  let step = 0;
  await evaluate({
    environment: recorder.environment,
    policy: () => POLICIES[episode % 3](step++),
    seeds: [1, 2, 3],
    now: () => 0,
    shouldStop,
    onEpisode: async (summary) => {
      episode++;
      step = 0;
      steps.push(summary.steps);
      await recorder.onEpisode(summary);
    },
  });
  await recorder.finish();
  return { report, steps };
}

const toPit = Math.ceil((RUNNER.pitX - RUNNER.startX) / RUNNER.pixelsPerFrame);
const secondsOf = async (name: string) => {
  const { delay = [] } = await sharp(join(folder, name), { animated: true }).metadata();
  return delay.reduce((sum, ms) => sum + ms, 0) / 1000;
};

describe("Recorder", () => {
  it("films the episode that got furthest, once all are played", async () => {
    const { report } = await record("best.webp");
    expect(await secondsOf("best.webp")).toBeGreaterThan(toPit / 60.1);
    expect(report.notes).toHaveLength(1);
    expect(report.notes[0]).toMatchObject({ path: join(folder, "best.webp"), width: 256 });
    expect(report.notes[0].message).toMatch(/^film: .*best\.webp, 3 s, 256 × 240, \d+ kB$/);
  });

  it("films all of them, one after the other", async () => {
    const { steps } = await record("all.webp", { recordEpisodes: "all" });
    const [, second, third] = steps;
    const others = ((second + third) * 4) / 60.0988;
    const best = await secondsOf("best.webp");
    expect(await secondsOf("all.webp")).toBeCloseTo(best + others, 1);
  });

  it("films those that are named, each into a file of its own", async () => {
    const { report, steps } = await record("each-%02d.gif", { recordEpisodes: new Set([2, 3, 9]) });
    const files = (await readdir(folder)).filter((name) => name.startsWith("each"));
    expect(files.sort()).toEqual(["each-02.gif", "each-03.gif"]);
    expect(report.notes.map(({ path }) => path)).toEqual(files.map((name) => join(folder, name)));
    expect(await secondsOf("each-02.gif")).toBeCloseTo((steps[1] * 4) / 60.0988, 1);
  });

  it("films the best so far to its end when playing was stopped before all were played", async () => {
    const { steps } = await record("stopped.webp", {}, (episodes) => episodes >= 1);
    expect(steps).toHaveLength(1);
    expect(await secondsOf("stopped.webp")).toBeGreaterThan(toPit / 60.1);
  });

  it("ends a film where it is when stopped while it is written", async () => {
    let asked = 0;
    const { steps } = await record("cut.webp", {}, (episodes) => episodes === 3 && ++asked > 5);
    expect(steps).toHaveLength(3);
    expect(await secondsOf("cut.webp")).toBeLessThan(toPit / 60.1 / 4);
  });

  it.each(["webp", "gif", "png"])(
    "leaves nothing of a .%s whose end cannot be written",
    async (format) => {
      // A folder has the film's name.
      const taken = join(folder, `taken-${format}`);
      await mkdir(join(taken, `film.${format}`), { recursive: true });
      await expect(
        record(`taken-${format}/film.${format}`, { recordEpisodes: new Set([3]) }),
      ).rejects.toMatchObject({ code: "NOT_WRITABLE" });
      expect(await readdir(taken)).toEqual([`film.${format}`]);
    },
  );

  it("says so when there was nothing to film", async () => {
    const { report } = await record("none.webp", { recordEpisodes: new Set([7]) });
    expect(report.notes[0].message).toMatch(/no film/);
    expect(await readdir(folder)).not.toContain("none.webp");
  });
});

describe("options of a film", () => {
  const plan = (...args: string[]) => {
    const command = addRecordOptions(new Command().exitOverride(), "best");
    command.configureOutput({ writeErr: () => undefined });
    return filmPlan(command.parse(args, { from: "user" }).opts<RecordOptions>(), PLAY);
  };

  it("have defaults that suit the format", () => {
    expect(plan()).toBeUndefined();
    const film = { width: 256, height: 240, scale: 1, framesPerPicture: 2 };
    expect(plan("--record", "a.webp")).toMatchObject({ filmed: "best", overlay: false, film });
    expect(plan("--record", "a.mp4")?.film).toEqual({ ...film, scale: 2, framesPerPicture: 1 });
    expect(plan("--record", "a.gif", "--overlay", "--fps", "12", "--scale", "3")?.film).toEqual({
      width: 384,
      height: 240,
      scale: 3,
      framesPerPicture: 5,
    });
    const some = plan("--record", "a.webp", "--record-episodes", "1,3,5-7")?.filmed;
    expect(some).toEqual(new Set([1, 3, 5, 6, 7]));
  });

  it("are refused where they ask for the impossible", () => {
    expect(() => plan("--record", "a.webp", "--record-episodes", "2,9-10")).toThrow(
      "Episode 10 cannot be filmed: only 9 are played.",
    );
    expect(plan("--record", "a.webp", "--record-episodes", "9")).toBeDefined();
    expect(() => plan("--record", "a.gif", "--fps", "60")).toThrow(/GIF cannot show 60/);
    expect(() => plan("--record", "./map.png")).toThrow(/--map and --record both name/);
  });

  it("are refused where they mean nothing", () => {
    expect(() => plan("--scale", "2")).toThrow(/--scale/);
    expect(() => plan("--record-episodes", "all")).toThrow(/--record-episodes/);
    for (const wrong of ["0", "3-1", "1,,2", "first", "1.5"]) {
      expect(() => plan("--record", "a.webp", "--record-episodes", wrong)).toThrow(/numbers/);
    }
  });
});

const ARCHITECTURE: Architecture = {
  dueling: false,
  padding: "same",
  actionCount: 5,
  inputShape: [84, 84, 4],
  convolutions: [{ filters: 1, size: 8, stride: 8 }],
  hiddenUnits: 2,
};
const model = (seed: number) => ({
  weights: randomWeights(ARCHITECTURE, seed),
  metadata: { architecture: ARCHITECTURE },
});

describe("films of best models", () => {
  it("show the episode that the model plays, and a short one for TensorBoard", async () => {
    const path = join(folder, "mario_reward_1.0.webp");
    const film = await filmModel({
      model: model(1),
      environment: make({ maxEpisodeSteps: 12 }),
      backend,
      path,
    });
    const { pictures, width } = await picturesOf(path);
    expect(width).toBe(384);
    expect(film).toMatchObject({ path, width: 384, height: 240 });
    expect(film.bytes).toBe((await readFile(path)).length);
    expect(film.pictures).toBeGreaterThanOrEqual(pictures.length);
    expect(film.episode.episodes).toBe(1);
    const seconds = (film.episode.steps * 4) / 60.0988;
    expect(film.seconds).toBeGreaterThan(seconds - 4 / 60);
    expect(film.seconds).toBeLessThan(seconds + 2 / 60);
    const short = await sharp(film.short.bytes, { animated: true }).metadata();
    expect(short).toMatchObject({ format: "gif", width: 256, pageHeight: 240 });
    // The same model, the same episode.
    const again = await filmModel({
      model: model(1),
      environment: make({ maxEpisodeSteps: 12 }),
      backend,
      path: join(folder, "again.webp"),
    });
    expect(again.episode.steps).toBe(film.episode.steps);
    expect(await readFile(again.path)).toEqual(await readFile(path));
  });

  it("come one at a time; of those that come too soon, the newest by each rule", async () => {
    const directory = join(folder, "log");
    const sink = openEventFile({ directory });
    const films: ModelFilm[] = [];
    const best = new BestFilms({
      environment: make({ maxEpisodeSteps: 12 }),
      backend,
      summaries: sink,
      onFilm: (film) => films.push(film),
    });
    const offer = (n: number, rule: "reward" | "evaluation") => {
      const modelPath = join(folder, `m_${n}.safetensors`);
      best.offer({ rule, model: model(n), modelPath, step: n });
    };
    for (const n of [1, 2, 3, 4]) offer(n, "reward");
    for (const n of [5, 6]) offer(n, "evaluation");
    await best.finish();
    sink.close();
    expect(films.map(({ path }) => path)).toEqual([
      join(folder, "m_1.webp"),
      join(folder, "m_4.webp"),
      join(folder, "m_6.webp"),
    ]);
    const log = await readFile(sink.path);
    for (const { short } of films) expect(log.includes(Buffer.from(short.bytes))).toBe(true);
    // Each rule's films are in order, as TensorBoard wants them.
    const count = (tag: string): number => log.toString("latin1").split(tag).length - 1;
    expect([count("best_film/reward"), count("best_film/evaluation")]).toEqual([2, 1]);
  });

  it("of a model that was replaced meanwhile do not stay", async () => {
    const modelPath = join(folder, "m_7.safetensors");
    await writeFile(modelPath, "");
    const films: ModelFilm[] = [];
    const environment = make({ maxEpisodeSteps: 12 });
    const best = new BestFilms({ environment, backend, onFilm: (film) => films.push(film) });
    best.offer({ rule: "reward", model: model(1), modelPath, step: 1 });
    await rm(modelPath);
    await best.finish();
    expect(films).toEqual([]);
    expect(await readdir(folder)).not.toContain("m_7.webp");
  });

  it("that cannot be written say so at the next call", async () => {
    const best = new BestFilms({ environment: make({ maxEpisodeSteps: 12 }), backend });
    best.offer({
      rule: "reward",
      model: model(1),
      modelPath: join(folder, "no", "m.safetensors"),
      step: 1,
    });
    await expect(best.finish()).rejects.toMatchObject({ code: "NOT_WRITABLE" });
  });

  it("that cannot be written end nothing where somebody is told of it", async () => {
    const told: string[] = [];
    const observer = {
      failed: (error: Error) => told.push(error instanceof MarioError ? error.code : ""),
      written: () => told.push("written"),
    };
    const environment = make({ maxEpisodeSteps: 12 });
    const best = new BestFilms({ environment, backend, observer });
    best.offer({
      rule: "reward",
      model: model(1),
      modelPath: join(folder, "no", "m.safetensors"),
      step: 1,
    });
    best.offer({
      rule: "reward",
      model: model(1),
      modelPath: join(folder, "m_9.safetensors"),
      step: 2,
    });
    await best.finish();
    expect(told).toEqual(["NOT_WRITABLE", "written"]);
  });
});

function equal(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
