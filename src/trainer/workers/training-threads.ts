import type { NamedTensors } from "../../agent/agent.js";
import type { TrainSettings } from "../../config/schema.js";
import { weightShapes } from "../../nn/architecture.js";
import type { BackendName, BackendOptions } from "../../nn/backend.js";
import { allocateFrames, FrameStore } from "../../replay/frame-store.js";
import type { ActorLaneState, Played } from "../actor-group.js";
import type { LearnerSnapshot, LearnerState, LearnSummary } from "../learner.js";
import type { EpisodeSummary } from "../episode.js";
import { architectureOf } from "../agent-options.js";
import { groupsOf, replayPlanOf } from "../run-plan.js";
import type { ActorHandle, LearnerHandle, TrainParts } from "../train-loop.js";
import { WeightExchange } from "../weight-exchange.js";
import type { Window } from "../window.js";
import type { EvaluationRequest } from "./actor-worker.js";
import type { BackendDescription } from "../../nn/backend.js";
import { RemoteWorker } from "./rpc.js";
import type { ActorShare, RunShare } from "./setup.js";

/** Threads are the learner's (default: all cores); so is the precision. */
export interface ThreadOptions extends BackendOptions {
  readonly backend: BackendName | "auto";
  /** Actor threads at most: never more than there are groups of environments. */
  readonly actors: number;
  /** Of each evaluation: it needs no more threads. 0 where there is none. */
  readonly evalEpisodes: number;
}

/** What all threads know between two windows, but for the frames. */
export interface ThreadsState {
  readonly actors: readonly ActorLaneState[];
  readonly learner: LearnerState;
}

export interface EvaluateOptions {
  readonly weights?: NamedTensors | undefined;
  readonly shouldStop?: () => boolean;
}

/** Milliseconds for which each thread has worked. */
export interface BusyTimes {
  readonly actors: readonly number[];
  readonly learner: number;
}

/** A thread, and when it has loaded its libraries. */
interface Player {
  readonly worker: RemoteWorker;
  readonly loading: Promise<BackendDescription>;
}

interface Evaluator extends Player {
  /** Undefined before its first evaluation. */
  ready?: Promise<unknown>;
}

/** The threads of one run: actors, and a learner. */
export class TrainingThreads implements TrainParts {
  readonly learner: LearnerHandle;
  readonly #options: ThreadOptions;
  readonly #actorWorkers: RemoteWorker[] = [];
  /** Play evaluations beside the actors; set up at the first. */
  readonly #evaluators: Evaluator[] = [];
  #evaluatorShare: ActorShare | undefined;
  readonly #learnerWorker: RemoteWorker;
  readonly #loading: Promise<BackendDescription>[] = [];
  readonly #backend: Promise<BackendDescription>;
  #exchange: WeightExchange | undefined;
  #stores: readonly FrameStore[] = [];

