import { parseStage, stageOf, STAGE_PATTERN } from "../../../env/stages.js";

/**
 * Pixels from the left edge to the end of the longest stage that these runs played; of 1-1 where none
 * says.
 * @param settings of each run, as it wrote them.
 */
export function distanceOf(settings: readonly Readonly<Record<string, string>>[]): number {
  const stages = settings.flatMap((one) => one["environment.stage"] ?? []);
  const distances = stages
    .filter((stage) => STAGE_PATTERN.test(stage))
    .map((stage) => parseStage(stage).distance);
  return distances.length > 0 ? Math.max(...distances) : stageOf(1, 1).distance;
}
