import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { createDqnAgent } from "../../src/agent/dqn-agent.js";
import { resolveSettings, type SettingsOverrides } from "../../src/config/resolve.js";
import type { TrainSettings } from "../../src/config/schema.js";
import { Rng } from "../../src/core/rng.js";
import { createMarioEnv } from "../../src/env/mario-env.js";
import { weightShapes } from "../../src/nn/architecture.js";
import type { ComputeBackend } from "../../src/nn/backend.js";
import { selectBackend } from "../../src/nn/select-backend.js";
import { allocateFrames, FrameStore } from "../../src/replay/frame-store.js";
import { packTransitions } from "../../src/replay/transition-block.js";
import type { StackIds } from "../../src/replay/transition.js";
import { agentOptionsOf, architectureOf } from "../../src/trainer/agent-options.js";
import { replayPlanOf, seedsOf, windowPlanOf } from "../../src/trainer/run-plan.js";
import { WeightExchange } from "../../src/trainer/weight-exchange.js";
import { windowAfter } from "../../src/trainer/window.js";
import { createGroups, createLearner, type RunShare } from "../../src/trainer/workers/setup.js";

let backend: ComputeBackend;
beforeAll(async () => {
  backend = await selectBackend("wasm", { threads: 1 });
});

/** The memory that a run's threads share. */
function shareOf(settings: TrainSettings): RunShare {
  const { laneFrames, frameBytes } = replayPlanOf(settings);
  return {
    settings,
    weights: new WeightExchange(weightShapes(architectureOf(settings))).buffers,
    frames: Array.from({ length: settings.actors.environments }, () =>
      allocateFrames({ capacity: laneFrames, frameBytes }),
    ),
  };
}

describe("createLearner", () => {
  const changes: SettingsOverrides = {
    timesteps: 1000,
    actors: { environments: 1, windowSteps: 4 },
    network: { hiddenUnits: 8 },
    replay: { batchSize: 2, learningStarts: 0, prioritized: true, priorityBeta: 0.4 },
    learning: {
      learnPeriod: 4,
      learningRate: 0.004,
      finalLearningRateFraction: 0.25,
      learningRateDecayFraction: 0.8,
    },
  };

  /** One transition between two frames of noise, in the learner's memory. */
  function playedIn({ settings, frames: [segments] }: RunShare) {
    const { laneFrames, frameBytes } = replayPlanOf(settings);
    const store = new FrameStore({ capacity: laneFrames, frameBytes, segments });
    const random = new Rng(1);
    for (let i = 0; i < 2; i++) {
      store.add(Uint8Array.from({ length: frameBytes }, () => random.integer(256)));
    }
    const [sTm1, sT]: StackIds[] = [
      [0, 0, 0, 0],
      [0, 0, 0, 1],
    ];
    const transitions = packTransitions([{ sTm1, aTm1: 1, rT: 1, discountT: 0.9, sT }]);
    return { lane: 0, frameCount: 2, transitions, episodes: [] };
  }

  it("changes the step size and the importance weights over the run", async () => {
    const share = shareOf(resolveSettings("fast", changes));
    const learner = createLearner(share, backend);
    const setAt = async (last: number) => {
      const incoming = last === 400 ? [playedIn(share)] : [];
      const { updates } = await learner.learn({ index: 0, after: last - 4, last }, incoming);
      expect(updates).toBe(1);
      const { agent, replay } = await learner.getState();
      if (replay.sampler.kind !== "prioritized") throw new Error("there are no priorities");
      return { learningRate: agent.learningRate, beta: replay.sampler.beta };
    };
    const half = await setAt(400);
    expect(half.learningRate).toBeCloseTo(0.0025, 12);
    expect(half.beta).toBeCloseTo(0.64, 12);
    const late = await setAt(900);
    expect(late.learningRate).toBeCloseTo(0.001, 12);
    expect(late.beta).toBeCloseTo(0.94, 12);
    learner.agent.dispose();
  });

  it("keeps the averages that were asked for", async () => {
    const namesAfter = async (learning: SettingsOverrides["learning"]) => {
      const settings = resolveSettings("fast", {
        ...changes,
        learning: { ...changes.learning, ...learning },
      });
      const share = shareOf(settings);
      const learner = createLearner(share, backend);
      await learner.learn({ index: 0, after: 396, last: 400 }, [playedIn(share)]);
      const { averages } = await learner.getState();
      learner.agent.dispose();
      return Object.entries(averages).flatMap(([name, weights]) => (weights ? [name] : []));
    };
    expect(await namesAfter({ actingAverage: 1, evaluationAverage: 1 })).toEqual([]);
    expect(await namesAfter({ actingAverage: 0.1, evaluationAverage: 1 })).toEqual(["acting"]);
    expect(await namesAfter({ actingAverage: 1, evaluationAverage: 0.1 })).toEqual(["evaluation"]);
  });

  it("moves observations at random where it was asked for", async () => {
    const seenWith = async (randomShift: number) => {
      const replay = { ...changes.replay, randomShift };
      const share = shareOf(resolveSettings("fast", { ...changes, replay }));
      const learner = createLearner(share, backend);
      await learner.learn({ index: 0, after: 0, last: 4 }, [playedIn(share)]);
      const { observation } = (await learner.snapshot())!;
      learner.agent.dispose();
      // Four times the same frame.
      return { seen: observation.filter((_, i) => i % 4 === 0), frames: share.frames };
    };
    const still = await seenWith(0);
    expect(still.seen).toEqual(new Uint8Array(still.frames[0][0], 0, still.seen.length));
    expect((await seenWith(16)).seen).not.toEqual(still.seen);
  });

  it("draws weights and transitions from seeds of their own", async () => {
    const settings = resolveSettings("fast", { ...changes, seed: 8 });
    const seeds = seedsOf(settings);
    const learner = createLearner(shareOf(settings), backend);
    const { rng, agent } = await learner.getState();
    expect(rng).toEqual(new Rng(seeds.sampling).getState());
    const same = createDqnAgent({ backend, seed: seeds.network, ...agentOptionsOf(settings) });
    expect(agent.weights).toEqual(same.getWeights());
    same.dispose();
    learner.agent.dispose();
  });
});