  /**
   * Starts the threads, which load their libraries while the caller goes on.
   * @param environments that it will probably be; `setUp` starts more threads where it needs them
   */
  constructor(environments: number, options: ThreadOptions) {
    this.#options = options;
    const learner = new RemoteWorker(new URL("learner-worker.js", import.meta.url), "learner");
    this.#learnerWorker = learner;
    const { backend: name, threads, precision } = options;
    this.#backend = learner.call("load", {
      name,
      ...(threads !== undefined && { threads }),
      ...(precision !== undefined && { precision }),
    }) as Promise<BackendDescription>;
    // A failure is heard of in `setUp`.
    this.#backend.catch(() => undefined);
    this.#startActors(environments);
    this.learner = {
      learn: (window: Window, incoming) =>
        learner.call("learn", { window, incoming }) as Promise<LearnSummary>,
    };
  }

  get actors(): readonly ActorHandle[] {
    return this.#actorWorkers.map((worker) => ({
      play: (window) => worker.call("play", window) as Promise<Played[]>,
    }));
  }

  /** The learner's. @throws MarioError BACKEND_UNAVAILABLE */
  get backend(): Promise<BackendDescription> {
    return this.#backend;
  }

  /** As many as the environments have groups, and no more than were allowed. */
  #startActors(environments: number): void {
    const count = Math.min(this.#options.actors, groupsOf(environments).length);
    for (let actor = this.#actorWorkers.length; actor < count; actor++) {
      const { worker, loading } = this.#startPlayer(`actor ${actor + 1}`);
      this.#actorWorkers.push(worker);
      this.#loading.push(loading);
    }
  }

  #startPlayer(name: string): Player {
    const worker = new RemoteWorker(new URL("actor-worker.js", import.meta.url), name);
    const loading = worker.call("load", this.#options.backend) as Promise<BackendDescription>;
    loading.catch(() => undefined);
    return { worker, loading };
  }

  /**
   * Gives every thread its part.
   * @param startState the stage's first moment of play
   * @returns the learner's backend, and that of all actors
   * @throws MarioError BACKEND_UNAVAILABLE
   */
  async setUp(
    settings: TrainSettings,
    rom: Uint8Array,
    startState: Uint8Array,
  ): Promise<{ readonly learner: BackendDescription; readonly actors: BackendDescription }> {
    const { environments } = settings.actors;
    this.#startActors(environments);
    const learner = await this.#backend;
    // Now, not at the first evaluation: a rebuild in between would mix two versions in one run.
    this.#startEvaluators(learner.threads);
    const [actors] = await Promise.all(this.#loading);
    const { laneFrames, frameBytes } = replayPlanOf(settings);
    this.#exchange = new WeightExchange(weightShapes(architectureOf(settings)));
    const share: RunShare = {
      settings,
      weights: this.#exchange.buffers,
      frames: Array.from({ length: environments }, () =>
        allocateFrames({ capacity: laneFrames, frameBytes }),
      ),
    };
    this.#stores = share.frames.map(
      (segments) => new FrameStore({ capacity: laneFrames, frameBytes, segments }),
    );
    const groups = groupsOf(environments);
    const workers = this.#actorWorkers;
    const groupsOfActor = (actor: number) => groups.filter((_, i) => i % workers.length === actor);
    this.#evaluatorShare = { ...share, rom, startState, groups: [] };
    await Promise.all([
      this.#learnerWorker.call("setUp", share),
      ...workers.map((worker, actor) => {
        const own: ActorShare = { ...share, rom, startState, groups: groupsOfActor(actor) };
        return worker.call("setUp", own);
      }),
    ]);
    return { learner, actors };
  }

  /** Weights at the end of a window, copied; to be asked for before the next window is over. */
  weightsAfter(window: number): NamedTensors {
    const copies = [...this.#exchange!.for(window + 1)].map(
      ([name, { shape, data }]) => [name, { shape, data: data.slice() }] as const,
    );
    return new Map(copies);
  }

  /**
   * Plays whole episodes with the best actions, on environments of their own; to be asked for between
   * two windows.
   * @param window whose weights are tried: those at its end
   * @param seeds one for each episode
   * @param options.weights tried in their place
   * @param options.shouldStop asked after each episode
   * @returns in the order of the seeds, whatever the number of threads; undefined when stopped before
   * all were played
   */
  async evaluate(
    window: number,
    seeds: readonly number[],
    { weights, shouldStop }: EvaluateOptions = {},
  ): Promise<EpisodeSummary[] | undefined> {
    await this.#setUpEvaluators();
    const workers = this.#evaluationWorkers;
    const request: EvaluationRequest = { window: window + 1, weights };
    await Promise.all(workers.map((worker) => worker.call("prepareEvaluation", request)));
    const played: EpisodeSummary[] = [];
    const queue = { next: 0, done: 0, stopped: false };
    const playOn = async (worker: RemoteWorker): Promise<void> => {
      while (queue.next < seeds.length && !queue.stopped) {
        const i = queue.next++;
        played[i] = (await worker.call("evaluate", seeds[i])) as EpisodeSummary;
        queue.done++;
        queue.stopped ||= shouldStop?.() ?? false;
      }
    };
    await Promise.all(workers.map((worker) => playOn(worker)));
    return queue.done === seeds.length ? played : undefined;
  }

  get #evaluationWorkers(): readonly RemoteWorker[] {
    return [...this.#actorWorkers, ...this.#evaluators.map(({ worker }) => worker)];
  }

  /** Threads that play evaluations, the actors included. */
  get evaluationThreads(): number {
    return this.#evaluationWorkers.length;
  }

  /**
   * The learner rests while evaluations are played: its compute threads' cores play, too.
   * @param threads of the learner
   */
  #startEvaluators(threads: number): void {
    const { evalEpisodes } = this.#options;
    while (this.evaluationThreads < Math.min(threads, evalEpisodes)) {
      this.#evaluators.push(this.#startPlayer(`evaluator ${this.#evaluators.length + 1}`));
    }
  }

  async #setUpEvaluators(): Promise<void> {
    const setUps = this.#evaluators.map((evaluator) => {
      const { loading, worker } = evaluator;
      evaluator.ready ??= loading.then(() => worker.call("setUp", this.#evaluatorShare));
      return evaluator.ready;
    });
    await Promise.all(setUps);
  }

  /** To be asked for between two windows; undefined where none is kept, or before the first update. */
  evaluationAverage(): Promise<NamedTensors | undefined> {
    return this.#learnerWorker.call("evaluationAverage", undefined) as Promise<
      NamedTensors | undefined
    >;
  }

  /** Each environment's frames, in the memory that all threads share; as of the last `getState`. */
  get stores(): readonly FrameStore[] {
    return this.#stores;
  }

  /** To be asked for between two windows; brings {@link stores} up to date. */
  async getState(): Promise<ThreadsState> {
    const [learner, ...actors] = await Promise.all([
      this.#learnerWorker.call("getState", undefined) as Promise<LearnerState>,
      ...this.#actorWorkers.map(
        (worker) => worker.call("getState", undefined) as Promise<ActorLaneState[]>,
      ),
    ]);
    const lanes = actors.flat().sort((a, b) => a.lane - b.lane);
    for (const { lane, frameCount } of lanes) this.#stores[lane].advance(frameCount);
    return { learner, actors: lanes };
  }

  /**
   * Goes on from there; the frames must be in the stores again.
   * @param window the next one to be played
   */
  async setState(state: ThreadsState, window: number): Promise<void> {
    await Promise.all([
      this.#learnerWorker.call("setState", { state: state.learner, window }),
      ...this.#actorWorkers.map((worker) => worker.call("setState", state.actors)),
    ]);
  }

  /** To be asked for between two windows; undefined before the first update. */
  snapshot(): Promise<LearnerSnapshot | undefined> {
    return this.#learnerWorker.call("snapshot", undefined) as Promise<LearnerSnapshot | undefined>;
  }

  get busyMs(): BusyTimes {
    return {
      actors: this.#actorWorkers.map(({ busyMs }) => busyMs),
      learner: this.#learnerWorker.busyMs,
    };
  }

  async dispose(): Promise<void> {
    // A thread that ends while it waits for a GPU takes the process with it.
    const backend = await this.#backend.catch(() => undefined);
    if (backend?.name === "webgpu") {
      await this.#learnerWorker.call("settle", undefined).catch(() => undefined);
    }
    await Promise.all(
      [this.#learnerWorker, ...this.#evaluationWorkers].map((worker) => worker.terminate()),
    );
  }
}
