import { availableCores } from "../cores.js";
import * as tf from "@tensorflow/tfjs-core";
import { MarioError } from "../../core/errors.js";
import type { BackendOptions, ComputeBackend } from "../backend.js";
import { requireObservationLength } from "../observations.js";
import { CheckedKernels } from "./checked-kernels.js";
import { loadAddon } from "./native.js";
import { createNetworkUpdate } from "./network-update.js";
import { OnednnBackend } from "./onednn-backend.js";
import { createPrimitiveBenchmark } from "./primitive-benchmark.js";
import { registerKernels } from "./register-kernels.js";

/** oneDNN's codes for instruction sets (dnnl_cpu_isa_t); each includes those before it. */
const AVX512_BF16 = 0xe7;
const AMX = 0x3e7;
const INSTRUCTION_SETS: readonly (readonly [number, string])[] = [
  [AMX, "AVX-512 with AMX"],
  [AVX512_BF16, "AVX-512 with bf16"],
  [0x67, "AVX-512 with VNNI"],
  [0x27, "AVX-512"],
  [0x07, "AVX2"],
  [0x03, "AVX"],
  [0x01, "SSE4.1"],
];

/** Measured: docs/performance.md. */
const FASTER_WITH_AMX =
  "This CPU multiplies 16-bit numbers fast (AMX): --precision bf16 trains about 1.5 times as fast.";

/** One line about the addon as loaded; registering its backend happens once in a thread. */
let loaded: { kernels: CheckedKernels; note: string } | undefined;

/**
 * TensorFlow.js with oneDNN's kernels on the CPU. `threads` (default: all cores) may change with
 * every call.
 * @throws MarioError BACKEND_UNAVAILABLE when the addon is not built or does not load
 */
export async function createOnednnBackend(options: BackendOptions = {}): Promise<ComputeBackend> {
  loaded ??= load();
  const { kernels, note } = loaded;
  const threads = options.threads ?? availableCores();
  const { precision = "fp32" } = options;
  if (precision === "bf16") requireBf16(kernels.describe().isa);
  kernels.setThreads(threads);
  kernels.setBf16(precision === "bf16");
  const started = await tf.setBackend("onednn");
  const backend = tf.backend();
  if (!started || !(backend instanceof OnednnBackend)) {
    throw new MarioError("BACKEND_UNAVAILABLE", "The oneDNN backend did not start.", {
      remedy: "Choose the wasm backend, and report this.",
    });
  }
  const { version, runtime, isa, openmp } = kernels.describe();
  // oneDNN's own threads would fight with ours under another runtime than OpenMP.
  const hasUpdate = runtime === "OpenMP" || runtime === "sequential";
  return {
    name: "onednn",
    threads,
    description:
      `oneDNN ${version} (${runtime}, ${instructionSet(isa)}), ${precision}, ` +
      (openmp ? `${threads} thread(s)` : "built without OpenMP: oneDNN decides on its threads") +
      note,
    ...(hasUpdate && precision === "fp32" && hasAll(isa, AMX) && { advice: FASTER_WITH_AMX }),
    uploadObservations: (observations, shape) => {
      requireObservationLength(observations, shape);
      const values = backend.take(observations.length);
      kernels.scaleBytes(observations, values);
      return backend.makeOutput(values, [...shape], "float32");
    },
    ...(hasUpdate && {
      createNetworkUpdate: (networks) => createNetworkUpdate(backend, networks),
    }),
    benchmarkPrimitives: (requests) => createPrimitiveBenchmark(kernels, requests),
  };
}

/** On other processors the same codes mean other sets. */
function hasAll(isa: number, code: number): boolean {
  return process.arch === "x64" && (isa & code) === code;
}

function instructionSet(isa: number): string {
  if (process.arch !== "x64") return process.arch;
  return INSTRUCTION_SETS.find(([code]) => hasAll(isa, code))?.[1] ?? "portable code";
}

/** @throws MarioError BACKEND_UNAVAILABLE where the CPU multiplies no 16-bit numbers */
function requireBf16(isa: number): void {
  if (hasAll(isa, AVX512_BF16)) return;
  throw new MarioError("BACKEND_UNAVAILABLE", "This CPU has no bf16 instructions (avx512_bf16).", {
    value: isa,
    remedy: "Leave out --precision bf16: fp32 works everywhere.",
  });
}

function load(): { kernels: CheckedKernels; note: string } {
  const { addon, openmpWasLoaded } = loadAddon();
  const kernels = new CheckedKernels(addon);
  registerKernels();
  tf.registerBackend("onednn", () => new OnednnBackend(kernels));
  // Harmless but slower: another addon decided how OpenMP's idle threads wait.
  const note = openmpWasLoaded ? "; OpenMP was loaded before, so idle threads may spin" : "";
  return { kernels, note };
}
