import sharp from "sharp";
import { expect, it } from "vitest";
import { createDqnAgent } from "../../../src/agent/dqn-agent.js";
import { LearnerSummaries } from "../../../src/cli/train/learner-summaries.js";
import { WriteFailures } from "../../../src/cli/train/write-failures.js";
import { MarioError } from "../../../src/core/errors.js";
import type { EncodedImage } from "../../../src/logging/summary-encoding.js";
import type { SummarySink } from "../../../src/logging/summary-sink.js";
import { createCpuBackend } from "../../../src/nn/tfjs-cpu/backend.js";

const nothing = (): void => undefined;
const emptySink: SummarySink = {
  scalar: nothing,
  text: nothing,
  hparams: nothing,
  endSession: nothing,
  flush: nothing,
  close: nothing,
  histogram: nothing,
  image: nothing,
};

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
    ...emptySink,
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
    failures: new WriteFailures(nothing),
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

it("tells at once that pictures cannot be written, and lets the run end well", async () => {
  const warnings: string[] = [];
  const failures = new WriteFailures((message) => warnings.push(message));
  const histograms: string[] = [];
  const summaries = new LearnerSummaries({
    sink: { ...emptySink, histogram: (tag) => histograms.push(tag) },
    snapshot: () =>
      Promise.resolve({
        weights: new Map(),
        gradients: new Map(),
        qValues: Float32Array.of(1),
        observation: new Uint8Array(256),
      }),
    shape: [8, 8, 4],
    stepPeriod: 100,
    failures,
    // As where sharp does not load.
    encode: () => Promise.reject(new MarioError("NOT_WRITABLE", "Pictures cannot be written.")),
  });
  await summaries.onWindow({ last: 50 });
  await expect.poll(() => warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/a picture of an observation: Pictures cannot be written\./);
  await summaries.onWindow({ last: 150 });
  await summaries.finish();
  expect(warnings).toHaveLength(1);
  expect(failures.summary).toMatch(/a picture of an observation/);
  expect(histograms).toEqual(["q_values", "q_values"]);
});
