import { parentPort } from "node:worker_threads";
import type { ActingNetwork } from "../../agent/acting-network.js";
import type { NamedTensors } from "../../agent/agent.js";
import { selectActingBackend } from "../../nn/select-backend.js";
import { descriptionOf, type BackendDescription, type BackendName } from "../../nn/backend.js";
import type { MarioEnv } from "../../env/mario-env.js";
import type { ActorGroup, ActorLaneState, Played } from "../actor-group.js";
import type { EpisodeSummary } from "../episode.js";
import { playGreedily } from "../greedy-episode.js";
import type { WeightExchange } from "../weight-exchange.js";
import type { Window } from "../window.js";
import { serve } from "./rpc.js";
import { createGroups, exchangeOf, openEvaluationEnvironment, type ActorShare } from "./setup.js";

/** Plays some groups of environments, in a thread of its own, with one compute thread. */
let backend: ReturnType<typeof selectActingBackend> | undefined;
let groups: ActorGroup[];
let network: ActingNetwork;
let exchange: WeightExchange;
let own: ActorShare;
let evaluationEnvironment: MarioEnv | undefined;

export interface EvaluationRequest {
  /** Whose weights are to be tried. */
  readonly window: number;
  /** These are tried in their place. */
  readonly weights?: NamedTensors | undefined;
}

serve(parentPort!, {
  /** Loads the libraries, while the main thread still plays to the stage's start. */
  load: async (name: BackendName | "auto"): Promise<BackendDescription> => {
    backend = selectActingBackend(name);
    return descriptionOf(await backend);
  },
  setUp: async (share: ActorShare): Promise<void> => {
    own = share;
    ({ groups, network } = createGroups(share, await backend!));
    exchange = exchangeOf(share);
  },
  play: (window: Window): Played[] => {
    network.setWeights(exchange.for(window.index));
    return groups.flatMap((group) => group.play(window));
  },
  prepareEvaluation: ({ window, weights }: EvaluationRequest): void => {
    network.setWeights(weights ?? exchange.for(window));
    evaluationEnvironment ??= openEvaluationEnvironment(own);
  },
  /** After `prepareEvaluation`. @param seed of the episode */
  evaluate: (seed: number): EpisodeSummary => playGreedily(evaluationEnvironment!, network, seed),
  getState: (): ActorLaneState[] => groups.flatMap((group) => group.getState()),
  setState: (states: readonly ActorLaneState[]): void => {
    for (const group of groups) group.setState(states);
  },
});
