import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EpisodeMap } from "../../../src/cli/evaluate/episode-map.js";
import { figuresOf } from "../../../src/cli/evaluate/episode-map-svg.js";
import { TracedEnvironment } from "../../../src/cli/film/episode-trace.js";
import { surveyStage } from "../../../src/cli/evaluate/stage-survey.js";
import { createMarioEnv, type MarioEnv } from "../../../src/env/mario-env.js";
import { EpisodeTally, type EpisodeSummary } from "../../../src/trainer/episode.js";
import { summarise } from "../../../src/trainer/evaluation.js";

const file = (path: string) => new URL(`../../../${path}`, import.meta.url);
const rom = readFileSync(file("roms/fenn.nes"));

let environment: MarioEnv;
let traced: TracedEnvironment;
let folder: string;
beforeAll(() => {
  environment = createMarioEnv({ rom, actionRepeat: 1 });
  traced = new TracedEnvironment(environment);
  folder = mkdtempSync(join(tmpdir(), "mario-map-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Plays to the end of the episode, or of the actions. */
function play(actions: Iterable<number>): EpisodeSummary {
  const tally = new EpisodeTally();
  tally.start();
  traced.reset(1);
  for (const action of actions) {
    const summary = tally.add(traced.step(action));
    if (summary) return summary;
  }
  throw new Error("the episode did not end");
}

/** The recorded play of stage 1-1, which finishes it. */
function* recorded(): Generator<number> {
  const { inputs } = JSON.parse(readFileSync(file("test/roms/plays/1-1.json"), "utf8")) as {
    inputs: readonly (readonly [number, number])[];
  };
  for (const [count, buttons] of inputs) {
    const action = environment.actions.findIndex((one) => one.buttons === buttons);
    for (let i = 0; i < count; i++) yield action;
  }
}

/** Runs right until something is in the way, then on for ever. */
function* right(): Generator<number> {
  for (;;) yield 7;
}

async function rgbOf(path: string | URL) {
  const { data, info } = await sharp(readFileSync(path))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number): number => data.readUIntBE(3 * (y * info.width + x), 3);
  return { ...info, at };
}

describe("the survey of a stage", () => {
  it("is the stage as it is drawn from the level's own columns", async () => {
    expect(play(recorded()).completed).toBe(true);
    const survey = await surveyStage(environment, [traced.trace]);
    // scripts/render-stages.mjs moves the camera by writing the game's memory, the player being away.
    const drawn = await rgbOf(file("docs/images/stage-1-1.png"));
    expect(survey.width).toBeGreaterThan(3266);
    const { pixels, width, height } = survey.picture(survey.width, 0);
    let equal = 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) if (pixels[y * width + x] === drawn.at(x, y)) equal++;
    }
    // What the play has opened or collected, and enemies that came along with it, differ.
    expect(equal / (width * height)).toBeGreaterThan(0.98);
  }, 60_000);
});

describe("a map of episodes", () => {
  it("shows where and how they ended", async () => {
    const path = join(folder, "map.png");
    const map = await EpisodeMap.open(path);
    const finished = play(recorded());
    map.add(finished, environment.info(), traced.trace);
    const place = environment.info();
    const lost = play(right());
    const end = environment.info();
    map.add(lost, end, traced.trace);
    expect(lost.completed).toBe(false);
    const evaluation = summarise([finished, lost], 10, 1);
    expect(await map.write(environment, "Two episodes", evaluation)).toBe(true);

    const picture = await rgbOf(path);
    const isNear = (color: number, wanted: number): boolean =>
      [16, 8, 0].every(
        (shift) => Math.abs(((color >> shift) & 255) - ((wanted >> shift) & 255)) < 24,
      );
    /** Columns of the stage in which a colour occurs in its rows, marks and bars. */
    const columnsOf = (wanted: number): number[] => {
      const rowWidth = picture.width - 56;
      const columns: number[] = [];
      for (let row = 0; 122 + row * 284 + 208 < picture.height; row++) {
        for (let x = 0; x < rowWidth; x++) {
          // The bars' lowest pixels: nothing else there has their colours.
          if (isNear(picture.at(28 + x, 122 + row * 284 + 208 + 44), wanted)) {
            columns.push(row * rowWidth + x);
          }
        }
      }
      return columns;
    };
    for (const [color, { x }] of [
      [0xd7263d, end],
      [0xf2b705, place],
    ] as const) {
      const columns = columnsOf(color);
      expect(columns.length).toBe(14);
      const bar = 16 * Math.floor((x + 8) / 16);
      expect([columns[0], columns[13]]).toEqual([bar + 1, bar + 14]);
    }
  }, 60_000);

  it("is refused before anything is played where it cannot be written, and left out without episodes", async () => {
    await expect(EpisodeMap.open("map.jpeg")).rejects.toMatchObject({ code: "INVALID_OPTION" });
    await expect(
      EpisodeMap.open(join(file("package.json").pathname, "map.png")),
    ).rejects.toMatchObject({ code: "NOT_WRITABLE" });
    const map = await EpisodeMap.open(join(folder, "none.png"));
    expect(await map.write(environment, "None", summarise([], 0, 0))).toBe(false);
  });
});

it("states an interval only where there are more possible episodes than were played", () => {
  const evaluation = summarise([play(recorded())], 1, 1);
  const line = (isWhole: boolean): string =>
    figuresOf({ evaluation, isWhole, stageDistance: 3266 });
  expect(line(false)).toMatch(
    /^1 episodes .*finished 1, 100\.0 % \(95 % interval 20\.7 to 100\.0 %\)/,
  );
  expect(line(true)).toMatch(/^all 1 possible episodes .*finished 1, 100\.0 % {3}·/);
});
