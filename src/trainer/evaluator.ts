import type { Environment } from "../env/environment.js";
import type { Rng } from "../core/rng.js";
import { EpisodeTally, type EpisodeSummary, type GameInfo } from "./episode.js";
import type { Policy } from "./policy.js";
import { mean, meanInterval, quantile, standardError, wilson } from "./statistics.js";

/** What `mario random --json` and `mario eval --json` print. Distances in pixels. */
export interface Evaluation {
  readonly episodes: number;
  /** Mean over episodes of the sum of the tutorial's rewards (change of x). */
  readonly meanReward: number;
  /** Mean over episodes of the furthest x. */
  readonly meanDistance: number;
  readonly medianDistance: number;
  readonly maxDistance: number;
  /** Share of episodes that finished the stage, 0 to 1. */
  readonly completionRate: number;
  /** 95 % interval of the completion rate (Wilson). */
  readonly completionInterval: readonly [number, number];
  /** Standard error of `meanDistance`. */
  readonly distanceStandardError: number;
  /** 95 % interval of `meanDistance` (Student's t). */
  readonly meanDistanceInterval: readonly [number, number];
  /** Distances that 5, 25, 50, 75 and 95 % of the episodes stay below. */
  readonly distanceQuantiles: readonly number[];
  /** Decisions in all episodes. */
  readonly steps: number;
  readonly stepsPerSecond: number;
}

export interface EvaluateOptions {
  readonly environment: Environment<GameInfo>;
  readonly policy: Policy;
  readonly episodes: number;
  /** Seeds of the episodes are drawn from it. */
  readonly rng: Rng;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** After each step, e.g. to show it; awaited. */
  readonly onStep?: (action: number) => Promise<void> | void;
  readonly onEpisode?: (episode: EpisodeSummary) => Promise<void> | void;
  readonly shouldStop?: () => boolean;
}

/** Plays whole episodes; an episode cut short by `shouldStop` does not count. */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { environment, policy, episodes } = options;
  const tally = new EpisodeTally();
  const summaries: EpisodeSummary[] = [];
  const started = options.now();
  let steps = 0;
  while (summaries.length < episodes && !options.shouldStop?.()) {
    const start = environment.reset(options.rng.nextUint32());
    let { observation } = start;
    tally.start(start.info);
    let summary: EpisodeSummary | undefined;
    while (!summary && !options.shouldStop?.()) {
      const action = policy(observation);
      const result = environment.step(action);
      observation = result.observation;
      steps++;
      summary = tally.add(result);
      await options.onStep?.(action);
      if (steps % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    if (!summary) break;
    summaries.push(summary);
    await options.onEpisode?.(summary);
  }
  return summarise(summaries, steps, (options.now() - started) / 1000);
}

const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];

/** Figures over episodes; all zero for none. */
export function summarise(
  episodes: readonly EpisodeSummary[],
  steps: number,
  seconds: number,
): Evaluation {
  const distances = episodes.map((episode) => episode.distance).sort((a, b) => a - b);
  const completed = episodes.filter((episode) => episode.completed).length;
  const n = distances.length;
  const [low, high] = meanInterval(distances);
  return {
    episodes: n,
    meanReward: round1(mean(episodes.map((episode) => episode.reward))),
    meanDistance: round1(mean(distances)),
    medianDistance: quantile(distances, 0.5),
    maxDistance: n === 0 ? 0 : distances[n - 1],
    completionRate: n === 0 ? 0 : completed / n,
    completionInterval: wilson(completed, n),
    distanceStandardError: round1(standardError(distances)),
    meanDistanceInterval: [round1(low), round1(high)],
    distanceQuantiles: QUANTILES.map((level) => round1(quantile(distances, level))),
    steps,
    stepsPerSecond: seconds > 0 ? round1(steps / seconds) : 0,
  };
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
