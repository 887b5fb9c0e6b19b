import { Rng } from "../core/rng.js";
import { epsilonGreedyPolicy } from "../trainer/policy.js";
import type { EvalOptions } from "./eval.js";
import { evaluationReport } from "./evaluation-report.js";
import { playEpisodes } from "./play-episodes.js";
import { openPlayer } from "./player.js";
import { filmPlan } from "./record-options.js";

export async function runEval(options: EvalOptions): Promise<void> {
  const plan = filmPlan(options, "best");
  const { model, environment, agent, title } = await openPlayer(options);
  const rng = new Rng(options.seed);
  try {
    const evaluation = await playEpisodes({
      environment,
      policy: epsilonGreedyPolicy(agent, options.epsilon, rng.split()),
      episodes: options.episodes,
      rng: rng.split(),
      plan,
      qValues: (observation) => agent.qValues(observation, 1),
      quiet: options.json ?? false,
    });
    if (options.json) {
      process.stdout.write(`${JSON.stringify({ file: model.path, ...evaluation })}\n`);
    } else process.stdout.write(evaluationReport(title, evaluation));
  } finally {
    agent.dispose();
  }
}
