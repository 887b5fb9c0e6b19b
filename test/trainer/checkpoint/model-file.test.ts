import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "@tensorflow/tfjs-backend-cpu";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MarioError } from "../../../src/core/errors.js";
import { Rng } from "../../../src/core/rng.js";
import { createQNetwork } from "../../../src/nn/q-network.js";
import { weightShapes } from "../../../src/nn/architecture.js";
import {
  decodeModel,
  encodeModel,
  loadModel,
  readModelMetadata,
  saveModel,
} from "../../../src/trainer/checkpoint/model-file.js";
import {
  decodeSafetensors,
  encodeSafetensors,
} from "../../../src/trainer/checkpoint/safetensors.js";
import { exampleModel, randomWeights, SMALL } from "./example-model.js";

const code = (name: string): unknown =>
  expect.objectContaining({ name: "MarioError", code: name, remedy: expect.any(String) as string });
const TUTORIAL = {
  ...SMALL,
  actionCount: 14,
  inputShape: [84, 84, 4] as [number, number, number],
  convolutions: [
    { filters: 32, size: 8, stride: 4 },
    { filters: 64, size: 4, stride: 2 },
    { filters: 64, size: 3, stride: 1 },
  ],
  hiddenUnits: 256,
};

/** The file with other entries in its `__metadata__`, and a checksum that fits. */
function forge(file: Uint8Array, change: (metadata: Record<string, unknown>) => void): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(file);
  const json = JSON.parse(metadata.get("mario")!) as Record<string, unknown>;
  change(json);
  const zeros = "0".repeat(64);
  const entries = new Map([
    ["mario", JSON.stringify(json)],
    ["sha256", zeros],
  ]);
  const unsigned = Buffer.from(encodeSafetensors({ tensors, metadata: entries }));
  const sum = createHash("sha256").update(unsigned).digest("hex");
  const at = unsigned.indexOf(`"sha256":"${zeros}`) + `"sha256":"`.length;
  unsigned.write(sum, at);
  return unsigned;
}

