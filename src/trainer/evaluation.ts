import { Rng } from "../core/rng.js";
import { FRAME_RATE } from "../nes/hardware.js";
import { EPISODE_ENDINGS, type EpisodeEnding, type EpisodeSummary } from "./episode.js";
import {
  bootstrapMeanInterval,
  clopperPearson,
  mean,
  meanInterval,
  quantile,
  standardError,
  wilson,
  type Interval,
} from "./statistics.js";

/** What 0, 10, 25, 50, 75, 90 and 100 % of the episodes stay below, or reach. */
export type Quantiles = Readonly<Record<keyof typeof LEVELS, number>>;

const LEVELS = { min: 0, p10: 0.1, p25: 0.25, p50: 0.5, p75: 0.75, p90: 0.9, max: 1 } as const;

/** Time from the first decision to the flag. */
export interface FlagTime {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Figures over whole episodes. Distances and rewards in pixels; intervals are 95 % ones. */
export interface Evaluation {
  readonly episodes: number;
  /**
   * Episodes that went differently. The game draws no number of its own, so that the same start and
   * the same decisions are the same episode, which every interval here takes for a new one.
   */
  readonly distinctEpisodes: number;
  /** Mean over episodes of the sum of the tutorial's rewards (change of x). */
  readonly meanReward: number;
  /** Student's t; null below two episodes. */
  readonly meanRewardInterval: Interval | null;
  readonly rewardQuantiles: Quantiles;
  /** Mean over episodes of the furthest x. */
  readonly meanDistance: number;
  readonly medianDistance: number;
  readonly maxDistance: number;
  readonly distanceStandardError: number;
  /** Student's t; null below two episodes. */
  readonly meanDistanceInterval: Interval | null;
  /**
   * Percentile bootstrap, for the two-humped distances of an agent that sometimes finishes; null below
   * two episodes.
   */
  readonly meanDistanceBootstrap: Interval | null;
  readonly distanceQuantiles: Quantiles;
  /** Share of episodes that finished the stage, 0 to 1. */
  readonly completionRate: number;
  /** Wilson. */
  readonly completionInterval: Interval;
  /** Clopper and Pearson: wider, never misses more often than it says. */
  readonly completionIntervalExact: Interval;
  /** Over the completed episodes; null where there is none. */
  readonly framesToFlag: FlagTime | null;
  /** The same in seconds of the game, 60.0988 frames each. */
  readonly secondsToFlag: FlagTime | null;
  /** Episodes by how they ended. */
  readonly endings: Readonly<Record<EpisodeEnding, number>>;
  /** Decisions in all episodes. */
  readonly steps: number;
  readonly stepsPerSecond: number;
}

/** Of the bootstrap: the same episodes always give the same interval. */
const BOOTSTRAP_SEED = 1;

/** Figures over episodes; zeros for none. */
export function summarise(
  episodes: readonly EpisodeSummary[],
  steps: number,
  seconds: number,
): Evaluation {
  const distances = episodes.map(({ distance }) => distance);
  const rewards = episodes.map(({ reward }) => reward);
  const completed = episodes.filter((episode) => episode.completed);
  const n = episodes.length;
  return {
    episodes: n,
    distinctEpisodes: countDistinct(episodes),
    meanReward: round1(mean(rewards)),
    meanRewardInterval: interval(meanInterval(rewards)),
    rewardQuantiles: quantilesOf(rewards),
    meanDistance: round1(mean(distances)),
    medianDistance: quantile(distances, 0.5),
    maxDistance: quantile(distances, 1),
    distanceStandardError: round1(standardError(distances)),
    meanDistanceInterval: interval(meanInterval(distances)),
    meanDistanceBootstrap: interval(bootstrapMeanInterval(distances, new Rng(BOOTSTRAP_SEED))),
    distanceQuantiles: quantilesOf(distances),
    completionRate: n === 0 ? 0 : completed.length / n,
    completionInterval: wilson(completed.length, n),
    completionIntervalExact: clopperPearson(completed.length, n),
    ...flagTimes(completed.map(({ frames }) => frames)),
    endings: countEndings(episodes),
    steps,
    stepsPerSecond: seconds > 0 ? round1(steps / seconds) : 0,
  };
}

function flagTimes(frames: readonly number[]): Pick<Evaluation, "framesToFlag" | "secondsToFlag"> {
  if (frames.length === 0) return { framesToFlag: null, secondsToFlag: null };
  const [median, min, max] = [0.5, 0, 1].map((level) => quantile(frames, level));
  const seconds = (count: number): number => Math.round((count / FRAME_RATE) * 100) / 100;
  return {
    framesToFlag: { median, min, max },
    secondsToFlag: { median: seconds(median), min: seconds(min), max: seconds(max) },
  };
}

function countEndings(episodes: readonly EpisodeSummary[]): Evaluation["endings"] {
  const count = (wanted: EpisodeEnding): number =>
    episodes.filter(({ ending }) => ending === wanted).length;
  return Object.fromEntries(
    EPISODE_ENDINGS.map((ending) => [ending, count(ending)]),
  ) as Evaluation["endings"];
}

function countDistinct(episodes: readonly EpisodeSummary[]): number {
  const courses = episodes.map(({ ending, distance, reward, steps, frames }) =>
    [ending, distance, reward, steps, frames].join(),
  );
  return new Set(courses).size;
}

function quantilesOf(values: readonly number[]): Quantiles {
  return Object.fromEntries(
    Object.entries(LEVELS).map(([name, level]) => [name, round1(quantile(values, level))]),
  ) as Quantiles;
}

function interval(ends: Interval | null): Interval | null {
  return ends && [round1(ends[0]), round1(ends[1])];
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
