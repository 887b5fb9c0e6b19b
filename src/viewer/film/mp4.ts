import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rename, stat } from "node:fs/promises";
import { MarioError } from "../../core/errors.js";
import { asWriteError } from "../../core/write-error.js";
import type { Film, FilmOptions, FilmSummary } from "./film.js";
import { FRAME_RATE } from "../../nes/hardware.js";
import { drawRgb, type Picture } from "../../picture/picture.js";
import { removeTemporary, temporaryOf } from "../../picture/save-file.js";

/** NTSC frames a second as a fraction, 60.0988…: 39,375,000 / 655,171. */
const FRAMES_NUMERATOR = 39_375_000;
const FRAMES_DENOMINATOR = 655_171;
/** Encoders of H.264, or what all players of MP4 know besides, in order of quality. */
const ENCODERS = [
  { name: "libx264", options: ["-crf", "17", "-preset", "medium"] },
  { name: "h264_videotoolbox", options: ["-q:v", "70"] },
  { name: "libopenh264", options: ["-b:v", "4M"] },
  { name: "mpeg4", options: ["-q:v", "2"] },
] as const;
/** The system's words for a disk without room (`strerror`), and the codes they stand for. */
const FULL_DISK = [
  { said: /no space left/i, code: "ENOSPC" },
  { said: /quota exceeded/i, code: "EDQUOT" },
  { said: /file too large/i, code: "EFBIG" },
] as const;
/** Of what ffmpeg says on standard error. */
const LAST_WORDS = 2000;

/**
 * Whether MP4 can be written here.
 * @returns the name of the encoder that ffmpeg has
 * @throws MarioError NOT_WRITABLE without ffmpeg
 */
export async function findMp4Encoder(ffmpeg = "ffmpeg"): Promise<string> {
  const child = spawn(ffmpeg, ["-hide_banner", "-loglevel", "error", "-encoders"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let list = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (list += text));
  try {
    await once(child, "close");
  } catch (cause) {
    throw new MarioError("NOT_WRITABLE", "MP4 needs ffmpeg, and there is none on the PATH.", {
      cause,
      remedy: "Install ffmpeg (apt, brew or winget install ffmpeg), or name the film .webp.",
    });
  }
  const found = ENCODERS.find(({ name }) => new RegExp(`^ V\\S+ ${name} `, "m").test(list));
  if (found) return found.name;
  throw new MarioError("NOT_WRITABLE", "This ffmpeg has no encoder for MP4.", {
    remedy: "Install an ffmpeg with libx264, or name the film .webp.",
  });
}

/**
 * Pipes pictures to ffmpeg as they come: nothing is kept. It enlarges them by whole pixels. Colours
 * are stored at half resolution, as players want it, so that only even scales are pixel-exact.
 */
export class Mp4Film implements Film {
  readonly #options: Required<FilmOptions>;
  readonly #path: string;
  readonly #temporary: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #pictures = 0;
  #lastWords = "";
  #failure: unknown;

  /** @param encoder from {@link findMp4Encoder} */
  constructor(path: string, options: Required<FilmOptions>, encoder: string, ffmpeg = "ffmpeg") {
    this.#options = options;
    this.#path = path;
    this.#temporary = temporaryOf(path);
    this.#child = spawn(ffmpeg, ffmpegArguments(options, encoder, this.#temporary), {
      stdio: ["pipe", "ignore", "pipe"],
      // A Ctrl-C in the terminal reaches us; ffmpeg must live to write the film's end.
      detached: true,
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS);
    });
    // A broken pipe: the exit status and its last words tell more.
    this.#child.stdin?.on("error", () => undefined);
    this.#ended = new Promise((resolve) => {
      this.#child.once("error", (error) => {
        this.#failure = error;
        resolve();
      });
      this.#child.once("close", (code, signal) => {
        if (signal !== null) this.#lastWords += `\nit was ended by ${signal}`;
        if (code !== 0) this.#failure ??= new Error(`ffmpeg: ${this.#lastWords.trim()}`);
        resolve();
      });
    });
  }

  get pictures(): number {
    return this.#pictures;
  }

  add(picture: Picture): void {
    this.#pictures++;
    if (this.#failure !== undefined) return;
    const rgb = new Uint8Array(3 * picture.width * picture.height);
    drawRgb(picture, 1, rgb, 0, picture.width);
    this.#child.stdin?.write(rgb);
  }

  async ready(): Promise<void> {
    const { stdin } = this.#child;
    if (stdin?.writableNeedDrain) {
      // A pipe that breaks meanwhile: how ffmpeg ended tells more.
      const drained = once(stdin, "drain").catch(() => this.#ended);
      await Promise.race([drained, this.#ended]);
    }
    if (this.#failure !== undefined) throw this.#explain();
  }

  async finish(): Promise<FilmSummary> {
    this.#child.stdin?.end();
    await this.#ended;
    if (this.#failure !== undefined) {
      await removeTemporary(this.#path);
      throw this.#explain();
    }
    try {
      await rename(this.#temporary, this.#path);
      const { width, height, scale, framesPerPicture } = this.#options;
      return {
        bytes: (await stat(this.#path)).size,
        pictures: this.#pictures,
        seconds: (this.#pictures * framesPerPicture) / FRAME_RATE,
        width: width * scale,
        height: height * scale,
      };
    } catch (error) {
      throw asWriteError(error, this.#path);
    }
  }

  async discard(): Promise<void> {
    this.#child.kill();
    await this.#ended;
    await removeTemporary(this.#path);
  }

  #explain(): unknown {
    const words = this.#lastWords.trim();
    const full = FULL_DISK.find(({ said }) => said.test(words));
    if (full) {
      return asWriteError(Object.assign(new Error(words), { code: full.code }), this.#path);
    }
    const [why] = words.split("\n").slice(-1);
    return new MarioError("NOT_WRITABLE", `ffmpeg could not write '${this.#path}': ${why}.`, {
      value: this.#path,
      cause: this.#failure,
      remedy: "Check that the folder exists and is writable, or name the film .webp.",
    });
  }
}

function ffmpegArguments(
  { width, height, scale, framesPerPicture }: Required<FilmOptions>,
  encoder: string,
  path: string,
): string[] {
  const rate = `${FRAMES_NUMERATOR}/${FRAMES_DENOMINATOR * framesPerPicture}`;
  const size = `${width * scale}:${height * scale}`;
  const { options } = ENCODERS.find(({ name }) => name === encoder) ?? ENCODERS[0];
  return [
    ...["-hide_banner", "-loglevel", "error", "-y"],
    ...["-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", `${width}x${height}`],
    ...["-framerate", rate, "-i", "pipe:0", "-an"],
    ...["-vf", `scale=${size}:flags=neighbor:out_color_matrix=bt709:out_range=tv`],
    ...["-pix_fmt", "yuv420p", "-colorspace", "bt709", "-color_primaries", "bt709"],
    ...["-color_trc", "bt709", "-color_range", "tv"],
    ...["-c:v", encoder, ...options],
    // The index first, so that a browser can start to play before it has all.
    ...["-movflags", "+faststart", "-f", "mp4", `file:${path}`],
  ];
}
