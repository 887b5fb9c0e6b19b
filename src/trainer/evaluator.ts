import type { Environment } from "../env/environment.js";
import { EpisodeTally, type EpisodeSummary, type GameInfo } from "./episode.js";
import { summarise, type Evaluation } from "./evaluation.js";
import type { Policy } from "./policy.js";

/** One episode of an evaluation; the same environment plays it again from its seed. */
export interface EvaluatedEpisode extends EpisodeSummary {
  readonly seed: number;
}

/** Figures, and what they are made of. */
export interface PlayedEvaluation extends Evaluation {
  readonly played: readonly EvaluatedEpisode[];
}

export interface EvaluateOptions {
  readonly environment: Environment<GameInfo>;
  readonly policy: Policy;
  /** One for each episode. */
  readonly seeds: readonly number[];
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** After each step, e.g. to show it; awaited. */
  readonly onStep?: (action: number) => Promise<void> | void;
  readonly onEpisode?: (episode: EvaluatedEpisode) => Promise<void> | void;
  readonly shouldStop?: () => boolean;
}

/** Plays whole episodes; an episode cut short by `shouldStop` does not count. */
export async function evaluate(options: EvaluateOptions): Promise<PlayedEvaluation> {
  const { environment, policy, seeds } = options;
  const tally = new EpisodeTally();
  const played: EvaluatedEpisode[] = [];
  const started = options.now();
  let steps = 0;
  for (const seed of seeds) {
    if (options.shouldStop?.()) break;
    const start = environment.reset(seed);
    let { observation } = start;
    tally.start();
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
    const episode = { seed, ...summary };
    played.push(episode);
    await options.onEpisode?.(episode);
  }
  return { ...summarise(played, steps, (options.now() - started) / 1000), played };
}
