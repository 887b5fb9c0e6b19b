import { presets } from "../../config/presets.js";
import type { EnvironmentSettings } from "../../config/schema.js";
import { Rng } from "../../core/rng.js";
import { randomPolicy } from "../../trainer/policy.js";
import { drawnStarts } from "../../trainer/starts.js";
import { openEnvironment, stageFrom } from "../environment.js";
import { EpisodeMap } from "./episode-map.js";
import { printEvaluation } from "./evaluation-output.js";
import { playEpisodes } from "./play-episodes.js";
import type { RandomOptions } from "./random-command.js";
import { filmPlan } from "../film/film-options.js";
import { readRomFile, warnOfTelevision } from "../rom-file.js";

export async function runRandom(options: RandomOptions): Promise<void> {
  const { episodes } = options;
  const plan = filmPlan(options, { filmed: "best", episodes, map: options.map });
  const map = options.map === undefined ? undefined : await EpisodeMap.open(options.map);
  const rom = readRomFile(options.rom);
  const { actionRepeat, seed, sticky } = options;
  const settings: EnvironmentSettings = {
    ...presets.fast.environment,
    actionRepeat,
    stage: stageFrom(options) ?? presets.fast.environment.stage,
    // The game's own clock is the only limit, as in the tutorial's random agent.
    stallSteps: 0,
    stickyActions: sticky,
    noopMaxFrames: 0,
  };
  const environment = openEnvironment(rom, settings);
  warnOfTelevision(rom);
  const rng = new Rng(seed);
  const policy = randomPolicy(environment.actionCount, rng.split());
  const title = `Random buttons on ${rom.name}`;
  await playEpisodes({
    environment,
    policy,
    seeds: drawnStarts(episodes, rng.split()),
    plan,
    map,
    quiet: options.json ?? false,
    onPlayed: async (evaluation) => {
      const { stage } = settings;
      const conditions = {
        stage,
        rom: rom.name,
        seed,
        noops: 0,
        epsilon: 1,
        sticky,
        actionRepeat,
      };
      printEvaluation(title, conditions, evaluation, options.json ?? false);
      await map?.write(environment, `${title}, stage ${stage}`, evaluation);
    },
  });
}
