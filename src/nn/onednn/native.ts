import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { misfitOf } from "../../../native/record.mjs";
import { MarioError } from "../../core/errors.js";

/**
 * What the addon exports (native/src/addon.cpp). It checks nothing: CheckedKernels does. Weights come
 * with an id and a version, behind the sizes in `shape`: while both are the same, so are the values,
 * and a copy in oneDNN's own layout is used again. Id 0: nothing is kept.
 */
export interface NativeAddon {
  /** `openmp`: the addon was compiled with it, and can tell oneDNN how many threads to use. */
  describe(): {
    version: string;
    runtime: string;
    isa: number;
    threads: number;
    openmp: boolean;
  };
  setThreads(threads: number): void;
  alignment(buffer: ArrayBuffer): number;
  convolutionForward(
    shape: Int32Array,
    x: Float32Array,
    w: Float32Array,
    bias: Float32Array | null,
    y: Float32Array,
    relu: boolean,
  ): void;
  convolutionBackwardData(
    shape: Int32Array,
    dy: Float32Array,
    w: Float32Array,
    dx: Float32Array,
  ): void;
  convolutionBackwardWeights(
    shape: Int32Array,
    x: Float32Array,
    dy: Float32Array,
    dw: Float32Array,
    dbias: Float32Array | null,
  ): void;
  /** @param shape m, k, n, transposeA, transposeB, fullPrecision */
  matrixProduct(
    shape: Int32Array,
    a: Float32Array,
    b: Float32Array,
    bias: Float32Array | null,
    c: Float32Array,
    relu: boolean,
  ): void;
  /** Frees what was kept of weights; 0: of all. */
  forgetWeights(id: number): void;
  setBf16(on: boolean): void;
  /** @param broadcast three sizes, three strides of `a`, three of `b` */
  binary(
    operation: number,
    a: Float32Array,
    b: Float32Array,
    out: Float32Array,
    broadcast: Int32Array,
  ): void;
  unary(operation: number, x: Float32Array, out: Float32Array, low: number, high: number): void;
  /** @param sizes outer, reduced, inner */
  reduce(reduction: number, x: Float32Array, out: Float32Array, sizes: Int32Array): void;
  softmax(x: Float32Array, out: Float32Array, columns: number, logarithm: boolean): void;
  reluGradientAndSum(dy: Float32Array, y: Float32Array, dz: Float32Array, sums: Float32Array): void;
  scaleBytes(bytes: Uint8Array, out: Float32Array): void;
  clippedAdam(arrays: Float32Array[], settings: Float64Array): number;
  /**
   * @param shape dueling, hidden units, actions, atoms, then 13 sizes of each convolution
   * @returns its number, for the three functions below
   */
  createUpdate(shape: Int32Array): number;
  /**
   * @param networks of each pass: 0 the online, 1 the target network
   * @param weights of both
   * @param outputs `[passes, batch, actions · atoms]`, written
   */
  updateForward(
    id: number,
    networks: Int32Array,
    observations: readonly Uint8Array[],
    weights: readonly (readonly Float32Array[])[],
    outputs: Float32Array,
    batch: number,
  ): void;
  /** @param arrays variable, m and v of each weight @returns the norm before clipping */
  updateBackward(
    id: number,
    observations: Uint8Array,
    gradient: Float32Array,
    arrays: readonly Float32Array[],
    settings: Float64Array,
  ): number;
  endUpdate(id: number): void;
  /** @param requests 16 numbers each @returns for each way to compute one, which it is for */
  preparePrimitiveBenchmark(requests: Int32Array): Int32Array;
  /** Runs each way once; `times` in milliseconds. */
  runPrimitiveBenchmark(times: Float64Array): void;
  endPrimitiveBenchmark(): void;
}

const NATIVE_FOLDER = fileURLToPath(new URL("../../../native", import.meta.url));

/**
 * Loads the addon that `scripts/build-native.mjs` built, if it was built from the sources that are
 * here and runs on this processor (native/record.mjs): one that does not fit is never loaded.
 * @param name `mario_onednn`, or the AddressSanitizer build `mario_onednn_sanitize`
 * @param folder with the addon's `src` and `build`
 * @returns the addon, and whether OpenMP was in the process before we could tell it to sleep
 * @throws MarioError BACKEND_UNAVAILABLE, with what to do
 */
export function loadAddon(
  name = process.env["MARIO_ADDON"] ?? "mario_onednn",
  folder = NATIVE_FOLDER,
): {
  addon: NativeAddon;
  openmpWasLoaded: boolean;
} {
  const file = (base: string): string => join(folder, "build", `${base}.node`);
  if (!existsSync(file(name))) throw unavailable("is not built", remedyIn(folder, name));
  const misfit = misfitOf(folder, name);
  if (misfit !== undefined) throw unavailable(misfit, remedyIn(folder, name, REBUILD));
  const load = createRequire(import.meta.url);
  try {
    // The order matters: OpenMP reads its environment when oneDNN brings it in.
    const environment = load(file("mario_environment")) as { openmpWasLoaded: boolean };
    return { addon: load(file(name)) as NativeAddon, ...environment };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    throw unavailable(`did not load: ${reason}`, remedyIn(folder, name), error);
  }
}

const REBUILD = "Run npm run setup, which builds it anew.";
const INSTALL =
  "Install a C++ compiler and oneDNN (Debian, Ubuntu: sudo apt-get install g++ libdnnl-dev; " +
  "macOS: brew install onednn), then run npm run setup.";

/** What to do about an addon that is not there. */
function remedyIn(folder: string, name: string, usual = INSTALL): string {
  if (process.platform === "win32") {
    return "It cannot be built on Windows yet: wasm works everywhere, webgpu with a GPU.";
  }
  const reason = failureIn(join(folder, "build", `${name}.failed.json`));
  if (reason === undefined) return usual;
  return `Its last build failed: ${reason}. When that is mended: npm run setup -- --retry.`;
}

/** What scripts/build-native.mjs wrote down about a build that failed. */
function failureIn(path: string): string | undefined {
  try {
    const { reason } = JSON.parse(readFileSync(path, "utf8")) as { reason?: unknown };
    return typeof reason === "string" ? reason : undefined;
  } catch {
    return undefined;
  }
}

function unavailable(what: string, remedy: string, cause?: unknown): MarioError {
  return new MarioError("BACKEND_UNAVAILABLE", `The oneDNN addon ${what}.`, { cause, remedy });
}
