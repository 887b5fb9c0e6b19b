import type { TrainSettings } from "../config/schema.js";
import { actionSet } from "../env/actions.js";
import { type Architecture, DQN_ARCHITECTURE } from "../nn/architecture.js";

/** The network that settings describe. */
export function architectureOf({ network, environment }: TrainSettings): Architecture {
  return {
    ...DQN_ARCHITECTURE,
    ...network,
    actionCount: actionSet(environment.actionSet).length,
  };
}
