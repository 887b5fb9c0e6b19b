import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { encodeEvent, type LogContent } from "../../../../src/logging/event-encoding.js";
import { frameRecord } from "../../../../src/logging/record-framing.js";
import { RUN_SETTINGS_TAG, TAGS } from "../../../../src/logging/tags.js";
import { browserTitle, chromiumPath, launch, openWatched } from "../chromium.js";
import { startProgram, type Program } from "../program.js";

const TIMEOUT_MS = 120_000;
/** Runs are looked for every four seconds. */
const POLL = { timeout: 30_000 };
const SETTINGS = "60000_0.2_priofalse_dueltrue_lr0.00025";

function record(step: number, content: LogContent): Uint8Array {
  return frameRecord(encodeEvent({ wallTime: 1.76e9 + step / 50, step, content }));
}

function scalar(tag: string, step: number, value: number): Uint8Array {
  return record(step, { kind: "scalar", tag, value });
}

/** Drags across the first chart, between two shares of its width. */
async function zoomTo(page: Page, from: number, to: number): Promise<Locator> {
  const plot = page.locator(".chart .u-over").first();
  await plot.scrollIntoViewIfNeeded();
  const box = (await plot.boundingBox())!;
  await page.mouse.move(box.x + box.width * from, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await page.waitForSelector("#zoom-reset:not([disabled])");
  return plot;
}

describe.skipIf(chromiumPath === undefined)(browserTitle("mario dashboard in Chromium"), () => {
  let browser: Browser;
  let folder: string;
  let program: Program | undefined;
  beforeAll(async () => {
    browser = await launch();
  }, TIMEOUT_MS);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mario-runs-"));
  });
  afterEach(async () => {
    await program?.stop();
    program = undefined;
    rmSync(folder, { recursive: true, force: true });
  });
  afterAll(async () => {
    await browser.close();
  });

  /** @returns the event file's path */
  function writeRun(start: string, seed: number, steps: number, root = folder): string {
    const run = join(root, SETTINGS, start);
    mkdirSync(run, { recursive: true });
    const settings = `| setting | value |\n| --- | --- |\n| seed | ${seed} |\n| learning.gamma | 0.9 |`;
    const records = [record(0, { kind: "text", tag: RUN_SETTINGS_TAG, markdown: settings })];
    for (let step = 100; step <= steps; step += 100) {
      for (const [i, tag] of Object.values(TAGS).entries()) {
        records.push(scalar(tag, step, i + Math.sqrt(step) * seed));
      }
    }
    const path = join(run, "events.out.tfevents.1.mario.0");
    writeFileSync(path, Buffer.concat(records));
    return path;
  }

  it(
    "waits for the first run where no folder is named",
    async () => {
      program = await startProgram(["dashboard", "--port", "0"], folder);
      const { page, troubles } = await openWatched(browser, program.url);
      await page.waitForSelector("text=No runs yet");
      expect(await page.locator("#charts").isVisible()).toBe(false);
      writeRun("2026-03-01T10-00-00Z", 1, 3000, join(folder, "tensorboard"));
      await page.waitForSelector(".figures dd:has-text('3,000')");
      expect(await page.locator(".no-runs").isVisible()).toBe(false);
      expect(await page.locator("#runs input:checked").count()).toBe(1);
      expect(troubles).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    "draws a chart for every figure, compares runs, zooms, follows a file",
    async () => {
      const path = writeRun("2026-03-01T10-00-00Z", 1, 3000);
      program = await startProgram(["dashboard", folder, "--port", "0"]);
      const { page, troubles } = await openWatched(browser, program.url);
      await page.waitForSelector(".figures dd:has-text('3,000')");
      // Two figures of episodes share a chart with their means; the ends of an interval have none.
      const charts = Object.keys(TAGS).length - 4;
      expect(await page.locator(".chart:not([hidden]) canvas").count()).toBe(charts);
      expect(await page.locator("#settings").textContent()).toContain("gamma0.9");

      appendFileSync(path, scalar(TAGS.episodeMeanReward100, 3100, 4321));
      await page.waitForSelector(".figures dd:has-text('4,321 px')");

      writeRun("2026-03-01T11-00-00Z", 2, 2000);
      // A run that begins while one looks on is shown by itself.
      await page.waitForSelector("#settings tr.differs:has-text('seed')");
      expect(await page.locator("#glance tbody tr").count()).toBe(2);
      expect(await page.locator("#settings tr.differs").count()).toBe(1);
      // Colour alone does not say whose value it is.
      const values = page.locator(".chart:not([hidden]) .values").first().locator("b");
      expect(await values.count()).toBe(2);
      const owners = [0, 1].map((i) => values.nth(i).getAttribute("title"));
      const [one, other] = await Promise.all(owners);
      expect(one).toMatch(/2026/);
      expect(other).toMatch(/2026/);
      expect(other).not.toBe(one);
      await page.check("#differences");
      await expect.poll(() => page.locator("#settings tbody tr").count()).toBe(1);

      const plot = await zoomTo(page, 0.5, 0.75);
      expect(await page.locator("#map-note").textContent()).toContain("in the zoomed range");
      await plot.dblclick();
      await page.waitForSelector("#zoom-reset[disabled]");
      await page.keyboard.press("+");
      await page.waitForSelector("#zoom-reset:not([disabled])");
      await page.keyboard.press("x");
      await page.waitForSelector("#by-time[aria-pressed='true']");

      await page.uncheck("#run-0");
      await page.waitForSelector("#glance .figures");
      expect(troubles).toEqual([]);
      await page.close();
    },
    TIMEOUT_MS,
  );

  it(
    "gives checked runs colours of their own, and zooms out to everything",
    async () => {
      for (let hour = 10; hour < 20; hour++) writeRun(`2026-03-01T${hour}-00-00Z`, hour, 1000);
      program = await startProgram(["dashboard", folder, "--port", "0"]);
      const { page, troubles } = await openWatched(browser, program.url);
      await page.waitForSelector("#run-9");
      const boxes = page.locator("#runs input");
      for (const box of await boxes.all()) await box.setChecked(false);
      // Listed eight apart, which is how many colours there are.
      await page.check("#run-0");
      await page.check("#run-8");
      const colours = await page.evaluate<string[]>(
        `[...document.querySelectorAll("#runs input:checked")].map((box) => getComputedStyle(box).backgroundColor)`,
      );
      expect(new Set(colours).size).toBe(2);

      // Their charts are there once both have a value; before, they may be built anew.
      const values = page.locator(".chart:not([hidden]) .values").first().locator("b");
      await expect.poll(() => values.count()).toBe(2);
      await zoomTo(page, 0.1, 0.2);
      for (let i = 0; i < 6; i++) await page.keyboard.press("-");
      await page.waitForSelector("#zoom-reset[disabled]");
      expect(troubles).toEqual([]);
      await page.close();
    },
    TIMEOUT_MS,
  );

  it(
    "fits on a phone and finds a restarted program again",
    async () => {
      const path = writeRun("2026-03-01T10-00-00Z", 1, 500);
      program = await startProgram(["dashboard", folder, "--port", "0"]);
      const { page, troubles } = await openWatched(browser, program.url, {
        viewport: { width: 360, height: 740 },
      });
      await page.waitForSelector(".figures dd:has-text('500')");
      const width = await page.evaluate("document.documentElement.scrollWidth");
      expect(width).toBeLessThanOrEqual(360);
      // Nothing is cut off inside, either.
      const cut = await page.evaluate(
        `[...document.querySelectorAll(".chart:not([hidden]) .values, .chart:not([hidden]) h2")].filter(
          (one) => one.scrollWidth > one.clientWidth || one.getBoundingClientRect().right > 360
        ).map((one) => one.textContent)`,
      );
      expect(cut).toEqual([]);
      // What a ticked run writes does not scroll back to the list.
      await page.focus("#run-0");
      await page.evaluate("window.scrollTo(0, 900)");
      await page.evaluate(`window.rowBefore = document.getElementById("run-0")`);
      appendFileSync(path, scalar(TAGS.episodeMeanReward100, 600, 4321));
      await page.waitForSelector(".figures dd:has-text('4,321 px')", { state: "attached" });
      await expect
        .poll(() => page.evaluate<boolean>("window.rowBefore.isConnected"), POLL)
        .toBe(false);
      expect(await page.evaluate("document.activeElement.id")).toBe("run-0");
      expect(await page.evaluate("window.scrollY")).toBe(900);
      const { port } = new URL(program.url);
      await program.stop();
      await page.waitForSelector("#status:not(.on)");
      writeRun("2026-03-01T10-00-00Z", 1, 700);
      program = await startProgram(["dashboard", folder, "--port", port]);
      await page.waitForSelector("#status.on");
      await page.waitForSelector(".figures dd:has-text('700')");
      expect(troubles).toEqual([]);
      await page.close();
    },
    TIMEOUT_MS,
  );
});
