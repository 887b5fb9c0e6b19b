import { Rng } from "../core/rng.js";
import { epsilonGreedyPolicy } from "../trainer/policy.js";
import type { EvalOptions } from "./eval.js";
import { EpisodeMap } from "./episode-map.js";
import { printEvaluation } from "./evaluation-output.js";
import { playEpisodes } from "./play-episodes.js";
import { openPlayer } from "./player.js";
import { filmPlan } from "./record-options.js";

export async function runEval(options: EvalOptions): Promise<void> {
  const plan = filmPlan(options, "best");
  const map = options.map === undefined ? undefined : new EpisodeMap(options.map);
  const { model, environment, agent, romName, title } = await openPlayer(options);
  const { seed, noops, epsilon, sticky } = options;
  const { stage, actionRepeat } = model.environment;
  const rng = new Rng(options.seed);
  try {
    const evaluation = await playEpisodes({
      environment,
      policy: epsilonGreedyPolicy(agent, options.epsilon, rng.split()),
      episodes: options.episodes,
      rng: rng.split(),
      plan,
      map,
      qValues: (observation) => agent.qValues(observation, 1),
      quiet: options.json ?? false,
    });
    await map?.write(environment, `${title}, stage ${stage}`, evaluation);
    printEvaluation(
      title,
      { file: model.path, stage, rom: romName, seed, noops, epsilon, sticky, actionRepeat },
      evaluation,
      options.json ?? false,
    );
  } finally {
    agent.dispose();
  }
}
