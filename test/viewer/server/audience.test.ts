import { describe, expect, it } from "vitest";
import { Audience } from "../../../src/viewer/server/audience.js";
import { TestPage } from "../test-viewer.js";

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

function picture(first: number): Uint8Array {
  return Uint8Array.of(1, first, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}

describe("a viewer", () => {
  it("that keeps up gets everything", async () => {
    const page = new TestPage();
    for (let i = 0; i < 20; i++) {
      page.viewer.show([["screen", picture(i)]]);
      await soon();
    }
    expect(page.pictures.map((bytes) => bytes[1])).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it("that does not gets six, and the newest of each kind when it is back", async () => {
    const page = new TestPage();
    page.isReading = false;
    for (let i = 0; i < 200; i++) {
      page.viewer.show([
        ["screen", picture(i)],
        ["decision", JSON.stringify({ t: "decision", i })],
      ]);
    }
    expect(page.pictures).toHaveLength(6);
    page.isReading = true;
    page.viewer.receive({ t: "seen", n: 6 });
    await soon();
    expect(page.pictures).toHaveLength(7);
    expect(page.pictures[6][1]).toBe(199);
    expect(page.of("decision").at(-1)).toEqual({ t: "decision", i: 199 });
  });

  it("cannot lift the limit by claiming to have seen what was never sent", () => {
    const page = new TestPage();
    page.isReading = false;
    page.viewer.receive({ t: "seen", n: 1_000_000 });
    for (let i = 0; i < 50; i++) page.viewer.show([["screen", picture(i)]]);
    page.viewer.receive({ t: "seen", n: 1_000_000 });
    for (let i = 0; i < 50; i++) page.viewer.show([["screen", picture(i)]]);
    expect(page.pictures).toHaveLength(6);
  });

  it("that is hidden gets no pictures, and the newest when it is seen again", () => {
    const page = new TestPage();
    page.viewer.receive({ t: "visible", on: false });
    for (let i = 0; i < 3; i++) page.viewer.show([["screen", picture(i)]]);
    expect(page.pictures).toHaveLength(0);
    page.viewer.receive({ t: "visible", on: true });
    expect(page.pictures.map((bytes) => bytes[1])).toEqual([2]);
  });

  const MEGABYTE = 1024 * 1024;

  it("that has stopped reading megabytes is let go, and one that has far too many", () => {
    const page = new TestPage();
    page.bufferedAmount = 9 * MEGABYTE;
    page.viewer.tell("{}");
    page.time += 59_000;
    page.viewer.tell("{}");
    expect([page.isTerminated, page.texts.length]).toEqual([false, 2]);
    page.time += 2_000;
    page.viewer.tell("{}");
    expect([page.isTerminated, page.texts.length]).toEqual([true, 2]);
    const other = new TestPage();
    other.bufferedAmount = 129 * MEGABYTE;
    other.viewer.tell("{}");
    expect([other.isTerminated, other.texts.length]).toEqual([true, 0]);
  });

  it("that asked for many long runs at once has a minute to take them, each time", () => {
    const page = new TestPage();
    const run = JSON.stringify({ t: "snapshot", points: "x".repeat(2 * MEGABYTE) });
    for (let asked = 0; asked < 3; asked++) {
      for (let i = 0; i < 12; i++) {
        page.viewer.tell(run);
        page.bufferedAmount += run.length;
      }
      // Something new each second, and all is taken in the end, which is when it shows.
      for (let second = 0; second < 50; second++) {
        page.time += 1000;
        page.viewer.tell("{}");
      }
      page.bufferedAmount = 0;
    }
    expect([page.isTerminated, page.texts.length]).toEqual([false, 3 * 62]);
  });
});

describe("an audience", () => {
  it("wants what any of its visible pages wants", () => {
    const audience = new Audience();
    const [first, second] = [new TestPage(), new TestPage()];
    expect(audience.watching).toBe(false);
    audience.add(first.viewer);
    audience.add(second.viewer);
    expect([audience.wants("stack"), audience.wants("saliency")]).toEqual([true, false]);
    second.viewer.receive({ t: "want", what: "saliency", on: true });
    expect(audience.wants("saliency")).toBe(true);
    second.viewer.receive({ t: "visible", on: false });
    expect(audience.wants("saliency")).toBe(false);
    expect(audience.watching).toBe(true);
    audience.remove(first.viewer);
    expect(audience.watching).toBe(false);
  });
});
