import { parentPort } from "node:worker_threads";
import type { BackendName, BackendOptions, ComputeBackend } from "../../nn/backend.js";
import { selectBackend } from "../../nn/select-backend.js";
import type { Played } from "../actor-group.js";
import type { Learner, LearnerLook, LearnerState, LearnSummary } from "../learner.js";
import type { WeightExchange } from "../weight-exchange.js";
import type { Window } from "../window.js";
import { serve } from "./rpc.js";
import { createLearner, exchangeOf, type RunShare } from "./setup.js";

/** Learns, in a thread of its own that starts as many compute threads as it may. */
let backend: ComputeBackend;
let learner: Learner;
let exchange: WeightExchange;

/** A backend, as far as another thread may know it. */
export interface BackendDescription {
  readonly name: BackendName;
  readonly description: string;
  /** Compute threads. */
  readonly threads: number;
}

serve(parentPort!, {
  load: async (
    wanted: { readonly name: BackendName | "auto" } & BackendOptions,
  ): Promise<BackendDescription> => {
    backend = await selectBackend(wanted.name, wanted);
    const { name, description, threads } = backend;
    return { name, description, threads };
  },
  setUp: (share: RunShare): void => {
    learner = createLearner(share, backend);
    exchange = exchangeOf(share);
    exchange.publish(0, learner.actingWeights);
  },
  learn: ({
    window,
    incoming,
  }: {
    readonly window: Window;
    readonly incoming: readonly Played[];
  }): LearnSummary => {
    const summary = learner.learn(window, incoming);
    exchange.publish(window.index + 1, learner.actingWeights);
    return summary;
  },
  look: (): LearnerLook | undefined => learner.look(),
  getState: (): LearnerState => learner.getState(),
  /** @param window the next one to be played */
  setState: ({
    state,
    window,
  }: {
    readonly state: LearnerState;
    readonly window: number;
  }): void => {
    learner.setState(state);
    exchange.publish(window, learner.actingWeights);
  },
});
