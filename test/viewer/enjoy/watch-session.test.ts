import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Audience } from "../../../src/viewer/server/audience.js";
import {
  PictureKind,
  readPictureHeader,
  type EpisodeEntry,
} from "../../../src/viewer/protocol/protocol.js";
import { Button } from "../../../src/nes/hardware.js";
import { WatchSession } from "../../../src/viewer/enjoy/watch-session.js";
import { createTestGame, type TestGame } from "./test-game.js";
import { TestPage } from "../test-viewer.js";

let test: TestGame;
let session: WatchSession;
let running: Promise<void> | undefined;

async function start(
  options: Parameters<typeof createTestGame>[0] & { readonly episodes?: number } = {},
): Promise<TestPage> {
  test = await createTestGame(options);
  let seed = 100;
  session = new WatchSession({
    game: test.game,
    audience: new Audience(),
    nextSeed: () => seed++,
    now: () => performance.now(),
    ...(options.episodes !== undefined && { episodes: options.episodes }),
  });
  const page = new TestPage();
  session.join(page.viewer);
  return page;
}

function run(): void {
  running = session.run();
}

beforeEach(() => {
  running = undefined;
});
afterEach(async () => {
  session.stop();
  await running;
  test.dispose();
});

describe("playing before an audience", () => {
  it("says what is played, then shows decisions, screens and stacks", async () => {
    const page = await start();
    run();
    await page.until("decision", 4);
    expect(page.texts.slice(0, 3).map(({ t }) => t)).toEqual(["hello", "state", "episodes"]);
    const decision = page.of("decision")[3];
    expect(decision["steps"]).toBe(3);
    expect(decision["q"]).toHaveLength(14);
    expect(decision["by"]).toBe("network");
    const q = decision["q"] as number[];
    expect(q[decision["action"] as number]).toBe(Math.max(...q));
    // Four frames a decision, one picture each.
    expect(page.picturesOf(PictureKind.screen).length).toBeGreaterThanOrEqual(12);
    const screen = readPictureHeader(page.picturesOf(PictureKind.screen)[0]);
    expect(screen).toMatchObject({ width: 256, height: 240, left: 0 });
    const stack = readPictureHeader(page.picturesOf(PictureKind.stack)[0]);
    expect(stack).toMatchObject({ width: 84, height: 84, frames: 4, colours: 0 });
    expect(page.picturesOf(PictureKind.saliency)).toHaveLength(0);
  });

  it.each([
    [0, Button.right],
    [1, 0],
  ])("shows the buttons held, with sticky actions of %d, too", async (stickyActions, held) => {
    const page = await start({ stickyActions });
    run();
    // Somebody plays, so that there is something to hold.
    session.handle(page.viewer, { t: "keys", buttons: Button.right });
    await page.until("decision", 5);
    const screens = page.picturesOf(PictureKind.screen).map(readPictureHeader);
    expect(screens.slice(-4).map((header) => header.held)).toEqual([held, held, held, held]);
  });

  it("plays only while somebody looks on", async () => {
    const page = await start();
    run();
    await page.until("decision", 2);
    session.leave(page.viewer);
    await new Promise((resolve) => setTimeout(resolve, 150));
    const frames = test.game.moment().frames;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(test.game.moment().frames).toBe(frames);
  });

  it("pauses, and steps one decision at a time", async () => {
    const page = await start();
    run();
    await page.until("decision", 2);
    session.handle(page.viewer, { t: "pause", on: true });
    await new Promise((resolve) => setTimeout(resolve, 150));
    const { steps } = test.game.moment();
    for (let i = 1; i <= 3; i++) {
      const shown = page.of("decision").length;
      session.handle(page.viewer, { t: "step" });
      await page.until("decision", shown + 1);
      await new Promise((resolve) => setTimeout(resolve, 120));
      expect(test.game.moment().steps).toBe(steps + i);
    }
    session.handle(page.viewer, { t: "pause", on: false });
    await page.untilLast("decision", (decision) => (decision["steps"] as number) > steps + 5);
  });

  it("computes saliency while a page wants it, and no longer", async () => {
    const page = await start();
    page.viewer.receive({ t: "want", what: "saliency", on: true });
    page.viewer.receive({ t: "want", what: "stack", on: false });
    run();
    await page.until("decision", 5);
    const maps = page.picturesOf(PictureKind.saliency).length;
    expect(maps).toBeGreaterThanOrEqual(4);
    expect(page.picturesOf(PictureKind.stack)).toHaveLength(0);
    page.viewer.receive({ t: "want", what: "saliency", on: false });
    await page.until("decision", 10);
    expect(page.picturesOf(PictureKind.saliency).length).toBeLessThanOrEqual(maps + 1);
  });

  it("lets a person take over and hand back", async () => {
    const page = await start();
    run();
    await page.until("decision", 2);
    session.handle(page.viewer, { t: "keys", buttons: 128 | 1 });
    await page.untilLast("decision", ({ by }) => by === "person");
    // right + A is action 8 of the full set.
    expect(page.of("decision").at(-1)!["action"]).toBe(8);
    expect(page.of("state").at(-1)).toMatchObject({ person: true });
    session.handle(page.viewer, { t: "keys", buttons: 0 });
    await page.untilLast("decision", ({ by }) => by === "network");
    await page.untilLast("state", ({ person }) => person === false);
  });

  it("takes the controller from a page that is gone", async () => {
    const page = await start();
    const other = new TestPage();
    session.join(other.viewer);
    run();
    session.handle(other.viewer, { t: "keys", buttons: 64 });
    await page.untilLast("decision", ({ by }) => by === "person");
    session.leave(other.viewer);
    await page.untilLast("decision", ({ by }) => by === "network");
  });
});

