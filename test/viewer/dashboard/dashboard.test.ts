import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileRun } from "../../../src/cli/dashboard/file-run.js";
import { createMarioEnv } from "../../../src/env/mario-env.js";
import { encodeEvent, type LogContent } from "../../../src/logging/event-encoding.js";
import { frameRecord } from "../../../src/logging/record-framing.js";
import { RUN_SETTINGS_TAG } from "../../../src/logging/tags.js";
import { Dashboard } from "../../../src/viewer/dashboard/dashboard.js";
import { LiveFeed } from "../../../src/viewer/dashboard/live-feed.js";
import {
  PictureKind,
  readPictureHeader,
  type BestFilmEntry,
  type SeriesPoints,
} from "../../../src/viewer/protocol/protocol.js";
import { TestPage } from "../test-viewer.js";

let dashboard: Dashboard | undefined;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mario-dashboard-"));
});
afterEach(() => {
  dashboard?.close();
  rmSync(folder, { recursive: true, force: true });
});

function record(step: number, content: LogContent): Uint8Array {
  return frameRecord(encodeEvent({ wallTime: 1000 + step, step, content }));
}

function scalar(step: number, value: number): Uint8Array {
  return record(step, { kind: "scalar", tag: "train/loss", value });
}

describe("a run's files on the dashboard", () => {
  const markdown = "| setting | value |\n| --- | --- |\n| seed | 3 |\n| learning.gamma | 0.9 |";

  function open(): { page: TestPage; path: string } {
    const path = join(folder, "events.out.tfevents.1.mario.0");
    const settings = record(0, { kind: "text", tag: RUN_SETTINGS_TAG, markdown });
    writeFileSync(path, Buffer.concat([settings, scalar(10, 0.5)]));
    dashboard = new Dashboard({
      findRuns: () => [new FileRun(folder, "a run")],
    });
    const page = new TestPage();
    dashboard.join(page.viewer);
    return { page, path };
  }

  it("are listed, sent when followed, and followed while they grow", () => {
    const { page, path } = open();
    expect(page.of("hello")[0]).toEqual({ t: "hello", live: false });
    expect(page.of("runs")[0]["runs"]).toMatchObject([
      { id: folder, name: "a run", running: true },
    ]);
    expect(page.of("series")).toHaveLength(0);
    dashboard!.handle(page.viewer, { t: "follow", runs: [folder, "/etc/passwd"] });
    expect(page.of("series")).toEqual([
      {
        t: "series",
        run: folder,
        reset: true,
        settings: { seed: "3", "learning.gamma": "0.9" },
        tags: { "train/loss": { steps: [10], seconds: [10], values: [0.5] } },
      },
    ]);
    appendFileSync(path, scalar(20, 0.25));
    dashboard!.poll();
    dashboard!.poll();
    expect(page.of("series").slice(1)).toEqual([
      {
        t: "series",
        run: folder,
        reset: false,
        tags: { "train/loss": { steps: [20], seconds: [20], values: [0.25] } },
      },
    ]);
  });

  it("are told anew from the start when a run is resumed", () => {
    const { page } = open();
    dashboard!.handle(page.viewer, { t: "follow", runs: [folder] });
    const second = join(folder, "events.out.tfevents.2.mario.0");
    writeFileSync(second, Buffer.concat([record(10, { kind: "sessionStart" }), scalar(12, 0.75)]));
    dashboard!.poll();
    expect(page.of("series")[1]).toMatchObject({
      reset: true,
      settings: { seed: "3" },
      tags: { "train/loss": { steps: [12], values: [0.75] } },
    });
  });

  it("are read for those who follow them only, and a second page gets all of it", () => {
    const { page, path } = open();
    dashboard!.handle(page.viewer, { t: "follow", runs: [folder] });
    appendFileSync(path, scalar(20, 0.25));
    const second = new TestPage();
    dashboard!.join(second.viewer);
    dashboard!.handle(second.viewer, { t: "follow", runs: [folder] });
    expect(second.of("series")).toHaveLength(1);
    expect(second.of("series")[0]).toMatchObject({
      tags: { "train/loss": { steps: [10, 20] } },
    });
    dashboard!.handle(page.viewer, { t: "follow", runs: [] });
    const before = page.texts.length;
    appendFileSync(path, scalar(30, 0.1));
    dashboard!.poll();
    expect(page.texts).toHaveLength(before);
    expect(second.of("series")).toHaveLength(2);
  });
});

