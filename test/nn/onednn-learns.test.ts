import { describe, expect, it } from "vitest";
import { createDqnAgent } from "../../src/agent/dqn-agent.js";
import { Rng } from "../../src/core/rng.js";
import { PRECISIONS } from "../../src/nn/backend.js";
import { selectBackend } from "../../src/nn/select-backend.js";
import type { TransitionBatch } from "../../src/replay/transition.js";
import { Corridor } from "../trainer/corridor.js";
import { addonIsa } from "./onednn-addon.js";

const GAMMA = 0.8;
const SIZE = Corridor.side ** 2 * 4;
const BATCH = 16;

interface Step {
  readonly before: Uint8Array;
  readonly action: number;
  readonly reward: number;
  readonly after: Uint8Array;
  readonly terminated: boolean;
}

/** What a random walk sees and earns. */
function randomWalk(rng: Rng, steps: number): Step[] {
  const environment = new Corridor();
  let before = environment.reset().observation.slice();
  return Array.from({ length: steps }, () => {
    const action = rng.integer(environment.actionCount);
    const { observation, reward, terminated, truncated } = environment.step(action);
    const after = observation.slice();
    const step = { before, action, reward, after, terminated };
    before = terminated || truncated ? environment.reset().observation.slice() : after;
    return step;
  });
}

function batchOf(steps: readonly Step[]): TransitionBatch {
  const join = (arrays: readonly Uint8Array[]): Uint8Array =>
    Uint8Array.from({ length: BATCH * SIZE }, (_, i) => arrays[Math.floor(i / SIZE)][i % SIZE]);
  return {
    size: BATCH,
    sTm1: join(steps.map(({ before }) => before)),
    aTm1: Int32Array.from(steps, ({ action }) => action),
    rT: Float32Array.from(steps, ({ reward }) => reward),
    discountT: Float32Array.from(steps, ({ terminated }) => (terminated ? 0 : GAMMA)),
    sT: join(steps.map(({ after }) => after)),
    weights: new Float32Array(BATCH).fill(1),
    indices: new Int32Array(BATCH),
  };
}

describe.each(PRECISIONS)("the onednn backend in %s", (precision) => {
  const needed = precision === "bf16" ? 0xe7 : 1;
  it.skipIf((addonIsa() & needed) !== needed)("learns a corridor to its optimum", async () => {
    const backend = await selectBackend("onednn", { threads: 2, precision });
    const agent = createDqnAgent({
      backend,
      actionCount: 3,
      seed: 3,
      learningRate: 3e-3,
      architecture: {
        inputShape: [Corridor.side, Corridor.side, 4],
        convolutions: [{ filters: 8, size: 4, stride: 2 }],
        hiddenUnits: 24,
      },
    });
    const rng = new Rng(5);
    const seen = randomWalk(rng, 1500);
    for (let update = 0; update < 600; update++) {
      const sample = Array.from({ length: BATCH }, () => seen[rng.integer(seen.length)]);
      agent.learn(batchOf(sample));
      if (update % 25 === 0) agent.syncTarget();
    }
    const environment = new Corridor();
    let { observation } = environment.reset();
    for (let x = 2; x < Corridor.goal; x++) {
      const q = agent.qValues(observation, 1);
      expect(Math.max(...q)).toBe(q[2]);
      expect(Math.abs(q[2] - GAMMA ** (Corridor.goal - 1 - x))).toBeLessThan(0.12);
      ({ observation } = environment.step(2));
    }
    agent.dispose();
  });
});
