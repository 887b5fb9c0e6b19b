import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { delays, Film, formatOf } from "../../src/viewer/film.js";
import { testScreen } from "./test-picture.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "film-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

function film(pictures: number, options: ConstructorParameters<typeof Film>[0] = {}): Film {
  const made = new Film(options);
  for (let i = 0; i < pictures; i++) expect(made.add(testScreen(i))).toBe(true);
  return made;
}

/** RGB at (x, y) of one page of a written file. */
async function pixelAt(path: string, page: number, x: number, y: number): Promise<number> {
  const { data, info } = await sharp(path, { page }).raw().toBuffer({ resolveWithObject: true });
  const at = (y * info.width + x) * info.channels;
  return (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
}

describe("Film", () => {
  it("writes a lossless animated WebP with exact pixels and delays", async () => {
    const path = join(folder, "film.webp");
    await film(6, { framesPerPicture: 4, scale: 2 }).write(path);
    const meta = await sharp(path, { animated: true }).metadata();
    expect(meta).toMatchObject({ format: "webp", width: 512, pageHeight: 480, pages: 6, loop: 0 });
    // 4 frames are 66.557 ms: 67 and 66 in turn, so that the sum stays right.
    expect(meta.delay).toEqual([67, 66, 67, 66, 67, 66]);
    for (const page of [0, 5]) {
      expect(await pixelAt(path, page, 0, 0)).toBe(0x0000ff);
      const screen = testScreen(page);
      expect(await pixelAt(path, page, 511, 479)).toBe(screen[239 * 256 + 255]);
      expect(await pixelAt(path, page, 33, 101)).toBe(screen[50 * 256 + 16]);
    }
  });

  it("writes an animated GIF in hundredths of a second", async () => {
    const path = join(folder, "film.gif");
    await film(5, { framesPerPicture: 4 }).write(path);
    const meta = await sharp(path, { animated: true }).metadata();
    expect(meta).toMatchObject({ format: "gif", width: 256, pageHeight: 240, pages: 5, loop: 0 });
    expect(meta.delay).toEqual([70, 60, 70, 70, 60]);
    const screen = testScreen(3);
    expect(await pixelAt(path, 3, 40, 60)).toBe(screen[60 * 256 + 40]);
    expect(await pixelAt(path, 3, 60, 60)).toBe(screen[60 * 256 + 60]);
  });

  it("leaves out every other picture of a GIF that browsers would slow down", async () => {
    const path = join(folder, "fast.gif");
    await film(6, { framesPerPicture: 1 }).write(path);
    const meta = await sharp(path, { animated: true }).metadata();
    expect(meta.pages).toBe(3);
    expect(meta.delay).toEqual([30, 40, 30]);
    expect(await pixelAt(path, 1, 40, 60)).toBe(testScreen(2)[60 * 256 + 40]);
  });

  it("writes a strip of stills, evenly spaced, four in a row", async () => {
    const path = join(folder, "film.png");
    await film(23).write(path);
    const meta = await sharp(path).metadata();
    expect(meta).toMatchObject({ width: 4 * 256 + 3 * 4, height: 3 * 240 + 2 * 4 });
    expect(await pixelAt(path, 0, 40, 60)).toBe(testScreen(0)[60 * 256 + 40]);
    expect(await pixelAt(path, 0, 260 + 40, 60)).toBe(testScreen(2)[60 * 256 + 40]);
    expect(await pixelAt(path, 0, 3 * 260 + 41, 2 * 244 + 60)).toBe(testScreen(22)[60 * 256 + 41]);
    expect(await pixelAt(path, 0, 257, 60)).toBe(0);
  });

  it("writes a film of one picture, and an animation of identical ones", async () => {
    const still = new Film();
    still.add(testScreen(0));
    expect((await sharp(await still.encode("png")).metadata()).width).toBe(256);
    expect((await sharp(await still.encode("webp")).metadata()).height).toBe(240);
    still.add(testScreen(0));
    still.add(testScreen(1));
    const meta = await sharp(await still.encode("webp"), { animated: true }).metadata();
    expect(meta.delay?.reduce((sum, delay) => sum + delay)).toBe(50);
  });

  it("copies what it is given and stops when full", () => {
    const small = new Film({ maxPictures: 2 });
    const screen = testScreen(0);
    expect(small.add(screen)).toBe(true);
    expect(small.add(screen)).toBe(true);
    expect(small.add(screen)).toBe(false);
    expect(small.length).toBe(2);
  });

  it("refuses nonsense clearly", async () => {
    expect(() => new Film({ scale: 1.5 })).toThrow(/enlarged 1.5 times/);
    expect(() => new Film({ scale: 16, maxPictures: 100 })).toThrow(/maxPictures cannot be 100/);
    expect(() => new Film({ framesPerPicture: 0 })).toThrow(/framesPerPicture/);
    expect(() => formatOf("film.mp4")).toThrow(/film.mp4/);
    expect(() => formatOf("film")).toThrow();
    expect(formatOf("a.b/FILM.GIF")).toBe("gif");
    await expect(new Film().encode("gif")).rejects.toThrow(/no pictures/);
    await expect(film(1).write(join(folder, "missing", "a.png"))).rejects.toMatchObject({
      code: "NOT_WRITABLE",
    });
    await expect(readFile(join(folder, "missing"))).rejects.toThrow();
  });
});

it("delays never drift from real time", () => {
  const hour = delays(54_000, (1000 * 4) / 60.0988, 10);
  const total = hour.reduce((sum, delay) => sum + delay);
  expect(Math.abs(total - (54_000 * 4000) / 60.0988)).toBeLessThanOrEqual(5);
  expect(new Set(hour)).toEqual(new Set([60, 70]));
});
