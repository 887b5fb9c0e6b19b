import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import type { NamedTensors } from "../../src/nn/named-tensors.js";
import { createQNetwork } from "../../src/nn/q-network.js";
import { selectBackend } from "../../src/nn/select-backend.js";

/** Of one observation: value of a row, a column and a channel; 0 beyond its edges. */
interface Maps {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly at: (y: number, x: number, c: number) => number;
}

function mapsOf(
  [height, width, channels]: readonly [number, number, number],
  value: Maps["at"],
): Maps {
  const inside = (y: number, x: number) => y >= 0 && x >= 0 && y < height && x < width;
  const values = new Float64Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) values[(y * width + x) * channels + c] = value(y, x, c);
    }
  }
  const at = (y: number, x: number, c: number) =>
    inside(y, x) ? values[(y * width + x) * channels + c] : 0;
  return { height, width, channels, at };
}

const THREE = [-1, 0, 1];
const positive = (x: number) => Math.max(0, x);
const activated = ({ height, width, channels, at }: Maps) =>
  mapsOf([height, width, channels], (...place) => positive(at(...place)));

/** 3×3, stride 1, as large as its input. */
function convolved(maps: Maps, weights: NamedTensors, name: string): Maps {
  const { data: kernel, shape } = weights.get(`${name}/kernel`)!;
  const { data: bias } = weights.get(`${name}/bias`)!;
  const [, , inputs, filters] = shape;
  return mapsOf([maps.height, maps.width, filters], (y, x, filter) => {
    let sum = bias[filter];
    for (const dy of THREE) {
      for (const dx of THREE) {
        for (let c = 0; c < inputs; c++) {
          const place = ((dy + 1) * 3 + dx + 1) * inputs + c;
          sum += maps.at(y + dy, x + dx, c) * kernel[place * filters + filter];
        }
      }
    }
    return sum;
  });
}

/** Maxima of 3×3, stride 2: what "same" padding leaves out it leaves out evenly, else at the end. */
function pooled({ height, width, channels, at }: Maps): Maps {
  const first = (i: number, side: number) => 2 * i - (side % 2);
  return mapsOf([Math.ceil(height / 2), Math.ceil(width / 2), channels], (y, x, c) => {
    let largest = -Infinity;
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        const [row, column] = [first(y, height) + i, first(x, width) + j];
        const inside = row >= 0 && column >= 0 && row < height && column < width;
        if (inside) largest = Math.max(largest, at(row, column, c));
      }
    }
    return largest;
  });
}

/** What a block adds to its input. */
function residue(maps: Maps, weights: NamedTensors, block: string): Maps {
  const first = convolved(activated(maps), weights, `${block}/conv1`);
  return convolved(activated(first), weights, `${block}/conv2`);
}

function dense(x: readonly number[], weights: NamedTensors, name: string): number[] {
  const { data: kernel } = weights.get(`${name}/kernel`)!;
  const { data: bias } = weights.get(`${name}/bias`)!;
  return Array.from(bias, (start, unit) =>
    x.reduce((sum, value, i) => sum + value * kernel[i * bias.length + unit], start),
  );
}

describe("the residual encoder", () => {
  it.each([
    ["even sides", [8, 6, 2]],
    ["odd sides", [9, 7, 3]],
  ] as const)("is IMPALA's (Espeholt et al. 2018, figure 3, right): %s", async (_, inputShape) => {
    const backend = await selectBackend("cpu");
    const network = createQNetwork({
      actionCount: 4,
      inputShape,
      convolutions: [],
      residualSections: [3, 5],
      hiddenUnits: 6,
      dueling: false,
      rng: new Rng(11),
    });
    // Biases are 0 at first, and would hide that one is forgotten.
    const rng = new Rng(12);
    const weights = new Map(
      [...network.getWeights()].map(([name, { shape, data }]) => [
        name,
        { shape, data: data.map((value) => value + 0.2 * rng.uniform() - 0.1) },
      ]),
    );
    network.setWeights(weights);
    const [height, width, channels] = inputShape;
    const bytes = Uint8Array.from(
      { length: height * width * channels },
      () => rng.nextUint32() & 255,
    );

    let maps = mapsOf(inputShape, (y, x, c) => bytes[(y * width + x) * channels + c] / 255);
    for (const section of ["section1", "section2"]) {
      maps = pooled(convolved(maps, weights, `${section}/conv`));
      for (const block of ["block1", "block2"]) {
        const [before, added] = [maps, residue(maps, weights, `${section}/${block}`)];
        maps = mapsOf(
          [maps.height, maps.width, maps.channels],
          (...place) => before.at(...place) + added.at(...place),
        );
      }
    }
    const features: number[] = [];
    for (let y = 0; y < maps.height; y++) {
      for (let x = 0; x < maps.width; x++) {
        for (let c = 0; c < maps.channels; c++) features.push(positive(maps.at(y, x, c)));
      }
    }
    const hidden = dense(features, weights, "hidden").map(positive);
    const wanted = dense(hidden, weights, "output");

    const observations = backend.uploadObservations(bytes, [1, ...inputShape]);
    const got = Array.from(network.forward(observations).dataSync());
    expect(got.length).toBe(4);
    got.forEach((value, action) => {
      expect(value).toBeCloseTo(wanted[action], 5);
    });
    network.dispose();
  });
});