describe("createGroups", () => {
  const rom = readFileSync(new URL("../../roms/fenn.nes", import.meta.url));
  const ROUNDS = 60;
  const environment = {
    actionRepeat: 4,
    reward: "distance",
    stallSteps: 0,
    noopMaxFrames: 30,
  } as const;

  it("plays each environment by its own seeds, for rewards that are scaled and cut", () => {
    const settings = resolveSettings("fast", {
      timesteps: 2 * ROUNDS,
      environment,
      actors: { environments: 2, windowSteps: 2 * ROUNDS },
      exploration: { initialEpsilon: 1, finalEpsilon: 1, restartShare: 0 },
      learning: { nStep: 1, rewardScale: 0.5, rewardClip: 1 },
      network: { hiddenUnits: 8 },
    });
    const { startState } = createMarioEnv({ rom });
    const share = { ...shareOf(settings), rom, startState, groups: [[0, 1]] };
    const { groups, network } = createGroups(share, backend);
    const played = groups[0].play(windowAfter(0, 0, windowPlanOf(settings)));
    network.dispose();

    const { laneFrames, frameBytes } = replayPlanOf(settings);
    const rewards: number[] = [];
    for (const [lane, { transitions, frameCount }] of played.entries()) {
      // The same game, played by hand.
      const seeds = seedsOf(settings).lanes[lane];
      const [episodes, exploration] = [new Rng(seeds.episodes), new Rng(seeds.exploration)];
      const game = createMarioEnv({ rom, startState, ...environment });
      let over = true;
      const expected = Array.from({ length: ROUNDS }, () => {
        if (over) game.reset(episodes.nextUint32());
        exploration.uniform();
        const action = exploration.integer(game.actionCount);
        const { reward, terminated, truncated } = game.step(action);
        over = terminated || truncated;
        rewards.push(reward);
        return { action, reward: Math.max(-1, Math.min(1, reward / 2)) };
      });
      expect([...transitions.aTm1]).toEqual(expected.map(({ action }) => action));
      expect([...transitions.rT]).toEqual(expected.map(({ reward }) => reward));
      const segments = share.frames[lane];
      const store = new FrameStore({ capacity: laneFrames, frameBytes, segments });
      expect(store.view(frameCount - 1)).toEqual(game.frame);
    }
    // Some were cut, and some were not.
    expect(Math.max(...rewards)).toBeGreaterThan(2);
    expect(rewards.some((reward) => reward > 0 && reward < 2)).toBe(true);
    expect(played[1].transitions.aTm1).not.toEqual(played[0].transitions.aTm1);
  });
});
