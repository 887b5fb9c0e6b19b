import { Rng } from "../../core/rng.js";
import { drawnStarts, evenStarts } from "../../trainer/starts.js";
import { epsilonGreedyPolicy } from "../../trainer/policy.js";
import type { EvalOptions } from "./eval-command.js";
import { EpisodeMap } from "./episode-map.js";
import { isWhole, printEvaluation } from "./evaluation-output.js";
import { playEpisodes } from "./play-episodes.js";
import { openPlayer } from "../player.js";
import { filmPlan } from "../film/film-options.js";

export async function runEval(options: EvalOptions): Promise<void> {
  const { seed, noops, epsilon, sticky, everyStart = false } = options;
  const episodes = everyStart ? noops + 1 : options.episodes;
  const plan = filmPlan(options, { filmed: "best", episodes, map: options.map });
  const map = options.map === undefined ? undefined : await EpisodeMap.open(options.map);
  const { model, environment, agent, romName, title } = await openPlayer(options);
  const { stage, actionRepeat } = model.environment;
  const rng = new Rng(options.seed);
  const policy = epsilonGreedyPolicy(agent, options.epsilon, rng.split());
  const starts = rng.split();
  try {
    await playEpisodes({
      environment,
      policy,
      seeds: everyStart ? evenStarts(episodes, noops, starts) : drawnStarts(episodes, starts),
      plan,
      map,
      qValues: (observation) => agent.qValues(observation, 1),
      quiet: options.json ?? false,
      onPlayed: async (evaluation) => {
        const conditions = {
          file: model.path,
          stage,
          rom: romName,
          seed,
          noops,
          everyStart,
          epsilon,
          sticky,
          actionRepeat,
        };
        printEvaluation(title, conditions, evaluation, options.json ?? false);
        const whole = isWhole(conditions, evaluation);
        await map?.write(environment, `${title}, stage ${stage}`, evaluation, whole);
      },
    });
  } finally {
    agent.dispose();
  }
}
