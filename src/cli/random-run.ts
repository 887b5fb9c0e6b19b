import { presets } from "../config/presets.js";
import { Rng } from "../core/rng.js";
import { randomPolicy } from "../trainer/policy.js";
import { openEnvironment, stageFrom } from "./environment.js";
import { evaluationReport } from "./evaluation-report.js";
import { playEpisodes } from "./play-episodes.js";
import type { RandomOptions } from "./random.js";
import { filmPlan } from "./record-options.js";
import { readRomFile } from "./rom-file.js";

export async function runRandom(options: RandomOptions): Promise<void> {
  const plan = filmPlan(options, "best");
  const rom = readRomFile(options.rom);
  const environment = openEnvironment(rom, {
    ...presets.fast.environment,
    actionRepeat: options.actionRepeat,
    stage: stageFrom(options) ?? presets.fast.environment.stage,
    // The game's own clock is the only limit, as in the tutorial's random agent.
    stallSteps: 0,
    stickyActions: options.sticky,
  });
  const rng = new Rng(options.seed);
  const evaluation = await playEpisodes({
    environment,
    policy: randomPolicy(environment.actionCount, rng.split()),
    episodes: options.episodes,
    rng: rng.split(),
    plan,
    quiet: options.json ?? false,
  });
  if (options.json) process.stdout.write(`${JSON.stringify(evaluation)}\n`);
  else process.stdout.write(evaluationReport(`Random buttons on ${rom.name}`, evaluation));
}
