import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parsePlay, type Play } from "../../../../src/cli/play/play-file.js";
import { replay } from "../../../../src/cli/play/replay.js";
import { startGame } from "../../../../src/env/game-start.js";
import { parseStage } from "../../../../src/env/stages.js";
import { Emulator } from "../../../../src/nes/emulator.js";
import { ROM_FILE } from "../../../roms/console.js";
import { chromiumPath, openChromium, type TestBrowser } from "../chromium.js";
import { startProgram, type Program } from "../program.js";

const rom = new Uint8Array(readFileSync(ROM_FILE));
const WIDTH = 256;
const HEIGHT = 240;
/** The page shows its count of frames only so often. */
const SHOWN_EVERY = 15;

let folder: string;
let program: Program | undefined;
let browser: TestBrowser | undefined;
/** What a page may not do: fail, or ask for something from elsewhere. */
let complaints: string[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mario-play-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  await browser?.close();
  if (program?.process.exitCode === null) await program.stop();
  browser = undefined;
  program = undefined;
  const complained = complaints;
  complaints = [];
  expect(complained).toEqual([]);
});

/** The program and its page, ready to begin. */
async function open(
  args: readonly string[],
  options: BrowserContextOptions = {},
  browserArgs: readonly string[] = [],
): Promise<Page> {
  program = await startProgram(["play", ...args]);
  browser = await openChromium({ viewport: { width: 1000, height: 760 }, ...options }, browserArgs);
  return newPage(program.url);
}

async function newPage(url: string): Promise<Page> {
  const page = await browser!.context.newPage();
  const { origin } = new URL(url);
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("request", (request) => {
    if (!/^(blob|data):/.test(request.url()) && new URL(request.url()).origin !== origin) {
      complaints.push(`asked for ${request.url()}`);
    }
  });
  await page.goto(url);
  await page.waitForSelector("#begin:enabled");
  return page;
}

/** `[240, 256] uint32`, 0x00RRGGBB: what is on the canvas. */
async function canvasPixels(page: Page): Promise<Uint32Array> {
  const url = await page.evaluate<string>(`document.querySelector("canvas").toDataURL()`);
  const { data, info } = await sharp(Buffer.from(url.split(",")[1], "base64"))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([WIDTH, HEIGHT]);
  return Uint32Array.from({ length: WIDTH * HEIGHT }, (_, i) => data.readUIntBE(3 * i, 3));
}

/** The same inputs in Node: the picture after the first `frames` of them. */
function pictureAfter(play: Play, frames = play.frames): Uint32Array {
  const emulator = new Emulator(rom, { turbo: false });
  if (play.stage !== undefined) startGame(emulator, parseStage(play.stage));
  const buttons = play.inputs.flatMap(([count, held]) => new Array<number>(count).fill(held));
  for (const held of buttons.slice(0, frames)) emulator.stepFrame(held);
  return emulator.screen.slice();
}

function differences(a: Uint32Array, b: Uint32Array): number {
  return a.reduce((count, pixel, i) => count + Number(pixel !== b[i]), 0);
}

/** Of a game that is paused: the whole recording. Its file may be one of those saved on the way. */
async function framesPlayed(page: Page): Promise<number> {
  return Number(await page.getAttribute("#recording-text", "data-frames"));
}

