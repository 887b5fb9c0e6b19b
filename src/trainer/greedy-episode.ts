import type { ActingNetwork } from "../agent/acting-network.js";
import type { Environment } from "../env/environment.js";
import { EpisodeTally, type EpisodeSummary, type GameInfo } from "./episode.js";
import { argmax } from "./policy.js";

/** Plays a whole episode, always with the best action. @param seed of the episode's start */
export function playGreedily(
  environment: Environment<GameInfo>,
  network: ActingNetwork,
  seed: number,
): EpisodeSummary {
  const tally = new EpisodeTally();
  const start = environment.reset(seed);
  tally.start();
  let { observation } = start;
  for (;;) {
    const result = environment.step(argmax(network.qValues(observation, 1)));
    observation = result.observation;
    const summary = tally.add(result);
    if (summary) return summary;
  }
}
