import type { Evaluation } from "../trainer/evaluator.js";

/** An evaluation for people, a few aligned lines. */
export function evaluationReport(title: string, evaluation: Evaluation): string {
  if (evaluation.episodes === 0) return `${title}\n  no episode was played to its end\n`;
  const [low, high] = evaluation.completionInterval;
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return [
    title,
    `  episodes         ${evaluation.episodes}`,
    `  mean distance    ${evaluation.meanDistance.toFixed(1)} ± ${evaluation.distanceStandardError.toFixed(1)} px (standard error)`,
    `  median, furthest ${evaluation.medianDistance} px, ${evaluation.maxDistance} px`,
    `  mean reward      ${evaluation.meanReward.toFixed(1)} (change of x, as in the tutorial)`,
    `  stage finished   ${percent(evaluation.completionRate)} (95 % interval ${percent(low)} to ${percent(high)})`,
    `  speed            ${evaluation.stepsPerSecond} steps/s, ${evaluation.steps} steps`,
    "",
  ].join("\n");
}