async function readFileWhen(path: string, isDone: (play: Play) => boolean): Promise<Play> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (existsSync(path)) {
      const play = parsePlay(readFileSync(path, "utf8"), path);
      if (isDone(play)) return play;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${path} is not as expected`);
}

/** Asks again and again: our policy lets no test put a waiting script into the page. */
async function until(page: Page, expression: string): Promise<void> {
  for (let attempt = 0; attempt < 3000; attempt++) {
    if (await page.evaluate<boolean>(expression)) return;
    await page.waitForTimeout(30);
  }
  throw new Error(`never: ${expression}`);
}

/** Until the game has run for so many frames since it was opened. */
async function waitForFrames(page: Page, frames: number): Promise<void> {
  await until(page, `document.querySelector("#recording-text").dataset.frames >= ${frames}`);
}

async function hold(page: Page, keys: readonly string[], frames: number): Promise<void> {
  const before = Number(await page.getAttribute("#recording-text", "data-frames"));
  for (const key of keys) await page.keyboard.down(key);
  await waitForFrames(page, before + frames + SHOWN_EVERY);
  for (const key of keys) await page.keyboard.up(key);
}

const used = (play: Play): Set<number> => new Set(play.inputs.map(([, buttons]) => buttons));

describe.skipIf(chromiumPath === undefined)("the page (skipped without chromium)", () => {
  it("plays what is pressed and records it frame for frame", async () => {
    const file = join(folder, "run.json");
    const page = await open(["--record", file]);
    await page.keyboard.press("Enter");
    await waitForFrames(page, 60);
    await hold(page, ["Enter"], 15);
    await waitForFrames(page, 240);
    await hold(page, ["ArrowRight"], 45);
    await hold(page, ["KeyD", "KeyZ", "Space"], 45);
    await page.keyboard.press("KeyP");
    expect(await page.textContent("#begin-text")).toBe("Resume");
    const shown = await canvasPixels(page);

    // Frame by frame, with a key held.
    await page.keyboard.down("ArrowLeft");
    for (let i = 0; i < 3; i++) await page.keyboard.press("Period");
    await page.keyboard.up("ArrowLeft");
    const stepped = await canvasPixels(page);
    await page.close();

    const play = await readFileWhen(file, ({ inputs }) => inputs.at(-1)?.[1] === 0x40);
    expect(play.inputs.at(-1)).toEqual([3, 0x40]);
    expect(used(play)).toEqual(new Set([...used(play), 0x08, 0x80, 0x83, 0x40]));
    expect(differences(pictureAfter(play, play.frames - 3), shown)).toBe(0);
    expect(differences(pictureAfter(play), stepped)).toBe(0);
    expect(replay(play, rom)).toEqual(play.end);
    expect(new Set(shown).size).toBeGreaterThan(5);

    const { code, stderr } = await program!.stop();
    expect(code).toBe(0);
    expect(stderr).toContain(`recorded ${play.frames} frames`);
  }, 120_000);

  it("shows a recording again, frame for frame, from a stage's start", async () => {
    const file = join(folder, "film.json");
    const inputs: [number, number][] = [
      [20, 0x80],
      [25, 0x81],
      [40, 0x82],
      [35, 0],
      [30, 0x40],
    ];
    const sha1 = new Emulator(rom).rom.sha1;
    const bare = { format: "mario-play", version: 1, rom: sha1, stage: "1-1", frames: 150, inputs };
    const unended = parsePlay(JSON.stringify(bare), "film");
    const end = replay(unended, rom);
    writeFileSync(file, JSON.stringify({ ...bare, end }));

    const page = await open(["--replay", file]);
    expect(await page.textContent("#kind")).toBe("1-1 · replay of film.json");
    expect(differences(pictureAfter(unended, 0), await canvasPixels(page))).toBe(0);
    for (let frame = 1; frame <= 40; frame++) {
      await page.keyboard.press("Period");
      if (frame % 8 === 0) {
        expect(
          differences(pictureAfter(unended, frame), await canvasPixels(page)),
          `${frame}`,
        ).toBe(0);
      }
    }
    await page.keyboard.press("KeyP");
    await until(page, `document.querySelector("#begin-text").textContent === "Again"`);
    expect(await page.textContent("#cover-text")).toContain("match the recording");
    expect(differences(pictureAfter(unended), await canvasPixels(page))).toBe(0);
    expect(await page.textContent("#time")).toBe("0:02 / 0:02");

    // Again, from the first frame.
    await page.keyboard.press("KeyR");
    await page.keyboard.press("KeyR");
    await page.keyboard.press("Period");
    expect(differences(pictureAfter(unended, 1), await canvasPixels(page))).toBe(0);
  }, 120_000);

  it("says when a replay ends otherwise than its file says", async () => {
    const file = join(folder, "wrong-end.json");
    const end = { ram: "0".repeat(40), picture: "0".repeat(40) };
    const { sha1 } = new Emulator(rom).rom;
    const play = { format: "mario-play", version: 1, rom: sha1, frames: 5, inputs: [[5, 0]], end };
    writeFileSync(file, JSON.stringify(play));
    const page = await open(["--replay", file]);
    await page.click("#begin");
    await until(page, `document.querySelector("#begin-text").textContent === "Again"`);
    expect(await page.textContent("#cover-text")).toContain("does not match the recording");
  }, 120_000);

  it("makes every pixel of the game a square of whole pixels, whatever the screen's ratio", async () => {
    for (const ratio of [1, 1.5, 1.1]) {
      // As zooming does it; an emulated ratio would be laid out in pixels of the page.
      const args = [`--force-device-scale-factor=${ratio}`, "--window-size=1300,900"];
      const page = await open(["--stage", "1-1"], { viewport: null }, args);
      // The first frame, without what lies over it.
      await page.keyboard.press("Period");
      const game = await canvasPixels(page);
      const scale = Math.floor(
        Number(
          await page.evaluate(`{
        const room = document.querySelector("#screen").getBoundingClientRect();
        Math.min(room.width / ${WIDTH}, room.height / ${HEIGHT}) * devicePixelRatio;
      }`),
        ),
      );
      expect(scale).toBeGreaterThanOrEqual(2);
      const { data, info } = await sharp(await page.screenshot({ scale: "device" }))
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      const at = (x: number, y: number): number => {
        const i = 3 * (y * info.width + x);
        return (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
      };
      const [left, top] = await page.evaluate<number[]>(`{
        const box = document.querySelector("canvas").getBoundingClientRect();
        [box.left * devicePixelRatio, box.top * devicePixelRatio].map(Math.round);
      }`);
      let wrong = 0;
      for (let y = 0; y < HEIGHT * scale; y++) {
        for (let x = 0; x < WIDTH * scale; x++) {
          const pixel = game[Math.floor(y / scale) * WIDTH + Math.floor(x / scale)];
          if (at(left + x, top + y) !== pixel) wrong++;
        }
      }
      expect(wrong, `ratio ${ratio}`).toBe(0);
      await browser!.close();
      await program!.stop();
    }
  }, 180_000);

  it("is usable with thumbs", async () => {
    const file = join(folder, "thumbs.json");
    const page = await open(["--record", file, "--stage", "1-1"], {
      viewport: { width: 390, height: 844 },
      deviceScaleFactor: 3,
      isMobile: true,
      hasTouch: true,
    });
    await page.tap("#begin");
    await waitForFrames(page, 15);
    const press = async (selector: string, frames: number): Promise<void> => {
      const box = (await page.locator(selector).boundingBox())!;
      const session = await page.context().newCDPSession(page);
      const point = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      const before = Number(await page.getAttribute("#recording-text", "data-frames"));
      await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [point] });
      await waitForFrames(page, before + frames + SHOWN_EVERY);
      await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    };
    await press(`[data-button="right"]`, 15);
    await press(`[data-button="a"]`, 15);
    await press(`[data-button="b"]`, 15);
    await press(`[data-button="start"]`, 15);
    await page.tap("#pause");
    const shown = await canvasPixels(page);
    const sizes = await page.evaluate<number[]>(`
      [...document.querySelectorAll("nav button, [data-button]")]
        .map((one) => one.getBoundingClientRect())
        .filter(({ width }) => width > 0)
        .map(({ width, height }) => Math.min(width, height))`);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(44);
    const overflow = "document.documentElement.scrollWidth - innerWidth";
    expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
    const played = await framesPlayed(page);
    await page.close();
    const play = await readFileWhen(file, ({ frames }) => frames === played);
    expect(play.stage).toBe("1-1");
    expect([0x80, 0x01, 0x02, 0x08].every((buttons) => used(play).has(buttons))).toBe(true);
    expect(differences(pictureAfter(play), shown)).toBe(0);
    expect(replay(play, rom)).toEqual(play.end);
  }, 120_000);

  it("can be used from the keyboard alone: Enter on a button is not Start", async () => {
    const file = join(folder, "keys.json");
    const page = await open(["--record", file]);
    await page.keyboard.press("Enter");
    await waitForFrames(page, 15);
    for (let i = 0; i < 20; i++) {
      await page.keyboard.press("Tab");
      if ((await page.evaluate("document.activeElement.id")) === "sound") break;
    }
    await page.keyboard.press("Enter");
    expect(await page.getAttribute("#sound", "aria-pressed")).toBe("false");
    await page.keyboard.press("Escape");
    expect(await page.evaluate("document.activeElement.id")).toBe("screen");
    await hold(page, ["Backspace"], 15);
    await page.keyboard.press("KeyP");
    const played = await framesPlayed(page);
    await page.close();
    const play = await readFileWhen(file, ({ frames }) => frames === played);
    expect(used(play).has(0x08)).toBe(false);
    expect(used(play).has(0x04)).toBe(true);
  }, 120_000);

  it("starts over when asked twice, and keeps the play before", async () => {
    const file = join(folder, "takes.json");
    const page = await open(["--record", file]);
    await page.keyboard.press("Enter");
    await hold(page, ["ArrowUp"], 45);
    await page.keyboard.press("KeyP");
    const played = await framesPlayed(page);
    await page.keyboard.press("KeyR");
    await page.keyboard.press("KeyR");
    expect(await page.getAttribute("#recording-text", "data-frames")).toBe("0");
    // A page that is gone is written down at once.
    await page.reload();
    await page.waitForSelector("#begin:enabled");
    const first = await readFileWhen(file, ({ frames }) => frames === played);
    expect(used(first).has(0x10)).toBe(true);
    await page.keyboard.press("Enter");
    await hold(page, ["ArrowDown"], 35);
    const { code } = await program!.stop();
    expect(code).toBe(0);
    const second = parsePlay(readFileSync(file, "utf8"), file);
    expect(used(second).has(0x20)).toBe(true);
    expect(used(second).has(0x10)).toBe(false);
    expect(replay(second, rom)).toEqual(second.end);
    const kept = join(folder, "takes.previous.json");
    expect(parsePlay(readFileSync(kept, "utf8"), kept)).toEqual(first);
    await until(page, `document.querySelector("#message").textContent.includes("ended")`);
    expect(await page.textContent("#begin-text")).toBe("Resume");
    expect(await page.isVisible("#cover")).toBe(true);
    complaints = complaints.filter((line) => !line.includes("WebSocket"));
  }, 120_000);

  it("sounds at the device's own rate, and is silent when muted", async () => {
    const file = join(folder, "sound.json");
    program = await startProgram(["play", "--stage", "1-1", "--record", file]);
    browser = await openChromium();
    // A device of another rate than jsnes assumes; and counts what goes to the sound worklet.
    await browser.context.addInitScript(`
      const Context = window.AudioContext;
      window.AudioContext = class extends Context {
        constructor(options) {
          super({ ...options, sampleRate: 32000 });
        }
      };
      window.all = 0;
      window.heard = { samples: 0, peak: 0 };
      const post = MessagePort.prototype.postMessage;
      MessagePort.prototype.postMessage = function (message, ...rest) {
        if (message?.type === "samples") {
          heard.samples += message.left.length;
          all += message.left.length;
          for (const sample of message.left) heard.peak = Math.max(heard.peak, Math.abs(sample));
        }
        return post.call(this, message, ...rest);
      };`);
    const page = await newPage(program.url);
    // The samples so far whenever the page shows how many frames it played.
    await page.evaluate(`{
      const counter = document.querySelector("#recording-text");
      window.shown = [];
      new MutationObserver(() => {
        shown.push({ samples: all, frames: Number(counter.dataset.frames) });
      }).observe(counter, { attributeFilter: ["data-frames"] });
    }`);
    interface Heard {
      samples: number;
      peak: number;
    }
    const listen = async (): Promise<Heard> => {
      await page.evaluate("heard.samples = heard.peak = 0");
      await until(page, "heard.samples > 20000");
      return page.evaluate<Heard>("heard");
    };
    await page.keyboard.press("Enter");
    await page.keyboard.down("ArrowRight");
    await page.keyboard.down("KeyX");
    expect((await listen()).peak).toBeGreaterThan(0.01);
    await page.keyboard.press("KeyM");
    // What was on its way is heard first.
    await listen();
    expect((await listen()).peak).toBe(0);

    // Each frame has the sound of 1 / 60.0988 s; but the first ones, while the worklet still loads.
    // A page that is late plays several frames at once, of which it shows one.
    const shown = await page.evaluate<{ samples: number; frames: number }[]>("shown");
    const heard = shown.filter(({ samples }) => samples > 0);
    const first = heard[0];
    const last = heard.at(-1)!;
    expect(last.frames).toBeGreaterThan(first.frames + 60);
    const perFrame = (last.samples - first.samples) / (last.frames - first.frames);
    expect(perFrame / (32_000 / 60.0988)).toBeCloseTo(1, 1);
  }, 120_000);

  it("has one sound worklet, however often and fast it is paused", async () => {
    program = await startProgram(["play", "--stage", "1-1"]);
    browser = await openChromium();
    await browser.context.addInitScript(`
      window.worklets = new Set();
      const { connect, disconnect } = AudioNode.prototype;
      AudioNode.prototype.connect = function (...to) {
        worklets.add(this);
        return connect.apply(this, to);
      };
      AudioNode.prototype.disconnect = function (...from) {
        worklets.delete(this);
        return disconnect.apply(this, from);
      };`);
    const page = await newPage(program.url);
    await page.keyboard.press("Enter");
    // Without a wait between them: faster than a worklet loads.
    await page.evaluate(`for (let i = 0; i < 8; i++) {
      for (const type of ["keydown", "keyup"])
        document.dispatchEvent(new KeyboardEvent(type, { code: "KeyP", bubbles: true }));
    }`);
    await until(page, "worklets.size > 0");
    await page.waitForTimeout(300);
    expect(await page.evaluate("worklets.size")).toBe(1);
    await page.keyboard.press("KeyP");
    await until(page, "worklets.size === 0");
  }, 120_000);

  it("lets in whoever has the address with its token", async () => {
    program = await startProgram(["play", "--host", "0.0.0.0"]);
    browser = await openChromium();
    // Sound without a worklet: one buffer for each frame.
    await browser.context.addInitScript(`
      window.heard = [];
      const start = AudioBufferSourceNode.prototype.start;
      AudioBufferSourceNode.prototype.start = function (when) {
        heard.push([when, this.buffer.duration]);
        return start.call(this, when);
      };`);
    const page = await newPage(program.url);
    expect(page.url()).not.toContain("token");
    await page.keyboard.press("Period");
    expect(differences(pictureAfter(emptyPlay(1)), await canvasPixels(page))).toBe(0);
    // Where this machine has no address but its own, the page is a secure one and has its worklet.
    if (!(await page.evaluate<boolean>("isSecureContext"))) {
      await page.keyboard.press("KeyP");
      await until(page, "heard.length > 60");
      const heard = await page.evaluate<[number, number][]>("heard");
      for (const [i, [when, duration]] of heard.entries()) {
        expect(duration).toBeCloseTo(1 / 60.0988, 3);
        // No overlap.
        if (i > 0) expect(when - heard[i - 1][0]).toBeGreaterThan(heard[i - 1][1] - 1e-6);
      }
    }
    const stranger = await openChromium();
    try {
      const other = await stranger.context.newPage();
      const answer = await other.goto(program.url.replace(/\?.*/, ""));
      expect(answer?.status()).toBe(403);
    } finally {
      await stranger.close();
    }
  }, 120_000);
});

function emptyPlay(frames: number): Play {
  const { sha1 } = new Emulator(rom).rom;
  return { format: "mario-play", version: 1, rom: sha1, frames, inputs: [[frames, 0]] };
}