describe("model file", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "mario-model-"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it("reads back weights bit for bit, and all that is said about them", () => {
    const path = join(directory, "deep", "er", "model.safetensors");
    const model = exampleModel({
      architecture: TUTORIAL,
      evaluation: { episodes: 30, meanDistance: 2511.5, meanReward: 931, completed: 4 },
      rom: { name: "original", sha1: "0".repeat(40) },
    });
    expect(saveModel(path, model)).toBe(true);
    const read = loadModel(path);
    expect(read.metadata).toEqual(model.metadata);
    expect([...read.weights.keys()]).toEqual([...model.weights.keys()]);
    for (const [name, { shape, data }] of model.weights) {
      const tensor = read.weights.get(name)!;
      expect(tensor.shape).toEqual(shape);
      // Comparing buffers, because comparing millions of numbers one by one takes vitest 20 s.
      expect(Buffer.from(tensor.data.buffer).equals(Buffer.from(data.buffer))).toBe(true);
    }
    expect(readModelMetadata(path)).toEqual(model.metadata);
  });

  it("carries a checksum that any tool can check", () => {
    const file = Buffer.from(encodeModel(exampleModel()));
    const sum = decodeSafetensors(file).metadata.get("sha256")!;
    file.write("0".repeat(64), file.indexOf(sum));
    expect(createHash("sha256").update(file).digest("hex")).toBe(sum);
  });

  it("refuses every flipped bit and every cut", () => {
    const file = Buffer.from(encodeModel(exampleModel()));
    const codes = new Set<unknown>();
    const attempt = (bytes: Uint8Array) => {
      try {
        decodeModel(bytes);
        codes.add("accepted");
      } catch (error) {
        codes.add(error instanceof MarioError ? error.code : error);
      }
    };
    for (let bit = 0; bit < file.length * 8; bit++) {
      file[bit >> 3] ^= 1 << (bit & 7);
      attempt(file);
      file[bit >> 3] ^= 1 << (bit & 7);
    }
    for (let length = 0; length < file.length; length++) attempt(file.subarray(0, length));
    expect([...codes]).toEqual(["MODEL_INVALID"]);
    attempt(file);
    expect(codes).toContain("accepted");
  });

  it("knows the shapes that the network really has", () => {
    for (const dueling of [false, true]) {
      for (const padding of ["same", "valid"] as const) {
        const architecture = { ...TUTORIAL, dueling, padding };
        const network = createQNetwork({ actionCount: 14, dueling, padding, rng: new Rng(1) });
        const real = [...network.variables].map(([name, { shape }]) => [name, shape]);
        expect([...weightShapes(architecture)]).toEqual(real);
        network.dispose();
      }
    }
  });

  it("says MODEL_MISMATCH when the weights are those of another architecture", () => {
    const { metadata } = exampleModel();
    const plain = randomWeights({ ...SMALL, dueling: false });
    expect(() => encodeModel({ weights: plain, metadata })).toThrow(code("MODEL_MISMATCH"));
    const forged = forge(encodeModel(exampleModel()), (json) => {
      json.architecture = { ...SMALL, actionCount: 4 };
    });
    expect(() => decodeModel(forged)).toThrow(code("MODEL_MISMATCH"));
  });

  it.each<[string, (json: Record<string, unknown>) => void, RegExp]>([
    ["a newer format", (json) => (json.formatVersion = 2), /format 2; this program reads up to 1/],
    ["a missing field", (json) => delete json.actionSet, /wrong at actionSet/],
    ["a field of another type", (json) => (json.seed = "7"), /wrong at seed/],
    [
      "a nested one",
      (json) => (json.versions = { mario: "1", node: 2 }),
      /wrong at versions\.node/,
    ],
    ["a mean that is no number", (json) => (json.meanReward = null), /wrong at meanReward/],
  ])("refuses %s even with a good checksum", (_, change, pattern) => {
    const file = forge(encodeModel(exampleModel()), change);
    expect(() => decodeModel(file)).toThrow(
      expect.objectContaining({
        code: "MODEL_INVALID",
        message: expect.stringMatching(pattern) as string,
      }),
    );
  });

  it("refuses to save weights that are no numbers", () => {
    const model = exampleModel();
    model.weights.get("hidden/bias")!.data[2] = Number.NaN;
    expect(() => encodeModel(model)).toThrow(code("NOT_FINITE"));
  });

  it("tells a missing file from one that cannot be a model", () => {
    const path = join(directory, "model.safetensors");
    expect(() => loadModel(path)).toThrow(code("MODEL_NOT_FOUND"));
    expect(() => loadModel(join(directory, "no", "where"))).toThrow(code("MODEL_NOT_FOUND"));
    mkdirSync(join(directory, "folder"));
    expect(() => loadModel(join(directory, "folder"))).toThrow(code("MODEL_INVALID"));
    expect(() => loadModel("/dev/zero")).toThrow(code("MODEL_INVALID"));
    writeFileSync(path, "");
    // Sparse: takes no room, and must take no memory either.
    truncateSync(path, 600 * 1024 * 1024);
    expect(() => loadModel(path)).toThrow(/too large/);
    writeFileSync(path, "PK\u0003\u0004 not a model at all");
    expect(() => loadModel(path)).toThrow(code("MODEL_INVALID"));
    expect(() => loadModel(path)).toThrow(path);
  });

  it("leaves nothing but the file behind", () => {
    const path = join(directory, "model.safetensors");
    saveModel(path, exampleModel());
    expect(saveModel(path, exampleModel({ seed: 8 }), { overwrite: false })).toBe(false);
    expect(loadModel(path).metadata.seed).toBe(7);
    saveModel(path, exampleModel({ seed: 8 }));
    expect(loadModel(path).metadata.seed).toBe(8);
    expect(statSync(path).size).toBe(readFileSync(path).length);
  });
});
