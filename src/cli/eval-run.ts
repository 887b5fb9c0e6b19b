import { basename } from "node:path";
import { Rng } from "../core/rng.js";
import { selectBackend } from "../nn/select-backend.js";
import { evaluate } from "../trainer/evaluator.js";
import { epsilonGreedyPolicy } from "../trainer/policy.js";
import { openEnvironment, stageFrom } from "./environment.js";
import type { EvalOptions } from "./eval.js";
import { evaluationReport } from "./evaluation-report.js";
import { watchForInterrupt } from "./interrupt.js";
import { readRomFile } from "./rom-file.js";
import { agentFor, openModel } from "./saved-model.js";

export async function runEval(options: EvalOptions): Promise<void> {
  const model = openModel(options.file, stageFrom(options));
  const rom = readRomFile(options.rom);
  const environment = openEnvironment(rom, model.environment, options.noops);
  const backend = await selectBackend(options.backend, options);
  const agent = agentFor(model, backend);
  const rng = new Rng(options.seed);
  const interrupt = watchForInterrupt();
  const evaluation = await evaluate({
    environment,
    policy: epsilonGreedyPolicy(agent, options.epsilon, rng.split()),
    episodes: options.episodes,
    rng: rng.split(),
    now: () => performance.now(),
    shouldStop: () => interrupt.requested(),
    onEpisode: (episode) => {
      if (options.json) return;
      process.stderr.write(
        `episode: ${episode.distance} px${episode.completed ? ", finished" : ""}\n`,
      );
    },
  });
  interrupt.dispose();
  agent.dispose();
  if (options.json)
    process.stdout.write(`${JSON.stringify({ file: model.path, ...evaluation })}\n`);
  else process.stdout.write(evaluationReport(`${basename(model.path)} on ${rom.name}`, evaluation));
}
