import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { mario } from "../../../cli/run-cli.js";
import { browserTitle, chromiumPath, launch, openWatched } from "../chromium.js";
import { startProgram, type Program } from "../program.js";

const TIMEOUT_MS = 120_000;
/** In the page: decisions of the running episode. */
const DECISIONS = `Number(document.querySelector("#figures dl:last-child dd").textContent)`;

let folder: string;
let model: string;
let program: Program | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mario-enjoy-"));
  // A few decisions: a network that knows nothing, in a file like any other.
  const args = ["train", "--timesteps", "40", "--log", "stdout", "--model-dir", folder];
  expect(mario([...args, "--threads", "1"]).status).toBe(0);
  const [name] = readdirSync(join(folder, "deepq"));
  model = join(folder, "deepq", name);
}, TIMEOUT_MS);
afterEach(async () => {
  await program?.stop();
  program = undefined;
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function start(...more: readonly string[]): Promise<Program> {
  const args = ["enjoy", "--file", model, "--view", "page", "--threads", "1", "--port", "0"];
  return (program = await startProgram([...args, ...more]));
}

/** A page without a browser: reads or does not. */
class Client {
  readonly socket: WebSocket;
  decisions = 0;
  messages = 0;
  bytes = 0;

  constructor(url: string) {
    this.socket = new WebSocket(new URL("/socket", url.replace(/^http/, "ws")), {
      origin: new URL(url).origin,
    });
    this.socket.on("message", (data: Buffer, isBinary) => {
      this.messages++;
      this.bytes += data.length;
      if (isBinary) return;
      const message = JSON.parse(data.toString()) as { t: string; n?: number };
      if (message.t === "decision") this.decisions++;
      if (message.t === "tick") this.socket.send(JSON.stringify({ t: "seen", n: message.n }));
    });
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("many viewers of mario enjoy", () => {
  it(
    "ten at once all see it, and one that stops reading holds up nobody and costs little",
    async () => {
      const { url } = await start();
      const clients = Array.from({ length: 10 }, () => new Client(url));
      const [stuck, ...others] = clients;
      await stuck.until(() => clients.every(({ decisions }) => decisions >= 5));
      stuck.socket.pause();
      const before = others[0].decisions;
      await stuck.until(() => others.every(({ decisions }) => decisions >= before + 60));
      const { messages, bytes } = stuck;
      stuck.socket.resume();
      await stuck.until(() => stuck.messages > messages);
      await new Promise((resolve) => setTimeout(resolve, 50));
      // 60 decisions are some 240 pictures of 2 kB and more; a handful had been under way.
      expect(stuck.bytes - bytes).toBeLessThan(200_000);
      const { decisions } = stuck;
      await stuck.until(() => stuck.decisions > decisions + 5);
      for (const { socket } of clients) socket.terminate();
    },
    TIMEOUT_MS,
  );

  it(
    "nonsense from one is passed over",
    async () => {
      const { url } = await start();
      const client = new Client(url);
      await client.until(() => client.decisions > 0);
      for (const text of ["{", "null", '{"t":"replay","id":99}', '{"t":"keys","buttons":1e9}']) {
        client.socket.send(text);
      }
      client.socket.send(Buffer.alloc(1000));
      const { decisions } = client;
      await client.until(() => client.decisions > decisions + 5);
      client.socket.terminate();
    },
    TIMEOUT_MS,
  );

  it(
    "reports what the network played by itself when it is stopped",
    async () => {
      const { url } = await start("--episodes", "1", "--epsilon", "1");
      const client = new Client(url);
      await client.until(() => client.decisions > 0);
      client.socket.send(JSON.stringify({ t: "speed", value: 0 }));
      let isOver = false;
      client.socket.on("message", (data: Buffer) => {
        isOver ||= data.toString().includes('"finished":true');
      });
      await client.until(() => isOver);
      expect((await program!.stop()).stdout).toMatch(
        /episodes +1\n +stage finished .*\n +mean distance/,
      );
    },
    TIMEOUT_MS,
  );
});

/** What the game's canvas shows. */
function screenOf(page: Page): Promise<string> {
  return page.evaluate("document.querySelector('#screen').toDataURL()");
}

describe.skipIf(chromiumPath === undefined)(browserTitle("mario enjoy in Chromium"), () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  }, TIMEOUT_MS);
  afterAll(async () => {
    await browser.close();
  });

  const decisions = (page: Page): Promise<number> => page.evaluate(DECISIONS);

  it(
    "shows the game, pauses, steps, takes over, replays",
    async () => {
      const { url } = await start("--epsilon", "0.5");
      const { page, troubles } = await openWatched(browser, url);
      await page.waitForSelector(".bar.chosen");
      expect(await page.locator(".bar").count()).toBe(14);
      await page.waitForSelector(".pad-part.lit");
      expect(await page.locator("#about").textContent()).toContain("fenn.nes, stage 1-1");

      await page.click("#pause");
      await page.waitForSelector("#badge:has-text('Paused')");
      await page.waitForTimeout(300);
      // Its map is there at once, though no decision brings it.
      const plain = await screenOf(page);
      await page.click("#saliency");
      await expect.poll(() => screenOf(page)).not.toBe(plain);
      await page.click("#saliency");
      await expect.poll(() => screenOf(page)).toBe(plain);
      const before = await decisions(page);
      await page.keyboard.press(".");
      await expect.poll(() => decisions(page)).toBeGreaterThan(before);
      await page.waitForTimeout(300);
      // Decisions are counted before they are made, hence one at a time.
      expect(await decisions(page)).toBe(before + 1);

      await page.keyboard.press(" ");
      await page.waitForSelector("#badge", { state: "hidden" });
      await page.keyboard.down("ArrowRight");
      await page.waitForSelector("#badge.person:has-text('You play')");
      await page.waitForSelector('[data-button="right"].lit');
      await expect.poll(() => page.locator("#chooser").textContent()).toBe("chosen by you");
      await page.keyboard.up("ArrowRight");
      await page.waitForSelector("#badge", { state: "hidden" });

      await page.click("#saliency");
      expect(await page.getAttribute("#saliency", "aria-pressed")).toBe("true");
      await page.keyboard.press("0");
      await page.waitForSelector("#speeds button[aria-pressed='true']:has-text('Max')");
      await page.waitForSelector(".episode:not(.head)", { timeout: TIMEOUT_MS });
      await page.keyboard.press("4");
      await page.click(".episode:not(.head) button >> nth=-1");
      await page.waitForSelector("#badge:has-text('Replay of episode 1')");
      await page.waitForSelector(".episode.playing");
      await page.click("#live");
      await page.waitForSelector("#live", { state: "hidden" });
      expect(troubles).toEqual([]);
      await page.close();
    },
    TIMEOUT_MS,
  );

  it(
    "finds the program again when it was restarted",
    async () => {
      const first = await start();
      const { page, troubles } = await openWatched(browser, first.url);
      await page.waitForSelector("#status.on");
      await first.stop();
      await page.waitForSelector("#status:not(.on):has-text('Waiting')");
      program = await startProgram([
        ...["enjoy", "--file", model, "--view", "page", "--threads", "1"],
        ...["--port", new URL(first.url).port],
      ]);
      await page.waitForSelector("#status.on");
      await expect.poll(() => decisions(page)).toBeGreaterThan(3);
      // Other stages may be equally long: their map begins anew.
      const seen = (): Promise<string> =>
        page.evaluate("document.querySelector('#map').toDataURL()");
      const before = await seen();
      await program.stop();
      await page.waitForSelector("#status:not(.on):has-text('Waiting')");
      program = await startProgram([
        ...["enjoy", "--file", model, "--view", "page", "--threads", "1", "--stage", "1-2"],
        ...["--port", new URL(first.url).port],
      ]);
      await page.waitForSelector("#about:has-text('stage 1-2')");
      await expect.poll(() => decisions(page)).toBeGreaterThan(3);
      expect((await seen()).slice(0, 20_000)).not.toBe(before.slice(0, 20_000));
      expect(troubles).toEqual([]);
      await page.close();
    },
    TIMEOUT_MS,
  );

  it(
    "fits on a phone, in the dark, and its drawn controller can be pressed",
    async () => {
      const { url } = await start();
      const { page, troubles } = await openWatched(browser, url, {
        viewport: { width: 360, height: 740 },
        colorScheme: "dark",
        hasTouch: true,
      });
      await page.waitForSelector(".bar.chosen");
      const width = await page.evaluate("document.documentElement.scrollWidth");
      expect(width).toBeLessThanOrEqual(360);
      const colour = (): Promise<string> =>
        page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
      const dark = await colour();
      await page.click("#theme");
      expect(await colour()).not.toBe(dark);
      await page.locator('[data-button="a"]').dispatchEvent("pointerdown", { pointerId: 1 });
      await page.waitForSelector("#badge.person");
      await page.locator('[data-button="a"]').dispatchEvent("pointerup", { pointerId: 1 });
      await page.waitForSelector("#badge", { state: "hidden" });
      expect(troubles).toEqual([]);
      await page.close();
    },
    TIMEOUT_MS,
  );
});
