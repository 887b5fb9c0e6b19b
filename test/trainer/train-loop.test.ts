import { beforeAll, describe, expect, it } from "vitest";
import type { LearnMetrics } from "../../src/agent/agent.js";
import { createDqnAgent, type DqnAgent } from "../../src/agent/dqn-agent.js";
import { linearEpsilon } from "../../src/agent/epsilon-schedule.js";
import { Rng } from "../../src/core/rng.js";
import type { ComputeBackend } from "../../src/nn/backend.js";
import { selectBackend } from "../../src/nn/select-backend.js";
import { FrameStack } from "../../src/replay/frame-stack.js";
import { FrameStore } from "../../src/replay/frame-store.js";
import { NStepAccumulator } from "../../src/replay/n-step-accumulator.js";
import { framesForTransitions, ReplayMemory } from "../../src/replay/replay-memory.js";
import type { EpisodeSummary } from "../../src/trainer/episode.js";
import { evaluate } from "../../src/trainer/evaluator.js";
import { epsilonGreedyPolicy } from "../../src/trainer/policy.js";
import { trainLoop, type TrainObserver } from "../../src/trainer/train-loop.js";
import { Corridor } from "./corridor.js";

const GAMMA = 0.8;
let backend: ComputeBackend;
beforeAll(async () => {
  backend = await selectBackend("wasm", { threads: 1 });
});

class Recorder implements TrainObserver {
  readonly updates: { step: number; loss: number }[] = [];
  readonly episodes: { step: number; episode: EpisodeSummary }[] = [];
  stopAt = Infinity;
  #step = 0;
  onStep(step: number): void {
    this.#step = step;
  }
  onUpdate(step: number, { loss }: LearnMetrics): void {
    this.updates.push({ step, loss });
  }
  onEpisode(step: number, episode: EpisodeSummary): void {
    this.episodes.push({ step, episode });
  }
  shouldStop(): boolean {
    return this.#step >= this.stopAt;
  }
}

async function run(timesteps: number, options: { n?: number; stopAt?: number } = {}) {
  const environment = new Corridor();
  const root = new Rng(11);
  const rngs = { episodes: root.split(), exploration: root.split(), sampling: root.split() };
  const agent: DqnAgent = createDqnAgent({
    backend,
    actionCount: environment.actionCount,
    seed: 3,
    learningRate: 3e-3,
    architecture: {
      inputShape: [Corridor.side, Corridor.side, 4],
      convolutions: [{ filters: 8, size: 4, stride: 2 }],
      hiddenUnits: 24,
    },
  });
  const capacity = 400;
  const frames = new FrameStore({
    capacity: framesForTransitions(capacity),
    frameBytes: Corridor.side ** 2,
  });
  const recorder = new Recorder();
  if (options.stopAt !== undefined) recorder.stopAt = options.stopAt;
  const steps = await trainLoop(
    {
      environment,
      agent,
      frames: new FrameStack(frames),
      accumulator: new NStepAccumulator({ n: options.n ?? 1, gamma: GAMMA }),
      replay: new ReplayMemory({ capacity, frames }),
      epsilonAt: linearEpsilon({ initial: 1, final: 0.2, decaySteps: timesteps / 2 }),
      rngs,
    },
    { timesteps, batchSize: 16, learningStarts: 50, learnPeriod: 4, targetPeriod: 100 },
    recorder,
  );
  return { environment, agent, recorder, steps };
}

describe("trainLoop", () => {
  for (const n of [1, 3]) {
    it(`learns a corridor to its optimum from pixels, n-step ${n}`, async () => {
      const { agent } = await run(2400, { n });
      const environment = new Corridor();
      let { observation } = environment.reset();
      for (let x = 2; x < Corridor.goal; x++) {
        const q = agent.qValues(observation, 1);
        const optimal = GAMMA ** (Corridor.goal - 1 - x);
        expect(Math.max(...q)).toBe(q[2]);
        expect(Math.abs(q[2] - optimal)).toBeLessThan(0.12);
        ({ observation } = environment.step(2));
      }
      const result = await evaluate({
        environment,
        policy: epsilonGreedyPolicy(agent, 0, new Rng(0)),
        episodes: 3,
        rng: new Rng(0),
        now: () => 0,
      });
      expect(result).toMatchObject({ episodes: 3, completionRate: 1, steps: 15, meanDistance: 7 });
      agent.dispose();
    });
  }

  it("keeps the schedule: when it learns, and what an episode counts", async () => {
    const { recorder, steps, agent } = await run(130);
    expect(steps).toBe(130);
    expect(recorder.updates.map(({ step }) => step)).toEqual(
      Array.from({ length: 20 }, (_, i) => 52 + 4 * i),
    );
    for (const { episode } of recorder.episodes) {
      expect(episode.completed).toBe(episode.distance === Corridor.goal);
      expect(episode.truncated).toBe(!episode.completed);
      expect(episode.learnerReward).toBe(episode.completed ? 1 : 0);
    }
    expect(recorder.episodes.length).toBeGreaterThan(2);
    agent.dispose();
  });

  it("gives the same weights for the same seed", async () => {
    const first = await run(200);
    const second = await run(200);
    const weights = (agent: DqnAgent) =>
      [...agent.getWeights()].map(([name, { data }]) => [name, [...data]]);
    expect(weights(first.agent)).toEqual(weights(second.agent));
    expect(first.recorder.updates).toEqual(second.recorder.updates);
    first.agent.dispose();
    second.agent.dispose();
  });

  it("stops when asked to", async () => {
    const { steps, agent } = await run(1000, { stopAt: 77 });
    expect(steps).toBe(77);
    agent.dispose();
  });
});
