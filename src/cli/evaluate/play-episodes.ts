import { isWriteError } from "../../core/write-error.js";
import type { MarioEnv } from "../../env/mario-env.js";
import { evaluate, type PlayedEvaluation } from "../../trainer/evaluator.js";
import type { Policy } from "../../trainer/policy.js";
import { explain } from "../process/failure.js";
import { watchForInterrupt } from "../process/interrupt.js";
import { createPlayReport } from "./play-report.js";
import { Recorder } from "../film/recorder.js";
import type { EpisodeMap } from "./episode-map.js";
import type { FilmPlan } from "../film/film-options.js";
import { TracedEnvironment } from "../film/episode-trace.js";

export interface PlayEpisodesOptions {
  readonly environment: MarioEnv;
  readonly policy: Policy;
  /** One for each episode. */
  readonly seeds: readonly number[];
  /** What to film, if anything. */
  readonly plan: FilmPlan | undefined;
  /** Is told of every episode. */
  readonly map?: EpisodeMap | undefined;
  /** For the film's overlay; undefined where no network plays. */
  readonly qValues?: (observation: Uint8Array) => ArrayLike<number>;
  /** Nothing but a progress line, and that on a terminal only, and warnings. */
  readonly quiet?: boolean;
  /**
   * Prints the figures, then writes what else is made of them. Called before the film of the best
   * episode is written, so that no film that fails costs the figures.
   */
  readonly onPlayed: (evaluation: PlayedEvaluation) => Promise<void> | void;
}

/**
 * Plays at full speed with a progress line, and films what is to be filmed. After Ctrl-C it gives
 * what it has: a film being written ends there, and the best episode so far is filmed whole.
 * @throws MarioError INVALID_OPTION about the film before anything is played; NOT_WRITABLE and
 * DISK_FULL then, or after `onPlayed`
 */
export async function playEpisodes(options: PlayEpisodesOptions): Promise<void> {
  const { environment, map, plan, qValues, quiet = false } = options;
  const report = await createPlayReport({ episodes: options.seeds.length, quiet });
  const interrupt = watchForInterrupt();
  const shouldStop = () => interrupt.requested();
  let recorder: Recorder | undefined;
  let filmingMs = 0;
  try {
    recorder =
      plan &&
      (await Recorder.open({ plan, environment, report, shouldStop, ...(qValues && { qValues }) }));
    const traced = recorder?.environment ?? (map && new TracedEnvironment(environment));
    const evaluation = await evaluate({
      environment: traced ?? environment,
      policy: options.policy,
      seeds: options.seeds,
      // Filming is not playing: the speed is told without it.
      now: () => performance.now() - filmingMs,
      shouldStop,
      onStep: () => {
        report.step(() => environment.info().x);
      },
      onEpisode: async (episode) => {
        report.episode(episode);
        if (traced) map?.add(episode, placeOf(environment), traced.trace);
        const started = performance.now();
        await recorder?.onEpisode(episode);
        filmingMs += performance.now() - started;
      },
    });
    report.close();
    await writeAll([() => options.onPlayed(evaluation), () => recorder?.finish()]);
  } catch (error) {
    await recorder?.discard();
    throw error;
  } finally {
    report.close();
    interrupt.dispose();
  }
}

/** Of the player on the stage's map; in a room beside it, the furthest before. */
function placeOf(environment: MarioEnv): { readonly x: number; readonly y: number } {
  const { x, maxX, y } = environment.info();
  return { x: environment.isOnStage ? x : maxX, y };
}

/** Tries each, even if one before could not be written. @throws the last that could not */
async function writeAll(writes: readonly (() => Promise<void> | void)[]): Promise<void> {
  const failures: Error[] = [];
  for (const write of writes) {
    try {
      await write();
    } catch (error) {
      if (!isWriteError(error)) throw error;
      failures.push(error);
    }
  }
  const last = failures.pop();
  for (const failure of failures) process.stderr.write(`${explain(failure)}\n`);
  if (last) throw last;
}
