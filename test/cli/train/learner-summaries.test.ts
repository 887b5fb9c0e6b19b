import sharp from "sharp";
import { expect, it } from "vitest";
import { createDqnAgent } from "../../../src/agent/dqn-agent.js";
import { LearnerSummaries } from "../../../src/cli/train/learner-summaries.js";
import type { EncodedImage } from "../../../src/logging/summary-encoding.js";
import type { SummarySink } from "../../../src/logging/summary-sink.js";
import { createCpuBackend } from "../../../src/nn/tfjs-cpu/backend.js";

const nothing = (): void => undefined;

it("writes every weight, every gradient's mean, all Q-values, and what the network saw", async () => {
  const agent = createDqnAgent({
    backend: await createCpuBackend(),
    actionCount: 3,
    seed: 5,
    learningRate: 1e-3,
    dueling: true,
    architecture: {
      inputShape: [8, 8, 4],
      convolutions: [{ filters: 2, size: 4, stride: 2 }],
      hiddenUnits: 4,
    },
  });
  const observations = Uint8Array.from({ length: 2 * 256 }, (_, i) => (i * 7) & 0xff);
  const before = agent.getWeights();
  const histograms = new Map<string, number[]>();
  const images = new Map<string, EncodedImage>();
  const sink: SummarySink = {
    scalar: nothing,
    text: nothing,
    hparams: nothing,
    endSession: nothing,
    flush: nothing,
    close: nothing,
    histogram: (tag, values, step) => {
      expect(step).toBe(10_000);
      histograms.set(tag, Array.from(values));
    },
    image: (tag, image) => images.set(tag, image),
  };
  const seen = observations.slice();
  const moments = [...agent.getState().optimizer.moments].filter(([name]) => name.endsWith("/m"));
  let snapshots = 0;
  const summaries = new LearnerSummaries({
    sink,
    snapshot: () => {
      snapshots++;
      // Nothing to see before the first update.
      if (snapshots === 1) return Promise.resolve(undefined);
      return Promise.resolve({
        weights: agent.getWeights(),
        gradients: new Map(moments.map(([name, tensor]) => [name.slice(0, -2), tensor])),
        qValues: agent.qValues(observations, 2),
        observation: observations.slice(0, 256),
      });
    },
    shape: [8, 8, 4],
  });
  // Once a period, not after every window.
  for (const last of [9_984, 10_000, 10_064, 19_996]) await summaries.onWindow({ last });
  expect(snapshots).toBe(2);
  await summaries.finish();

  const layers = ["conv1", "hidden", "output", "valueHidden", "value"];
  const names = layers.flatMap((layer) => [`${layer}/bias`, `${layer}/kernel`]);
  expect([...histograms.keys()].sort()).toEqual(
    [...names.flatMap((name) => [`weights/${name}`, `gradients/${name}`]), "q_values"].sort(),
  );
  for (const name of names) {
    expect(histograms.get(`weights/${name}`)).toEqual(Array.from(before.get(name)!.data));
    // Nothing was learned yet.
    expect(new Set(histograms.get(`gradients/${name}`))).toEqual(new Set([0]));
  }
  expect(histograms.get("q_values")).toEqual(Array.from(agent.qValues(seen, 2)));

  const image = images.get("observation")!;
  const { data, info } = await sharp(image.bytes).raw().toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: 76, height: 16 });
  expect(image).toMatchObject({ width: 76, height: 16 });
  // Pixel (5, 3) of the third frame: two gaps of 2 to its left, everything twice as large.
  const at = 3 * (2 * 3 * info.width + 2 * (2 * 10 + 5));
  expect([...data.subarray(at, at + 3)]).toEqual(Array(3).fill(seen[(3 * 8 + 5) * 4 + 2]));
  agent.dispose();
});