describe("a live run on the dashboard", () => {
  let now = 0;

  function open(): { feed: LiveFeed; page: TestPage } {
    const feed = new LiveFeed({
      name: "this run",
      settings: { seed: "1" },
      now: () => now,
      pictureRate: 10,
    });
    dashboard = new Dashboard({ findRuns: () => [], live: feed });
    return { feed, page: new TestPage() };
  }

  it("wants no pictures while nobody looks, and no more a second than it should", () => {
    const { feed, page } = open();
    expect(feed.wantsFrame(0)).toBe(false);
    dashboard!.join(page.viewer);
    expect(feed.wantsFrame(0)).toBe(true);
    const frame = new Uint8Array(84 * 84);
    feed.publishFrame(0, frame);
    feed.publishFrame(0, frame);
    feed.publishFrame(1, frame);
    expect(page.pictures.map((bytes) => readPictureHeader(bytes).source)).toEqual([0, 1]);
    now += 99;
    expect(feed.wantsFrame(0)).toBe(false);
    now += 1;
    expect(feed.wantsFrame(0)).toBe(true);
    page.viewer.receive({ t: "visible", on: false });
    expect(feed.wantsFrame(0)).toBe(false);
  });

  it("goes on in time where the run's earlier session ended", () => {
    const { feed, page } = open();
    const point = { tag: "episode/distance", step: 5, seconds: 600, value: 1 };
    feed.begin([{ points: [point, { ...point, step: 4, seconds: 500 }] }], 600);
    now += 2000;
    feed.publishScalars(6, { "episode/distance": 2 });
    dashboard!.join(page.viewer);
    dashboard!.handle(page.viewer, { t: "follow", runs: ["live"] });
    dashboard!.poll();
    const seconds = page
      .of("series")
      .flatMap(({ tags }) => Object.values(tags as Record<string, SeriesPoints>))
      .flatMap((points) => points.seconds);
    expect(seconds).toEqual([600, 500, 602]);
  });

  it("sends the pictures of the newest film only, marked as its own", () => {
    const { feed, page } = open();
    dashboard!.join(page.viewer);
    const publish = (distance: number, pictures: number): void => {
      const frames = Array.from({ length: pictures }, () => new Uint8Array(84 * 84));
      feed.publishBest({ step: distance, distance, reward: 0, frames, pictureMs: 66 });
    };
    // Both in one window: the page hears of both before it asks.
    publish(500, 3);
    publish(700, 2);
    const films = page.of("best").map(({ best }) => (best as BestFilmEntry).film);
    expect(films).toEqual([1, 2]);
    for (const film of films) dashboard!.handle(page.viewer, { t: "film", film });
    const sources = page
      .picturesOf(PictureKind.film)
      .map((bytes) => readPictureHeader(bytes).source);
    expect(sources).toEqual([2, 2]);
  });

  it("sends real play: observations, scalars, episodes and the best one's film", () => {
    const { feed, page } = open();
    dashboard!.join(page.viewer);
    dashboard!.handle(page.viewer, { t: "follow", runs: ["live"] });
    const rom = readFileSync(new URL("../../../roms/fenn.nes", import.meta.url));
    const environment = createMarioEnv({ rom: new Uint8Array(rom) });
    const frames: Uint8Array[] = [];
    for (let step = 1; step <= 12; step++) {
      const { info } = environment.step(9);
      feed.publishFrame(2, environment.frame);
      frames.push(environment.frame.slice());
      feed.publishScalars(step, { "episode/distance": info.maxX });
      now += 100;
    }
    const { maxX } = environment.info();
    feed.publishEpisode({
      environment: 2,
      step: 12,
      distance: maxX,
      reward: 5,
      completed: false,
      restarted: false,
    });
    feed.publishBest({ step: 12, distance: maxX, reward: 5, frames, pictureMs: 66 });
    dashboard!.poll();
    dashboard!.handle(page.viewer, { t: "film", film: 1 });

    const screens = page.picturesOf(PictureKind.screen).map(readPictureHeader);
    expect(screens[0]).toMatchObject({ source: 2, width: 84, height: 84, left: -1, colours: 0 });
    const series = page.of("series");
    expect(series[0]).toMatchObject({ run: "live", reset: true, settings: { seed: "1" } });
    const points = (series[1]["tags"] as Record<string, { steps: number[]; values: number[] }>)[
      "episode/distance"
    ];
    expect(points.steps).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(points.values.at(-1)).toBe(maxX);
    expect(maxX).toBeGreaterThan(40);
    expect(page.of("episode")[0]["episode"]).toMatchObject({ environment: 2, distance: maxX });
    expect(page.of("best")[0]["best"]).toMatchObject({ film: 1, pictures: 12, distance: maxX });
    expect(page.picturesOf(PictureKind.film)).toHaveLength(12);

    // A page that comes later learns of the film and the curves all the same.
    const second = new TestPage();
    dashboard!.join(second.viewer);
    dashboard!.handle(second.viewer, { t: "follow", runs: ["live"] });
    expect(second.of("best")).toHaveLength(1);
    expect(second.of("series")[0]).toMatchObject({
      settings: { seed: "1" },
      tags: { "episode/distance": { steps: points.steps } },
    });
  });
});
