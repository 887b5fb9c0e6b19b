import { basename, dirname, join } from "node:path";
import { isWriteError } from "../../core/write-error.js";
import type { MarioEnv } from "../../env/mario-env.js";
import type { EpisodeSummary } from "../../trainer/episode.js";
import { formatDuration } from "../../logging/progress.js";
import { FRAME_RATE } from "../../nes/hardware.js";
import { checkFilm, openFilm, type Film, type FilmSummary } from "../../viewer/film/film.js";
import type { PlayReport } from "../evaluate/play-report.js";
import { filmEpisode, picturesIn } from "./film-episode.js";
import type { FilmPlan } from "./film-options.js";
import { TracedEnvironment, type EpisodeTrace } from "./episode-trace.js";

export interface RecorderOptions {
  readonly plan: FilmPlan;
  readonly environment: MarioEnv;
  /** For the overlay; undefined where no network plays. */
  readonly qValues?: (observation: Uint8Array) => ArrayLike<number>;
  readonly report: PlayReport;
  /** Once it becomes true, a film ends where it is; one begun afterwards is filmed to its end. */
  readonly shouldStop: () => boolean;
}

/** Beyond this browsers take long to open an animated picture. */
const MAX_ANIMATION_SECONDS = 600;
/** In a name: the episode's number, perhaps with leading zeros, as ffmpeg has it. */
const NUMBER_IN_NAME = /%(0?\d*)d/;

/**
 * Films episodes after they were played, by playing them again: only those worth it are drawn and
 * encoded, and playing is not slowed down.
 */
export class Recorder {
  /** To be played in. */
  readonly environment: TracedEnvironment;
  readonly #options: RecorderOptions;
  #episodes = 0;
  #best: { episode: EpisodeSummary; number: number; trace: EpisodeTrace } | undefined;
  /** The one film of several episodes. */
  #film: { readonly film: Film; readonly path: string; frames: number } | undefined;
  #filmed = 0;
  /** What kept a film from being written; nothing is filmed any more. */
  #failure: Error | undefined;

  private constructor(options: RecorderOptions) {
    this.#options = options;
    this.environment = new TracedEnvironment(options.environment);
  }

  /** @throws MarioError INVALID_OPTION, NOT_WRITABLE: whatever can be known to be wrong now. */
  static async open(options: RecorderOptions): Promise<Recorder> {
    const { path, film } = options.plan;
    await checkFilm(path, film);
    return new Recorder(options);
  }

  /**
   * To be awaited at the end of every episode. A film that cannot be written is an error of
   * {@link Recorder.finish} only: the remaining episodes are played all the same.
   */
  async onEpisode(episode: EpisodeSummary): Promise<void> {
    if (this.#failure !== undefined) return;
    const { filmed } = this.#options.plan;
    const number = ++this.#episodes;
    const { trace } = this.environment;
    if (filmed === "best") {
      if (!this.#best || isBetter(episode, this.#best.episode)) {
        this.#best = { episode, number, trace };
      }
    } else if (filmed === "all" || filmed.has(number)) {
      try {
        await this.#filmEpisode(trace, number);
      } catch (error) {
        if (!isWriteError(error)) throw error;
        this.#failure = error;
        await this.discard();
        this.#options.report.note(
          {},
          `recording stopped: ${error.message} The remaining episodes are played without it.`,
        );
      }
    }
  }

  /**
   * Films what was waited with, and ends the film.
   * @throws MarioError NOT_WRITABLE, DISK_FULL, also of a film that failed earlier
   */
  async finish(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const best = this.#best;
    if (best) await this.#filmEpisode(best.trace, best.number);
    await this.#endFilm();
    if (this.#filmed === 0) {
      this.#options.report.warn("no film: none of the episodes to be filmed was played to its end");
    }
  }

  /** Leaves no half-written film behind. */
  async discard(): Promise<void> {
    await this.#film?.film.discard();
    this.#film = undefined;
  }

  async #filmEpisode(trace: EpisodeTrace, number: number): Promise<void> {
    const { plan, environment, qValues, report } = this.#options;
    // Who stopped the playing wants the film of what was played.
    const wasStopped = this.#options.shouldStop();
    const shouldStop = () => !wasStopped && this.#options.shouldStop();
    const { framesPerPicture } = plan.film;
    const path = nameOf(plan.path, number);
    if (this.#film !== undefined && this.#film.path !== path) await this.#endFilm();
    this.#film ??= { film: await openFilm(path, plan.film), path, frames: 0 };
    const current = this.#film;
    const isAnimation = plan.format === "webp" || plan.format === "gif";
    const room = isAnimation ? MAX_ANIMATION_SECONDS * FRAME_RATE : Infinity;
    const maxFrames = Math.max(0, Math.floor(room - current.frames));
    if (maxFrames === 0) return;
    const frames = Math.min(trace.frames, maxFrames);
    const line = report.task(picturesIn(frames, framesPerPicture), "pictures");
    let pictures = 0;
    try {
      await filmEpisode({
        environment,
        trace,
        qValues,
        shouldStop,
        maxFrames,
        framesPerPicture,
        film: current.film,
        overlay: plan.overlay,
        onPicture: () => {
          line.update({ steps: ++pictures, detail: `filming episode ${number}` });
        },
      });
    } finally {
      line.clear();
    }
    this.#filmed++;
    current.frames += frames;
    if (frames < trace.frames) {
      report.note(
        { path },
        `the film ends here: animated pictures are cut after ${MAX_ANIMATION_SECONDS / 60} minutes; name it .mp4 for more`,
      );
    }
  }

  async #endFilm(): Promise<void> {
    const current = this.#film;
    if (current === undefined) return;
    const line = this.#options.report.task(1, "film");
    line.update({ steps: 0, detail: "writing the end" });
    let summary: FilmSummary;
    try {
      summary = await current.film.finish();
    } catch (error) {
      await current.film.discard();
      throw error;
    } finally {
      line.clear();
      this.#film = undefined;
    }
    const { bytes, pictures, seconds, width, height } = summary;
    this.#options.report.note(
      {
        path: current.path,
        pictures,
        seconds: Math.round(seconds * 100) / 100,
        width,
        height,
        bytes,
      },
      `film: ${current.path}, ${formatDuration(seconds)}, ${width} × ${height}, ${fileSize(bytes)}`,
    );
  }
}

/** Finished counts most, then distance, then the fewer steps. */
function isBetter(a: EpisodeSummary, b: EpisodeSummary): boolean {
  if (a.completed !== b.completed) return a.completed;
  if (a.distance !== b.distance) return a.distance > b.distance;
  return a.steps < b.steps;
}

/** Only the file's name is numbered: the folder is the one that was checked. */
function nameOf(path: string, number: number): string {
  const name = basename(path).replace(NUMBER_IN_NAME, (_, width: string) =>
    String(number).padStart(Number(width), "0"),
  );
  return join(dirname(path), name);
}

/** e.g. `640 kB`, `1.4 MB`. */
function fileSize(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
