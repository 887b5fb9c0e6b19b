import type { ActingNetwork } from "../agent/acting-network.js";
import type { Environment, EpisodeStart } from "../env/environment.js";
import { EpisodeTally, type EpisodeSummary, type GameInfo } from "./episode.js";
import { argmax } from "./policy.js";

/** Plays an episode to its end, always with the best action. @param start as its reset gave it */
export function playGreedily(
  environment: Environment<GameInfo>,
  network: ActingNetwork,
  start: EpisodeStart<GameInfo>,
): EpisodeSummary {
  const tally = new EpisodeTally();
  tally.start(start.info);
  let { observation } = start;
  for (;;) {
    const result = environment.step(argmax(network.qValues(observation, 1)));
    observation = result.observation;
    const summary = tally.add(result);
    if (summary) return summary;
  }
}
