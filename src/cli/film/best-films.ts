import { existsSync, rmSync } from "node:fs";
import { Rng } from "../../core/rng.js";
import type { MarioEnv } from "../../env/mario-env.js";
import { isWriteError, type WriteObserver } from "../../core/write-error.js";
import type { SummarySink } from "../../logging/summary-sink.js";
import { SUMMARY_TAGS } from "../../logging/tags.js";
import { FRAME_RATE, SCREEN_HEIGHT } from "../../nes/hardware.js";
import type { ComputeBackend } from "../../nn/backend.js";
import { filmOf } from "../../trainer/checkpoint/model-folder.js";
import type { Evaluation } from "../../trainer/evaluation.js";
import { evaluate } from "../../trainer/evaluator.js";
import { epsilonGreedyPolicy } from "../../trainer/policy.js";
import { drawnStarts } from "../../trainer/starts.js";
import { openFilm, openGif, type FilmSummary } from "../../viewer/film/film.js";
import { filmWidth } from "../../viewer/overlay/overlay.js";
import { filmEpisode } from "./film-episode.js";
import { TracedEnvironment } from "./episode-trace.js";
import { agentFor, type PlayableModel } from "../saved-model.js";

export interface FilmModelOptions {
  readonly model: PlayableModel;
  /** One of its own, not the trainer's, with the model's action set and repeat. */
  readonly environment: MarioEnv;
  readonly backend: ComputeBackend;
  /** Its extension chooses the format; usually the model's path with another one. */
  readonly path: string;
}

export interface ModelFilm extends FilmSummary {
  readonly path: string;
  readonly episode: Evaluation;
  /** The first 20 s as an animated GIF of 15 pictures a second, for TensorBoard. */
  readonly short: { readonly bytes: Uint8Array; readonly width: number; readonly height: number };
}

/** Of the episode that is filmed: the same one for each model, as far as it can be. */
const EPISODE_SEED = 1;
const FRAMES_PER_PICTURE = 2;
const SHORT_FRAMES_PER_PICTURE = 4;
const SHORT_SECONDS = 20;
/** From the start of one film to that of the next. */
const PERIOD_MS = 60_000;

/**
 * Plays one episode with a model and films it. Gives way to other work after every step, so that
 * training goes on meanwhile.
 * @throws MarioError NOT_WRITABLE, DISK_FULL, INVALID_OPTION, MODEL_MISMATCH
 */
export async function filmModel(options: FilmModelOptions): Promise<ModelFilm> {
  const { model, environment, path } = options;
  const agent = agentFor(model, options.backend);
  try {
    const rng = new Rng(EPISODE_SEED);
    const traced = new TracedEnvironment(environment);
    const episode = await evaluate({
      environment: traced,
      policy: epsilonGreedyPolicy(agent, 0, rng.split()),
      seeds: drawnStarts(1, rng.split()),
      now: () => performance.now(),
      onStep: () => new Promise((resolve) => setImmediate(resolve)),
    });
    const { trace } = traced;
    const size = { width: filmWidth(true), height: SCREEN_HEIGHT };
    const film = await openFilm(path, { ...size, framesPerPicture: FRAMES_PER_PICTURE });
    try {
      const qValues = (observation: Uint8Array) => agent.qValues(observation, 1);
      await filmEpisode({
        environment,
        trace,
        film,
        overlay: true,
        qValues,
        framesPerPicture: FRAMES_PER_PICTURE,
      });
      const summary = await film.finish();
      const short = openGif({ framesPerPicture: SHORT_FRAMES_PER_PICTURE });
      await filmEpisode({
        environment,
        trace,
        film: short.film,
        framesPerPicture: SHORT_FRAMES_PER_PICTURE,
        maxFrames: Math.round(SHORT_SECONDS * FRAME_RATE),
      });
      const { width, height } = await short.film.finish();
      return { ...summary, path, episode, short: { bytes: short.bytes(), width, height } };
    } catch (error) {
      await film.discard();
      throw error;
    }
  } finally {
    agent.dispose();
  }
}

export interface BestFilmsOptions extends Omit<FilmModelOptions, "model" | "path"> {
  /** Gets the short film. */
  readonly summaries?: SummarySink | undefined;
  readonly onFilm?: (film: ModelFilm) => void;
  /** Told of a film that cannot be made or written, in place of a throw. */
  readonly observer?: WriteObserver;
}

interface BestModelFile {
  /** By which rule it is the best: of each rule the newest is filmed. */
  readonly rule: "reward" | "evaluation";
  readonly model: PlayableModel;
  /** Of the model's file; the film lies beside it, as `.webp`, and goes when it does. */
  readonly modelPath: string;
  readonly step: number;
}

/**
 * Films best models while training goes on: one at a time and one a minute, so that a time of many
 * new bests is not spent on filming. Of those that come sooner the newest of each rule is filmed then.
 */
export class BestFilms {
  readonly #options: BestFilmsOptions;
  readonly #waiting = new Map<BestModelFile["rule"], BestModelFile>();
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #finishing = false;
  #failure: unknown;

  constructor(options: BestFilmsOptions) {
    this.#options = options;
  }

  /**
   * To be called when a new best model was saved; returns at once.
   * @throws MarioError what made an earlier film fail
   */
  offer(best: BestModelFile): void {
    this.#throwFailure();
    this.#waiting.set(best.rule, best);
    if (this.#running === undefined && this.#timer === undefined) this.#start();
  }

  /** Films what still waits. @throws MarioError as {@link filmModel} */
  async finish(): Promise<void> {
    this.#finishing = true;
    clearTimeout(this.#timer);
    await this.#running;
    while (this.#waiting.size > 0) {
      this.#start();
      await this.#running;
      clearTimeout(this.#timer);
    }
    this.#throwFailure();
  }

  #start(): void {
    this.#timer = undefined;
    const best = this.#waiting.values().next().value;
    if (best === undefined) return;
    this.#waiting.delete(best.rule);
    this.#running = this.#film(best)
      .catch((error: unknown) => {
        const { observer } = this.#options;
        // Whatever is wrong with a film, hours of learning are worth more.
        if (observer) observer.failed(isWriteError(error) ? error : asFailure(error));
        else this.#failure = error;
      })
      .finally(() => {
        this.#running = undefined;
        if (this.#timer === undefined && !this.#finishing) this.#start();
      });
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#running === undefined) this.#start();
    }, PERIOD_MS).unref();
  }

  async #film({ rule, model, modelPath, step }: BestModelFile): Promise<void> {
    const path = filmOf(modelPath);
    const hadFile = existsSync(modelPath);
    const film = await filmModel({ ...this.#options, model, path });
    this.#options.observer?.written();
    // A tag for each rule: the films of both may come out of order, and TensorBoard keeps only what
    // is in order.
    this.#options.summaries?.image(`${SUMMARY_TAGS.bestFilm}/${rule}`, film.short, step);
    // A better one came while it was filmed, and its file went.
    if (hadFile && !existsSync(modelPath)) rmSync(path, { force: true });
    else this.#options.onFilm?.(film);
  }

  #throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure as Error;
  }
}

/** What went wrong otherwise, in a sentence; where, with `MARIO_DEBUG`. */
function asFailure(error: unknown): Error {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const detail = process.env["MARIO_DEBUG"] ? (stack ?? message) : message;
  return new Error(`it could not be made (${detail}).`, { cause: error });
}
