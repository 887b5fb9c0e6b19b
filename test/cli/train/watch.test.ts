import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { lastFrameOf } from "../../../src/cli/train/watch.js";
import { Rng } from "../../../src/core/rng.js";
import { createMarioEnv } from "../../../src/env/mario-env.js";
import { StackIdTracker } from "../../../src/replay/stack-id-tracker.js";
import { FrameStore } from "../../../src/replay/frame-store.js";
import { NStepAccumulator } from "../../../src/replay/n-step-accumulator.js";
import { ActorGroup } from "../../../src/trainer/actor-group.js";
import { windowAfter } from "../../../src/trainer/window.js";

/** A policy that runs right, so that episodes end soon. */
const network = {
  actionCount: 14,
  qValues: (_: Uint8Array, batch: number): Float32Array =>
    Float32Array.from({ length: 14 * batch }, (_, i) => (i % 14 === 9 ? 1 : 0)),
};

describe("lastFrameOf", () => {
  it("finds the frames of every episode in what actors store", () => {
    const rom = new Uint8Array(readFileSync(new URL("../../../roms/fenn.nes", import.meta.url)));
    const plan = { timesteps: 10_000, environments: 2, rounds: 37 };
    const environment = createMarioEnv({ rom });
    const firstFrame = (environment.reset(0), environment.frame.slice());
    const store = new FrameStore({ capacity: 20_000, frameBytes: 84 * 84 });
    const group = new ActorGroup({
      lanes: [
        {
          lane: 1,
          environment,
          store,
          frames: new StackIdTracker(store),
          accumulator: new NStepAccumulator({ n: 1, gamma: 0.9 }),
          rngs: { episodes: new Rng(1), exploration: new Rng(2), noise: new Rng(3) },
        },
      ],
      network: network as unknown as ConstructorParameters<typeof ActorGroup>[0]["network"],
      epsilonAt: () => 0.3,
      plan,
    });
    let found = 0;
    let step = 0;
    for (let index = 0; found < 6; index++) {
      const window = windowAfter(step, index, plan);
      const [{ frameCount, episodes }] = group.play(window);
      let end = lastFrameOf(window, plan, 1, frameCount, episodes.at(-1)?.step ?? 0);
      for (const { episode } of [...episodes].reverse()) {
        const first = end - episode.steps;
        // It begins with the start of the stage, and the one before it ended right before that.
        expect(Buffer.compare(store.view(first), firstFrame)).toBe(0);
        end = first - 1;
        found++;
      }
      step = window.last;
    }
  });
});
