import type { Agent } from "../agent/agent.js";
import type { Rng } from "../core/rng.js";

/** Decides what to do about one observation, `[84, 84, 4] uint8`. */
export type Policy = (observation: Uint8Array) => number;

/** Uniformly random actions: what `mario random` plays. */
export function randomPolicy(actionCount: number, rng: Rng): Policy {
  return () => rng.integer(actionCount);
}

/** The agent's best action, but with probability epsilon a random one. */
export function epsilonGreedyPolicy(agent: Agent, epsilon: number, rng: Rng): Policy {
  return (observation) => chooseAction(agent, observation, epsilon, rng);
}

/** Epsilon-greedy choice for one observation. The network is asked only when its answer counts. */
function chooseAction(agent: Agent, observation: Uint8Array, epsilon: number, rng: Rng): number {
  if (rng.uniform() < epsilon) return rng.integer(agent.actionCount);
  return argmax(agent.qValues(observation, 1));
}

/** Index of the largest value; the first of equals. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
