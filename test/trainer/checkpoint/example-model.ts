import { Rng } from "../../../src/core/rng.js";
import type { NamedTensors } from "../../../src/agent/agent.js";
import { type Architecture, weightShapes } from "../../../src/nn/architecture.js";
import type { Model } from "../../../src/trainer/checkpoint/model-file.js";

/** A whole network, but small: 12×12 pictures, 1,000-odd weights. */
export const SMALL: Architecture = {
  dueling: true,
  padding: "same",
  actionCount: 3,
  inputShape: [12, 12, 2],
  convolutions: [{ filters: 2, size: 4, stride: 4 }],
  hiddenUnits: 5,
};

export function randomWeights(architecture: Architecture, seed = 1): NamedTensors {
  const rng = new Rng(seed);
  return new Map(
    [...weightShapes(architecture)].map(([name, shape]) => {
      const length = shape.reduce((product, side) => product * side, 1);
      return [name, { shape, data: Float32Array.from({ length }, () => rng.uniform() - 0.5) }];
    }),
  );
}

export function exampleModel(changes: Partial<Model["metadata"]> = {}): Model {
  const architecture = changes.architecture ?? SMALL;
  return {
    weights: randomWeights(architecture),
    metadata: {
      formatVersion: 1,
      runId: "run-a",
      architecture,
      preprocessing: { kind: "luma-area", stackedFrames: 4 },
      actionSet: "mario14",
      actionRepeat: 4,
      reward: "progress",
      stage: "1-1",
      steps: 120_000,
      episodes: 431,
      seed: 7,
      preset: "fast",
      meanReward: 930.6,
      versions: { mario: "0.1.0", node: "20.20.2", backend: "wasm" },
      created: "2026-01-02T03:04:05.678Z",
      ...changes,
    },
  };
}
