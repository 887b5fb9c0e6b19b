import { resolve } from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import { MarioError } from "../../core/errors.js";
import { SCREEN_HEIGHT } from "../../nes/hardware.js";
import { formatOf, type FilmFormat } from "../../viewer/film/film.js";
import { filmWidth } from "../../viewer/overlay/overlay.js";
import { integer } from "../options.js";

/** Which episodes are filmed: the one that got furthest, all, or some, counted from 1. */
export type FilmedEpisodes = "best" | "all" | ReadonlySet<number>;

export interface RecordOptions {
  readonly record?: string;
  readonly recordEpisodes?: FilmedEpisodes;
  readonly overlay?: boolean;
  readonly scale?: number;
  readonly fps?: string;
}

/** What is filmed, and what else is written. */
export interface FilmedPlay {
  /** Which episodes by default. */
  readonly filmed: "best" | "all";
  /** How many are played. */
  readonly episodes: number;
  /** The path of a map. */
  readonly map?: string | undefined;
}

/** The console's 60.0988 frames a second, divided by 1 to 6. */
const RATES = ["60", "30", "20", "15", "12", "10"];
const DEFAULT_RATE: Readonly<Record<FilmFormat, string>> = {
  mp4: "60",
  webp: "30",
  gif: "30",
  png: "30",
};
/** MP4 stores colours at half resolution: from twice the size on no pixel loses its own. */
const DEFAULT_SCALE: Readonly<Record<FilmFormat, number>> = { mp4: 2, webp: 1, gif: 1, png: 1 };

/** @param filmed which episodes by default */
export function addRecordOptions(command: Command, filmed: "best" | "all"): Command {
  return command
    .option(
      "--record <file>",
      "write a film: .webp, .gif, .mp4 (with ffmpeg), or .png for a strip of stills; with %d in its name, one for each episode",
    )
    .addOption(
      new Option(
        "--record-episodes <which>",
        `episodes to film: best, all, or numbers such as 1,3,5-7; default: ${filmed}`,
      ).argParser(filmedEpisodes),
    )
    .option("--overlay", "film what the network sees, its Q-values and the controller, too")
    .addOption(
      new Option("--scale <n>", "film pixels per game pixel; default: 1 (.mp4: 2)").argParser(
        integer(1, 16),
      ),
    )
    .addOption(new Option("--fps <n>", "pictures a second; default: 30 (.mp4: 60)").choices(RATES));
}

function filmedEpisodes(text: string): FilmedEpisodes {
  if (text === "best" || text === "all") return text;
  const numbers = new Set<number>();
  for (const part of text.split(",")) {
    const match = /^\s*(\d{1,6})(?:-(\d{1,6}))?\s*$/.exec(part);
    const first = Number(match?.[1] ?? 0);
    const last = Number(match?.[2] ?? first);
    if (first < 1 || last < first) {
      throw new InvalidArgumentError("It must be best, all, or numbers such as 1,3,5-7.");
    }
    for (let n = first; n <= last; n++) numbers.add(n);
  }
  return numbers;
}

/** All of a film that can be decided before it is opened. */
export interface FilmPlan {
  readonly path: string;
  readonly filmed: FilmedEpisodes;
  readonly overlay: boolean;
  readonly format: FilmFormat;
  readonly film: {
    readonly width: number;
    readonly height: number;
    readonly scale: number;
    readonly framesPerPicture: number;
  };
}

/**
 * @returns undefined where nothing is to be filmed
 * @throws MarioError INVALID_OPTION
 */
export function filmPlan(options: RecordOptions, play: FilmedPlay): FilmPlan | undefined {
  const { record: path, overlay = false } = options;
  if (path === undefined) {
    const idle = (["recordEpisodes", "overlay", "scale", "fps"] as const).find(
      (name) => options[name] !== undefined,
    );
    if (idle === undefined) return undefined;
    const flag = idle.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new MarioError("INVALID_OPTION", `--${flag} has no effect without --record.`, {
      remedy: "Add --record film.webp, for example.",
    });
  }
  const format = formatOf(path);
  refuseImpossible(path, format, options, play);
  return {
    path,
    overlay,
    format,
    filmed: options.recordEpisodes ?? play.filmed,
    film: {
      width: filmWidth(overlay),
      height: SCREEN_HEIGHT,
      scale: options.scale ?? DEFAULT_SCALE[format],
      framesPerPicture: 60 / Number(options.fps ?? DEFAULT_RATE[format]),
    },
  };
}

function refuseImpossible(
  path: string,
  format: FilmFormat,
  { recordEpisodes, fps }: RecordOptions,
  { episodes, map }: FilmedPlay,
): void {
  const refuse = (what: string, remedy: string): MarioError =>
    new MarioError("INVALID_OPTION", what, { remedy });
  const last = recordEpisodes instanceof Set ? lastOf(recordEpisodes) : 0;
  if (last > episodes) {
    throw refuse(
      `Episode ${last} cannot be filmed: ${episodes === 1 ? "only 1 is" : `only ${episodes} are`} played.`,
      "Choose others with --record-episodes, or play more.",
    );
  }
  if (format === "gif" && fps === "60") {
    throw refuse(
      "A GIF cannot show 60 pictures a second.",
      `Choose --fps ${RATES.slice(1).join(", ")}, or name the film .webp or .mp4.`,
    );
  }
  if (map !== undefined && resolve(map) === resolve(path)) {
    throw refuse(`--map and --record both name ${path}.`, "Give each a file of its own.");
  }
}

/** Not by a spread: they may be more than a call can take. */
function lastOf(episodes: ReadonlySet<number>): number {
  let last = 0;
  for (const episode of episodes) last = Math.max(last, episode);
  return last;
}
