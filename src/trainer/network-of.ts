import type { TrainSettings } from "../config/schema.js";
import { actionSet } from "../env/actions.js";
import { type Architecture, networkArchitecture } from "../nn/architecture.js";

/** The network that settings describe. */
export function architectureOf({ network, environment }: TrainSettings): Architecture {
  return networkArchitecture(network, actionSet(environment.actionSet).length);
}
