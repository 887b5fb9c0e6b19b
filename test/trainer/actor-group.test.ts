import { describe, expect, it } from "vitest";
import { createActingNetwork, type ActingNetwork } from "../../src/agent/acting-network.js";
import { Rng } from "../../src/core/rng.js";
import type { EpisodeStart, RestartableEnvironment } from "../../src/env/environment.js";
import { RestartingEnv } from "../../src/env/restarting-env.js";
import { selectBackend } from "../../src/nn/select-backend.js";
import { StackIdTracker } from "../../src/replay/stack-id-tracker.js";
import { FrameStore } from "../../src/replay/frame-store.js";
import { NStepAccumulator } from "../../src/replay/n-step-accumulator.js";
import { ActorGroup } from "../../src/trainer/actor-group.js";
import type { GameInfo } from "../../src/trainer/episode.js";
import { windowAfter, type WindowPlan } from "../../src/trainer/window.js";
import { Corridor } from "./corridor.js";

/** A corridor whose left half is a pit: going back there is a death. */
class Edge extends Corridor implements RestartableEnvironment<GameInfo> {
  restart(state: Uint8Array): EpisodeStart<GameInfo> {
    this.setState(state);
    return {
      observation: this.observation,
      info: { moved: 0, maxX: 3, completed: false, frames: 0 },
    };
  }

  override step(action: number) {
    const result = super.step(action);
    const fell = this.x < 2;
    return { ...result, terminated: result.terminated || fell };
  }
}

const LANES = 3;
const PLAN: WindowPlan = { timesteps: 10_000, environments: LANES, rounds: 3 };
const ARCHITECTURE = {
  padding: "same" as const,
  inputShape: [Corridor.side, Corridor.side, 4] as const,
  convolutions: [{ filters: 2, size: 4, stride: 2 }],
  hiddenUnits: 4,
  noisy: true,
};

async function createGroup(): Promise<ActorGroup> {
  const backend = await selectBackend("cpu");
  const frameBytes = Corridor.side ** 2;
  return new ActorGroup({
    lanes: Array.from({ length: LANES }, (_, lane) => {
      const store = new FrameStore({ capacity: 5000, frameBytes });
      return {
        lane,
        environment: new RestartingEnv(new Edge(), { share: 0.8, period: 1 }),
        store,
        frames: new StackIdTracker(store),
        accumulator: new NStepAccumulator({ n: 2, gamma: 0.9 }),
        rngs: {
          episodes: new Rng(10 + lane),
          exploration: new Rng(20 + lane),
          noise: new Rng(30 + lane),
        },
      };
    }),
    network: createActingNetwork({ backend, actionCount: 3, ...ARCHITECTURE }),
    epsilonAt: () => 0.5,
    plan: PLAN,
  });
}

describe("a group of environments that goes on from its state", () => {
  it("plays as one that never stopped, also where an episode ended with the window", async () => {
    const group = await createGroup();
    let betweenEpisodes = 0;
    let restarts = 0;
    let window = windowAfter(0, 0, PLAN);
    group.play(window);
    for (let i = 1; i < 60; i++) {
      const state = structuredClone(group.getState());
      betweenEpisodes += state.filter(({ episode }) => episode === undefined).length;
      const copy = await createGroup();
      copy.setState(state);
      window = windowAfter(window.last, i, PLAN);
      const played = group.play(window);
      expect(copy.play(window)).toEqual(played);
      restarts += played
        .flatMap(({ episodes }) => episodes)
        .filter((e) => e.episode.restarted).length;
    }
    // Otherwise it has shown nothing.
    expect(betweenEpisodes).toBeGreaterThan(10);
    expect(restarts).toBeGreaterThan(10);
  });
});

/** Column of the lit one in the newest of four frames, `[8, 8, 4] uint8`. */
function columnIn(observation: Uint8Array): number {
  return Array.from({ length: Corridor.side }, (_, x) => observation[4 * x + 3]).indexOf(255);
}

/** What the network below says of a column: right from an even one, left from an odd one. */
const greedyAction = (column: number) => (column % 2 === 0 ? 2 : 0);

/** A network whose answer to a row depends on that row alone; it remembers the noise that it is given. */
const noises: (Rng | undefined)[] = [];
const network: ActingNetwork = {
  actionCount: 3,
  qValues: (observations, batch, noise) => {
    noises.push(noise);
    const rowBytes = observations.length / batch;
    return Float32Array.from({ length: 3 * batch }, (_, i) => {
      const row = Math.floor(i / 3);
      const column = columnIn(observations.subarray(row * rowBytes, (row + 1) * rowBytes));
      return i % 3 === greedyAction(column) ? 1 : 0;
    });
  },
  setWeights: () => undefined,
  dispose: () => undefined,
};

describe("a group of environments that asks the network", () => {
  it("gives each environment the answer to its own observation", () => {
    const rounds = 60;
    const plan: WindowPlan = { timesteps: LANES * rounds, environments: LANES, rounds };
    const stores = Array.from(
      { length: LANES },
      () => new FrameStore({ capacity: 2 * rounds, frameBytes: Corridor.side ** 2 }),
    );
    const noise = new Rng(0);
    const group = new ActorGroup({
      lanes: stores.map((store, lane) => ({
        lane,
        environment: new Corridor(),
        store,
        frames: new StackIdTracker(store),
        accumulator: new NStepAccumulator({ n: 1, gamma: 0.9 }),
        rngs: { episodes: new Rng(0), exploration: new Rng(20 + lane), noise },
      })),
      network,
      epsilonAt: () => 0.5,
      plan,
    });
    const explorations = stores.map((_, lane) => new Rng(20 + lane));
    const greedy = Array.from({ length: rounds }, () => [0, 0, 0]);
    for (const { lane, transitions } of group.play(windowAfter(0, 0, plan))) {
      expect(transitions.size).toBe(rounds);
      for (let i = 0; i < rounds; i++) {
        const random = explorations[lane].uniform() < 0.5;
        // Newest of the four frames before the action.
        const frame = stores[lane].view(transitions.ids[8 * i + 3]);
        const own = greedyAction(frame.indexOf(255));
        const action = random ? explorations[lane].integer(3) : own;
        expect(transitions.aTm1[i]).toBe(action);
        if (!random) greedy[i][lane] = 1;
      }
    }
    // One for the whole batch: noise is shared by its rows.
    expect(noises.length).toBeGreaterThan(rounds / 2);
    for (const given of noises) expect(given).toBe(noise);
    // Rounds in which some asked, but not the first: rows and environments are counted apart.
    const shifted = greedy.filter(([first, ...others]) => first === 0 && others.includes(1));
    expect(shifted.length).toBeGreaterThan(10);
  });
});
