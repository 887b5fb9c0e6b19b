import type { EpisodeEnding } from "../../trainer/episode.js";
import type { Interval } from "../../trainer/statistics.js";
import type { Evaluation, Quantiles } from "../../trainer/evaluation.js";

const ENDINGS: Readonly<Record<EpisodeEnding, string>> = {
  completed: "finished",
  fell: "fell",
  hit: "hit by an enemy or a hazard",
  timeUp: "time up",
  died: "died",
  cut: "cut short",
};
const QUANTILES: readonly (readonly [name: keyof Quantiles, label: string])[] = [
  ["min", "least"],
  ["p10", "10 %"],
  ["p25", "25 %"],
  ["p50", "median"],
  ["p75", "75 %"],
  ["p90", "90 %"],
  ["max", "most"],
];
const COLUMN = 9;

/**
 * An evaluation for people, a few aligned lines.
 * @param conditions under which it was played, in words
 * @param isWhole these are all the episodes there are, and nothing is left to be sure of
 */
export function evaluationReport(
  title: string,
  evaluation: Evaluation,
  conditions?: string,
  isWhole = false,
): string {
  if (evaluation.episodes === 0) return `${title}\n  no episode was played to its end\n`;
  const { distanceQuantiles, rewardQuantiles, episodes, steps, stepsPerSecond } = evaluation;
  const { meanDistance, meanDistanceBootstrap, meanReward, meanRewardInterval } = evaluation;
  const sure = (interval: string): string =>
    isWhole || interval === "" ? "" : ` (95 % interval ${interval})`;
  return [
    title,
    ...(conditions === undefined ? [] : [`  ${conditions}`]),
    `  episodes         ${episodes}${isWhole ? ", all possible starts: the game and the policy are deterministic" : alike(evaluation)}`,
    `  stage finished   ${completion(evaluation)}${sure(percentages(evaluation))}`,
    `  mean distance    ${meanDistance.toFixed(1)} px${sure(interval(meanDistanceBootstrap, ", bootstrap"))}`,
    `  mean reward      ${meanReward.toFixed(1)} px, change of x as in the tutorial${sure(interval(meanRewardInterval))}`,
    `  time to flag     ${flagTime(evaluation)}`,
    `  how they ended   ${endings(evaluation)}`,
    stepsPerSecond > 0
      ? `  speed            ${stepsPerSecond} steps/s, ${steps} steps`
      : `  length           ${steps} steps`,
    `                 ${QUANTILES.map(([, label]) => label.padStart(COLUMN)).join("")}`,
    `  distance, px   ${quantiles(distanceQuantiles)}`,
    `  reward, px     ${quantiles(rewardQuantiles)}`,
    "",
  ].join("\n");
}

/** Where episodes repeat, intervals say more than is known. */
function alike({ distinctEpisodes, episodes }: Evaluation): string {
  if (distinctEpisodes === episodes) return "";
  const remedy = 2 * distinctEpisodes < episodes ? "; --sticky 0.25 makes more of them differ" : "";
  return `, ${distinctEpisodes} of them different${remedy}`;
}

/** e.g. `12.0 %, 12 of 100`. */
function completion({ completionRate, endings, episodes }: Evaluation): string {
  return `${(completionRate * 100).toFixed(1)} %, ${endings.completed} of ${episodes}`;
}

/** e.g. `7.0 to 19.8 %, Wilson`. */
function percentages({ completionInterval: [low, high] }: Evaluation): string {
  return `${range([100 * low, 100 * high], 1)} %, Wilson`;
}

function flagTime({ framesToFlag, secondsToFlag }: Evaluation): string {
  if (framesToFlag === null || secondsToFlag === null) return "never reached";
  const { median, min, max } = framesToFlag;
  return (
    `median ${median} frames, ${min} to ${max}; ` +
    `${secondsToFlag.median.toFixed(1)} s, ${range([secondsToFlag.min, secondsToFlag.max], 1)}`
  );
}

function endings({ endings }: Evaluation): string {
  const counted = Object.entries(endings).filter(([, count]) => count > 0);
  return counted
    .map(([ending, count]) => `${ENDINGS[ending as EpisodeEnding]} ${count}`)
    .join(" · ");
}

function quantiles(values: Quantiles): string {
  return QUANTILES.map(([name]) => values[name].toFixed(0).padStart(COLUMN)).join("");
}

/** Empty where there is none. */
function interval(ends: Interval | null, method = ""): string {
  return ends === null ? "" : `${range(ends, 1)}${method}`;
}

function range([low, high]: readonly [number, number], digits: number): string {
  return `${low.toFixed(digits)} to ${high.toFixed(digits)}`;
}
