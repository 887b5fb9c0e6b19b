import { parentPort } from "node:worker_threads";
import type { NamedTensors } from "../../agent/agent.js";
import {
  descriptionOf,
  type BackendDescription,
  type BackendName,
  type BackendOptions,
  type ComputeBackend,
} from "../../nn/backend.js";
import { selectBackend } from "../../nn/select-backend.js";
import type { Played } from "../actor-group.js";
import type { Learner, LearnerSnapshot, LearnerState, LearnSummary } from "../learner.js";
import type { WeightExchange } from "../weight-exchange.js";
import type { Window } from "../window.js";
import { serve } from "./rpc.js";
import { createLearner, exchangeOf, type RunShare } from "./setup.js";

/** Learns, in a thread of its own that starts as many compute threads as it may. */
let backend: ComputeBackend;
let learner: Learner;
let exchange: WeightExchange;

serve(parentPort!, {
  load: async (
    wanted: { readonly name: BackendName | "auto" } & BackendOptions,
  ): Promise<BackendDescription> => {
    backend = await selectBackend(wanted.name, wanted);
    return descriptionOf(backend);
  },
  setUp: async (share: RunShare): Promise<void> => {
    learner = createLearner(share, backend);
    exchange = exchangeOf(share);
    exchange.publish(0, await learner.actingWeights());
  },
  learn: async ({
    window,
    incoming,
  }: {
    readonly window: Window;
    readonly incoming: readonly Played[];
  }): Promise<LearnSummary> => {
    const summary = await learner.learn(window, incoming);
    exchange.publish(window.index + 1, await learner.actingWeights());
    return summary;
  },
  /** To be awaited before the thread is ended. */
  settle: async (): Promise<void> => backend.settled?.(),
  evaluationAverage: (): NamedTensors | undefined => learner.evaluationAverage,
  snapshot: (): Promise<LearnerSnapshot | undefined> => learner.snapshot(),
  getState: (): Promise<LearnerState> => learner.getState(),
  /** @param window the next one to be played */
  setState: async ({
    state,
    window,
  }: {
    readonly state: LearnerState;
    readonly window: number;
  }): Promise<void> => {
    learner.setState(state);
    exchange.publish(window, await learner.actingWeights());
  },
});
