import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findMp4Encoder, Mp4Film } from "../../../src/viewer/film/mp4.js";
import { delays } from "../../../src/viewer/film/timing.js";
import {
  checkFilm,
  formatOf,
  openFilm,
  openGif,
  type Film,
  type FilmOptions,
} from "../../../src/viewer/film/film.js";
import { nesPicture } from "../../../src/picture/picture.js";
import { testScreen } from "../../picture/test-picture.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "film-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Adds these test screens; yields as the recorder does. */
async function add(film: Film, screens: Iterable<number>): Promise<Film> {
  for (const screen of screens) {
    film.add(nesPicture(testScreen(screen)));
    await film.ready();
  }
  return film;
}

async function write(path: string, pictures: number, options: FilmOptions = {}) {
  return (await add(await openFilm(path, options), Array(pictures).keys())).finish();
}

const total = (times: readonly number[] | undefined) => times?.reduce((sum, ms) => sum + ms, 0);

/** RGB at (x, y) of one page of a written file. */
async function pixelAt(file: string | Uint8Array, page: number, x: number, y: number) {
  const { data, info } = await sharp(file, { page }).raw().toBuffer({ resolveWithObject: true });
  const at = (y * info.width + x) * info.channels;
  return (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
}

/** Pixels of all pages that differ from the test screens, enlarged. */
async function wrongPixels(file: string | Uint8Array, screens: readonly number[], scale: number) {
  const image = sharp(file, { animated: true, limitInputPixels: false });
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  expect(info.height).toBe(screens.length * 240 * scale);
  let wrong = 0;
  screens.forEach((number, page) => {
    const screen = testScreen(number);
    for (let y = 0; y < 240 * scale; y++) {
      for (let x = 0; x < info.width; x++) {
        const at = info.channels * ((page * 240 * scale + y) * info.width + x);
        const rgb = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
        if (rgb !== screen[Math.floor(y / scale) * 256 + Math.floor(x / scale)]) wrong++;
      }
    }
  });
  return wrong;
}

describe("animated WebP", () => {
  it("is lossless over the joints of its pieces, and takes the right time", async () => {
    const path = join(folder, "film.webp");
    // 32 pictures are one piece: two whole ones and a rest.
    const summary = await write(path, 70, { framesPerPicture: 4 });
    const meta = await sharp(path, { animated: true }).metadata();
    expect(meta).toMatchObject({ format: "webp", width: 256, pageHeight: 240, pages: 70, loop: 0 });
    // 4 frames are 66.557 ms: 67 and 66 in turn, so that the sum stays right.
    expect(meta.delay?.slice(0, 6)).toEqual([67, 66, 67, 66, 67, 66]);
    expect(total(meta.delay)).toBe(Math.round((70 * 4000) / 60.0988));
    expect(await wrongPixels(path, [...Array(70).keys()], 1)).toBe(0);
    const { length } = await readFile(path);
    expect(summary).toEqual({
      bytes: length,
      pictures: 70,
      seconds: 280 / 60.0988,
      width: 256,
      height: 240,
    });
    const riff = await readFile(path);
    expect(riff.readUInt32LE(4)).toBe(length - 8);
  });

  it("enlarges every pixel to a block", async () => {
    const path = join(folder, "large.webp");
    expect(await write(path, 5, { scale: 3 })).toMatchObject({ width: 768, height: 720 });
    expect(await wrongPixels(path, [0, 1, 2, 3, 4], 3)).toBe(0);
  });

  it("keeps time where pictures do not change: in a piece, at a joint, from end to end", async () => {
    const stills = [...Array<number>(33).fill(0), 1, 1, 1, ...Array<number>(40).fill(2)];
    for (const screens of [stills, Array<number>(64).fill(3), [0]]) {
      const path = join(folder, `stills-${screens.length}.webp`);
      await (await add(await openFilm(path, { framesPerPicture: 1 }), screens)).finish();
      const meta = await sharp(path, { animated: true }).metadata();
      expect(total(meta.delay)).toBe(Math.round((screens.length * 1000) / 60.0988));
      const last = testScreen(screens[screens.length - 1]);
      const lastPage = (meta.pages ?? 1) - 1;
      expect(await pixelAt(path, lastPage, 40, 60)).toBe(last[60 * 256 + 40]);
    }
  });

  it("has its name only when it is whole", async () => {
    const path = join(folder, "pending.webp");
    const film = await add(await openFilm(path), Array(40).keys());
    expect((await readdir(folder)).filter((name) => name.startsWith("pending"))).toEqual([
      "pending.webp.part",
    ]);
    await film.discard();
    expect((await readdir(folder)).filter((name) => name.startsWith("pending"))).toEqual([]);
  });

  it("copies what it is given", async () => {
    const path = join(folder, "copied.webp");
    const screen = testScreen(1);
    const film = await openFilm(path);
    film.add(nesPicture(screen));
    screen.fill(0);
    await film.finish();
    expect(await pixelAt(path, 0, 40, 60)).toBe(testScreen(1)[60 * 256 + 40]);
  });
});

describe("animated GIF", () => {
  it("has exact pixels over the joints of its pieces, and delays in hundredths", async () => {
    const path = join(folder, "film.gif");
    await write(path, 70, { framesPerPicture: 4 });
    const meta = await sharp(path, { animated: true }).metadata();
    expect(meta).toMatchObject({ format: "gif", width: 256, pageHeight: 240, pages: 70, loop: 0 });
    expect(meta.delay?.slice(0, 5)).toEqual([70, 60, 70, 70, 60]);
    expect(Math.abs(total(meta.delay)! - (70 * 4000) / 60.0988)).toBeLessThanOrEqual(5);
    expect(await wrongPixels(path, [...Array(70).keys()], 1)).toBe(0);
  });

  it("keeps time where pictures do not change, and in a last piece of one", async () => {
    const path = join(folder, "stills.gif");
    const screens = [...Array<number>(32).fill(0), 1];
    await (await add(await openFilm(path, { framesPerPicture: 4 }), screens)).finish();
    const meta = await sharp(path, { animated: true }).metadata();
    expect(Math.abs(total(meta.delay)! - (33 * 4000) / 60.0988)).toBeLessThanOrEqual(5);
    expect(await pixelAt(path, meta.pages! - 1, 40, 60)).toBe(testScreen(1)[60 * 256 + 40]);
  });

  it("is never so fast that browsers slow it down", async () => {
    await expect(openFilm(join(folder, "a.gif"), { framesPerPicture: 1 })).rejects.toMatchObject({
      code: "INVALID_OPTION",
      remedy: "Choose a whole number from 2 to 60.",
    });
  });

  it("is made in memory, too", async () => {
    const { film, bytes } = openGif({ framesPerPicture: 4 });
    await (await add(film, [3, 4])).finish();
    expect(await wrongPixels(bytes(), [3, 4], 1)).toBe(0);
  });
});

describe("strip of stills", () => {
  it("is evenly spaced from the first to the last, four in a row", async () => {
    const path = join(folder, "film.png");
    await write(path, 23);
    const meta = await sharp(path).metadata();
    expect(meta).toMatchObject({ width: 4 * 256 + 3 * 4, height: 3 * 240 + 2 * 4 });
    expect(await pixelAt(path, 0, 40, 60)).toBe(testScreen(0)[60 * 256 + 40]);
    expect(await pixelAt(path, 0, 260 + 40, 60)).toBe(testScreen(2)[60 * 256 + 40]);
    expect(await pixelAt(path, 0, 3 * 260 + 41, 2 * 244 + 60)).toBe(testScreen(22)[60 * 256 + 41]);
    expect(await pixelAt(path, 0, 257, 60)).toBe(0);
  });

  it("shows the last picture of a long film, and a film of one", async () => {
    const path = join(folder, "long.png");
    await write(path, 300);
    expect(await pixelAt(path, 0, 3 * 260 + 41, 2 * 244 + 60)).toBe(testScreen(299)[60 * 256 + 41]);
    const still = join(folder, "still.png");
    expect(await write(still, 1)).toMatchObject({ width: 256, height: 240 });
  });
});

const ffmpeg = (...args: string[]) => spawnSync("ffmpeg", args, { maxBuffer: 2 ** 28 });

describe.runIf(ffmpeg("-version").status === 0)("MP4", () => {
  it("has the console's frame rate and, at an even scale, its pixels", async () => {
    const path = join(folder, "film.mp4");
    const summary = await write(path, 61, { scale: 2, framesPerPicture: 1 });
    expect(summary).toMatchObject({ pictures: 61, width: 512, height: 480 });
    expect(summary.bytes).toBe((await readFile(path)).length);
    const report = ffmpeg("-i", path).stderr.toString();
    expect(report).toMatch(/Video: .*yuv420p.*512x480.* 60\.10 fps/);
    expect(report).toMatch(/Duration: 00:00:01\.0[12]/);
    const raw = ffmpeg(
      ...["-v", "error", "-i", path, "-vf", "scale=in_color_matrix=bt709:flags=neighbor"],
      ...["-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"],
    ).stdout;
    expect(raw.length).toBe(61 * 512 * 480 * 3);
    // Lossy: every channel of a flat area within a few levels of 255.
    for (const page of [0, 30, 60]) {
      const rgb = testScreen(page)[60 * 256 + 44];
      const at = 3 * ((page * 480 + 120) * 512 + 88);
      const channels = [rgb >> 16, (rgb >> 8) & 0xff, rgb & 0xff];
      channels.forEach((value, k) => {
        expect(Math.abs(raw[at + k] - value)).toBeLessThanOrEqual(12);
      });
    }
  });

  it("says what ffmpeg says, and leaves nothing behind", async () => {
    const path = join(folder, "missing", "film.mp4");
    const film = await openFilm(path);
    film.add(nesPicture(testScreen(0)));
    await expect(film.finish()).rejects.toMatchObject({
      code: "NOT_WRITABLE",
      message: expect.stringContaining("No such file") as string,
    });
    const given = await openFilm(join(folder, "given-up.mp4"));
    given.add(nesPicture(testScreen(0)));
    await given.discard();
    expect((await readdir(folder)).filter((name) => name.startsWith("given-up"))).toEqual([]);
  });
});

describe.skipIf(process.platform === "win32")(
  "MP4, when ffmpeg ends in the midst of a film",
  () => {
    const options = { width: 256, height: 240, scale: 1, framesPerPicture: 1 };

    /** Adds pictures as the recorder does, to a program in ffmpeg's place that takes one and ends so. */
    async function addTo(path: string, ending: string): Promise<void> {
      const program = join(folder, "ends.sh");
      await writeFile(program, `#!/bin/sh\nhead -c 200000 >/dev/null\n${ending}\n`, {
        mode: 0o755,
      });
      const film = new Mp4Film(path, options, "libx264", program);
      try {
        await add(film, Array(200).keys());
      } finally {
        await film.discard();
      }
    }

    it.each([
      [
        "a full disk",
        "echo 'av_write: No space left on device' >&2; exit 1",
        "DISK_FULL",
        /^No space left/,
      ],
      ["its last words", "echo one >&2; echo two >&2; exit 1", "NOT_WRITABLE", /film.mp4': two\.$/],
      ["the signal", "kill -9 $$", "NOT_WRITABLE", /film.mp4': it was ended by SIGKILL\.$/],
    ])("says %s, not that a pipe broke", async (_, ending, code, message) => {
      const error: unknown = await addTo(join(folder, "film.mp4"), ending).catch(
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
    });
  },
);

describe("what cannot be", () => {
  it("is said before the first picture", async () => {
    const film = join(folder, "film.webp");
    await checkFilm(film);
    await expect(checkFilm(film, { scale: 1.5 })).rejects.toThrow(/enlarged 1.5 times/);
    await expect(checkFilm(film, { framesPerPicture: 0 })).rejects.toThrow(/cannot last 0/);
    await expect(checkFilm(join(folder, "missing", "a.webp"))).rejects.toMatchObject({
      code: "NOT_WRITABLE",
    });
    await expect(openFilm(join(folder, "missing", "a.gif"))).rejects.toMatchObject({
      code: "NOT_WRITABLE",
    });
    expect(() => formatOf("film.avi")).toThrow(/film.avi/);
    expect(() => formatOf("film")).toThrow();
    expect(formatOf("a.b/FILM.GIF")).toBe("gif");
  });

  it("MP4 without ffmpeg, with the remedy", async () => {
    await expect(findMp4Encoder("no-such-program")).rejects.toMatchObject({
      code: "NOT_WRITABLE",
      remedy: expect.stringContaining("Install ffmpeg") as string,
    });
  });
});

it("delays never drift from real time", () => {
  const hour = delays(54_000, (1000 * 4) / 60.0988, 10);
  expect(Math.abs(total(hour)! - (54_000 * 4000) / 60.0988)).toBeLessThanOrEqual(5);
  expect(new Set(hour)).toEqual(new Set([60, 70]));
  expect([...delays(7, 33.3, 10), ...delays(5, 33.3, 10, 7)]).toEqual(delays(12, 33.3, 10));
});