describe("episodes", () => {
  it("are replayed exactly, random and a person's decisions too", async () => {
    const page = await start({ epsilon: 0.5, maxEpisodeSteps: 60, episodes: 1 });
    run();
    await page.untilLast("decision", ({ steps }) => (steps as number) >= 5);
    session.handle(page.viewer, { t: "keys", buttons: 128 });
    await page.untilLast("decision", ({ by }) => by === "person");
    session.handle(page.viewer, { t: "keys", buttons: 0 });
    session.handle(page.viewer, { t: "speed", value: 0 });
    await page.untilLast("state", ({ finished }) => finished === true);
    const entry = page.of("episode")[0]["entry"] as EpisodeEntry;
    expect(entry).toMatchObject({ id: 1, ending: "cut", steps: 60, helped: true });
    const played = test.game.log.slice();
    expect(played).toHaveLength(60);
    const end = test.environment.emulator.saveState();

    session.handle(page.viewer, { t: "speed", value: 4 });
    session.handle(page.viewer, { t: "replay", id: 1 });
    await page.until("replayed", 1);
    expect(page.of("replayed")[0]).toMatchObject({ id: 1, same: true });
    expect(test.game.log.slice(60)).toEqual(played);
    expect(Buffer.compare(test.environment.emulator.saveState(), end)).toBe(0);
    expect(page.of("decision").at(-1)!["by"]).toBe("record");
    await page.untilLast("state", ({ replay }) => replay === undefined);
  });

  it("go on after a replay as if it had not been", async () => {
    const options = { epsilon: 0.5, maxEpisodeSteps: 30, episodes: 2 };
    const alone = await start(options);
    session.handle(alone.viewer, { t: "speed", value: 0 });
    run();
    await alone.untilLast("state", ({ finished }) => finished === true);
    const undisturbed = test.game.log.slice();
    session.stop();
    await running;
    test.dispose();

    const page = await start(options);
    session.handle(page.viewer, { t: "speed", value: 0 });
    run();
    await page.until("episode", 1);
    session.handle(page.viewer, { t: "speed", value: 1 });
    await page.until("decision", page.of("decision").length + 3);
    session.handle(page.viewer, { t: "speed", value: 0 });
    session.handle(page.viewer, { t: "replay", id: 1 });
    await page.untilLast("state", ({ finished }) => finished === true);
    expect(page.of("replayed")).toHaveLength(1);
    // The first episode's 30 decisions are in it once more, in one piece, within the second one's.
    const log = test.game.log.slice();
    expect(log).toHaveLength(90);
    const cut = log.findIndex(
      (_, i) => i >= 30 && sameLogs(log.slice(i, i + 30), undisturbed.slice(0, 30)),
    );
    expect(cut).toBeGreaterThan(30);
    expect([...log.slice(0, cut), ...log.slice(cut + 30)]).toEqual(undisturbed);
  });

  it("are fast where fast is asked for, and only some of it is shown", async () => {
    const page = await start({ maxEpisodeSteps: 60, episodes: 3 });
    session.handle(page.viewer, { t: "speed", value: 0 });
    run();
    await page.untilLast("state", ({ finished }) => finished === true);
    expect(page.of("episode")).toHaveLength(3);
    expect(page.of("decision").length).toBeLessThan(180);
    expect(page.of("decision").length).toBeGreaterThan(0);
  });
});

function sameLogs(a: readonly unknown[], b: readonly unknown[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
