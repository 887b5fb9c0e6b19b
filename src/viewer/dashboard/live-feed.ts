import { encodePicture } from "../protocol/frame-encoding.js";
import {
  filmSource,
  PictureKind,
  type BestFilmEntry,
  type LiveEpisode,
} from "../protocol/protocol.js";
import type { Point, RunGrowth, RunSource } from "./series.js";

/** A recorded episode. */
export interface BestFilm {
  readonly step: number;
  readonly distance: number;
  readonly reward: number;
  /** Each `[84, 84] uint8`, grey; kept, not copied. */
  readonly frames: readonly Uint8Array[];
  /** Milliseconds from one picture to the next. */
  readonly pictureMs: number;
}

export interface LiveFeedOptions {
  /** What the run is called on the page. */
  readonly name: string;
  /** `learning.gamma` → `0.9`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Pictures a second of each environment, at most. Default 12. */
  readonly pictureRate?: number;
}

/** What the feed tells the dashboard; nobody listens before there is one. */
export interface LiveFeedListener {
  /** Whether a picture would be looked at. */
  isWatched(): boolean;
  onPicture(environment: number, message: Uint8Array): void;
  onEpisode(episode: LiveEpisode): void;
  onBest(entry: BestFilmEntry): void;
}

const FRAME_SIDE = 84;
/** No palette: the indices are grey values. */
const GREY = new Uint8Array(0);

/**
 * The trainer's side of the dashboard. Every method returns at once and keeps at most one film;
 * pictures that nobody would see cost one comparison.
 */
export class LiveFeed implements RunSource {
  readonly id = "live";
  /** What the run is called on the page. */
  name: string;
  readonly #options: LiveFeedOptions;
  readonly #pictureMs: number;
  readonly #shownAt = new Map<number, number>();
  /** By `now`: when the run's clock would have shown 0, had it never been stopped. */
  #zeroMs: number;
  #growth: RunGrowth[];
  #changedAt = Date.now();
  #listener: LiveFeedListener | undefined;
  #best: BestFilm | undefined;
  /** How many there were so far; also the number of the best one. */
  #films = 0;
  #bestMessages: readonly Uint8Array[] | undefined;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
    this.name = options.name;
    this.#pictureMs = 1000 / (options.pictureRate ?? 12);
    this.#zeroMs = options.now();
    this.#growth = [{ settings: options.settings, points: [] }];
  }

  /** Called by the dashboard. */
  listen(listener: LiveFeedListener | undefined): void {
    this.#listener = listener;
  }

  /** Whether {@link LiveFeed.publishFrame} would do anything; ask before making a copy. */
  wantsFrame(environment: number): boolean {
    if (!this.#listener?.isWatched()) return false;
    const since = this.#options.now() - (this.#shownAt.get(environment) ?? -Infinity);
    return since >= this.#pictureMs;
  }

  /**
   * @param environment 0 to 255.
   * @param frame the newest of an observation, `[84, 84] uint8`, grey.
   */
  publishFrame(environment: number, frame: Uint8Array): void {
    if (!this.wantsFrame(environment)) return;
    this.#shownAt.set(environment, this.#options.now());
    this.#listener?.onPicture(environment, encode(frame, environment, PictureKind.screen));
  }

  /** @param step decisions so far. @param values by tag, see docs/metrics.md. */
  publishScalars(step: number, values: Readonly<Record<string, number>>): void {
    const seconds = (this.#options.now() - this.#zeroMs) / 1000;
    const points = Object.entries(values).map(([tag, value]): Point => ({
      tag,
      step,
      seconds,
      value,
    }));
    this.#growth.push({ points });
    this.#changedAt = Date.now();
  }

  /**
   * The run begins, or goes on.
   * @param before what its earlier sessions logged
   * @param seconds for which they went on
   */
  begin(before: readonly RunGrowth[], seconds: number): void {
    // Those of the run as it goes on now, perhaps for longer.
    const { settings } = this.#options;
    this.#growth.push(...before, { settings, points: [] });
    this.#zeroMs = this.#options.now() - 1000 * seconds;
  }

  publishEpisode(episode: LiveEpisode): void {
    this.#listener?.onEpisode(episode);
  }

  publishBest(film: BestFilm): void {
    this.#best = film;
    this.#films++;
    this.#bestMessages = undefined;
    this.#listener?.onBest(entryOf(film, this.#films));
  }

  get best(): BestFilmEntry | undefined {
    return this.#best && entryOf(this.#best, this.#films);
  }

  /**
   * The best film's pictures, one message each; encoded when first asked for.
   * @param film its number; of an earlier one there are none any more
   */
  bestPictures(film: number): readonly Uint8Array[] {
    if (film !== this.#films) return [];
    return (this.#bestMessages ??= (this.#best?.frames ?? []).map((frame) =>
      encode(frame, filmSource(film), PictureKind.film),
    ));
  }

  poll(): readonly RunGrowth[] {
    const growth = this.#growth;
    this.#growth = [];
    return growth;
  }

  changedAt(): number {
    return this.#changedAt;
  }
}

function encode(
  indices: Uint8Array,
  source: number,
  kind: typeof PictureKind.screen | typeof PictureKind.film,
): Uint8Array {
  const header = { kind, source, width: FRAME_SIDE, height: FRAME_SIDE, left: -1 };
  return encodePicture(header, { indices, palette: GREY });
}

function entryOf(
  { step, distance, reward, frames, pictureMs }: BestFilm,
  film: number,
): BestFilmEntry {
  return { film, step, distance, reward, pictures: frames.length, pictureMs };
}
