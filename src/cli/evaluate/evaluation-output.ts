import { FRAME_RATE } from "../../nes/hardware.js";
import type { PlayedEvaluation } from "../../trainer/evaluator.js";
import { evaluationReport } from "./evaluation-report.js";

/** Under which conditions episodes were played; all that it takes to play them again. */
export interface EvaluationConditions {
  readonly stage: string;
  readonly rom: string;
  readonly seed: number;
  /** Idle frames at most at the start. */
  readonly noops: number;
  /** Each number of no-op frames once, instead of drawn ones. */
  readonly everyStart?: boolean;
  /** Share of random decisions. */
  readonly epsilon: number;
  /** In each frame, probability that the buttons of the frame before stay held. */
  readonly sticky: number;
  readonly actionRepeat: number;
}

/** Prints an evaluation: one JSON document with a row for each episode, or lines for people. */
export function printEvaluation(
  title: string,
  conditions: EvaluationConditions & { readonly file?: string },
  { played, ...evaluation }: PlayedEvaluation,
  json: boolean,
): void {
  if (!json) {
    process.stdout.write(
      evaluationReport(title, evaluation, inWords(conditions), isWhole(conditions, evaluation)),
    );
    return;
  }
  const perEpisode = played.map(({ seed, ending, distance, reward, steps, frames }) => ({
    seed,
    ending,
    distance,
    reward,
    steps,
    frames,
    seconds: Math.round((frames / FRAME_RATE) * 100) / 100,
  }));
  process.stdout.write(`${JSON.stringify({ ...conditions, ...evaluation, perEpisode })}\n`);
}

/** Nothing was drawn: these are not some of the episodes, but all that there are. */
export function isWhole(
  { everyStart = false, epsilon, noops, sticky }: EvaluationConditions,
  { episodes }: Pick<PlayedEvaluation, "episodes">,
): boolean {
  return everyStart && epsilon === 0 && sticky === 0 && episodes === noops + 1;
}

/** e.g. `stage 1-1, seed 1, 0 to 30 idle frames at the start, 2 % random decisions`. */
function inWords(conditions: EvaluationConditions): string {
  const { stage, seed, epsilon, sticky } = conditions;
  const percent = (share: number): string => `${Number((100 * share).toFixed(2))} %`;
  return [
    `stage ${stage}`,
    `seed ${seed}`,
    starts(conditions),
    ...(epsilon > 0 ? [`${percent(epsilon)} random decisions`] : []),
    ...(sticky > 0 ? [`${percent(sticky)} sticky actions`] : []),
  ].join(", ");
}

function starts({ noops, everyStart = false }: EvaluationConditions): string {
  if (noops === 0) return "always the same start";
  return `${everyStart ? "each of " : ""}0 to ${noops} no-op frames at the start`;
}
