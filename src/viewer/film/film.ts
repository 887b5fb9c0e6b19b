import { MarioError } from "../../core/errors.js";
import { SCREEN_HEIGHT, SCREEN_WIDTH } from "../../nes/hardware.js";
import { AnimatedFilm } from "./animation.js";
import { findMp4Encoder, Mp4Film } from "./mp4.js";
import { fileOutput, MemoryOutput } from "./film-output.js";
import { FilmStrip } from "./strip.js";
import { checkScale, loadSharp } from "../../picture/load-sharp.js";
import type { Picture } from "../../picture/picture.js";
import { requireFileName } from "../../picture/save-file.js";

export interface FilmOptions {
  /** Of the pictures before they are enlarged. Default the console's, 256 × 240. */
  readonly width?: number;
  readonly height?: number;
  /** Whole-number enlargement, 1 to 16. Default 1. */
  readonly scale?: number;
  /** Emulator frames from one picture to the next, 1 to 60; for GIF 2 at least. Default 2. */
  readonly framesPerPicture?: number;
}

/** What became of a film. */
export interface FilmSummary {
  readonly bytes: number;
  readonly pictures: number;
  /** Playing time. */
  readonly seconds: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** A film that is being written while pictures come, in constant memory. */
export interface Film {
  /** Pictures added so far. */
  readonly pictures: number;
  /** @param picture of the film's size; copied */
  add(picture: Picture): void;
  /**
   * Resolves when there is room for more; to be awaited now and then.
   * @throws MarioError NOT_WRITABLE, DISK_FULL
   */
  ready(): Promise<void>;
  /** Writes the end; only now the file has its name. @throws as `ready` */
  finish(): Promise<FilmSummary>;
  /** Gives up and leaves no file behind. */
  discard(): Promise<void>;
}

export type FilmFormat = "webp" | "gif" | "png" | "mp4";

/** A browser shows a GIF's picture of less than 20 ms for 100. */
const GIF_LEAST_FRAMES = 2;

/** @throws MarioError INVALID_OPTION for any other extension. */
export function formatOf(path: string): FilmFormat {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1].toLowerCase();
  if (extension === "webp" || extension === "gif" || extension === "png" || extension === "mp4") {
    return extension;
  }
  throw new MarioError("INVALID_OPTION", `A film cannot be written as '${path}'.`, {
    value: path,
    remedy: "Name it .webp (smallest), .gif, .mp4 (with ffmpeg) or .png (a strip of stills).",
  });
}

/**
 * All that can be known to be wrong before there are pictures.
 * @throws MarioError INVALID_OPTION, NOT_WRITABLE
 */
export async function checkFilm(path: string, options: FilmOptions = {}): Promise<void> {
  const format = formatOf(path);
  completed(format, options);
  if (format === "mp4") await findMp4Encoder();
  else await loadSharp();
  await requireFileName(path);
}

/**
 * Starts a film; its extension says which: `.webp` (lossless), `.gif`, `.mp4` (by ffmpeg) or `.png`
 * (a strip of stills).
 * @throws MarioError INVALID_OPTION, NOT_WRITABLE
 */
export async function openFilm(path: string, options: FilmOptions = {}): Promise<Film> {
  const format = formatOf(path);
  const complete = completed(format, options);
  if (format === "mp4") return new Mp4Film(path, complete, await findMp4Encoder());
  const output = await fileOutput(path);
  return format === "png"
    ? new FilmStrip(complete, output)
    : new AnimatedFilm(format, complete, output);
}

/** An animated GIF in memory, e.g. for TensorBoard. @throws MarioError INVALID_OPTION */
export function openGif(options: FilmOptions): { film: Film; bytes: () => Uint8Array } {
  const output = new MemoryOutput();
  const film = new AnimatedFilm("gif", completed("gif", options), output);
  return { film, bytes: () => output.bytes };
}

function completed(format: FilmFormat, options: FilmOptions): Required<FilmOptions> {
  const { scale = 1, framesPerPicture = 2 } = options;
  const { width = SCREEN_WIDTH, height = SCREEN_HEIGHT } = options;
  checkScale(scale);
  const least = format === "gif" ? GIF_LEAST_FRAMES : 1;
  const isWhole = Number.isInteger(framesPerPicture);
  if (!isWhole || framesPerPicture < least || framesPerPicture > 60) {
    throw new MarioError(
      "INVALID_OPTION",
      `A picture of a ${format.toUpperCase()} cannot last ${framesPerPicture} of the console's frames.`,
      { value: framesPerPicture, remedy: `Choose a whole number from ${least} to 60.` },
    );
  }
  return { width, height, scale, framesPerPicture };
}
