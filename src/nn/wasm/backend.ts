import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { availableCores } from "../cores.js";
import * as tf from "@tensorflow/tfjs-core";
import {
  getThreadsCount,
  setThreadsCount,
  setWasmPaths,
  version_wasm,
} from "@tensorflow/tfjs-backend-wasm";
import { MarioError } from "../../core/errors.js";
import type { BackendOptions, ComputeBackend } from "../backend.js";
import { uploadScaled } from "../observations.js";
import { installPackagedWorker, withThreads } from "./node-threads.js";
import { registerKernels } from "./register-kernels.js";

let initialized = false;

/**
 * TensorFlow.js's WebAssembly backend with SIMD and threads: 1 to 4 of them, default all cores. The
 * count holds for the life of the process: the first call decides it, and `threads` reports it.
 * @throws MarioError BACKEND_UNAVAILABLE when the module cannot start
 */
export async function createWasmBackend(options: BackendOptions = {}): Promise<ComputeBackend> {
  const wanted = Math.min(options.threads ?? availableCores(), 4);
  if (!initialized) {
    const require = createRequire(import.meta.url);
    setWasmPaths(join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm")), sep));
    // TensorFlow.js switches threads off in Node; PackagedWorker is what they lacked there.
    tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", wanted > 1);
    if (wanted > 1) installPackagedWorker();
    setThreadsCount(wanted);
    registerKernels();
    initialized = true;
  }
  if (!(await withThreads(wanted, () => tf.setBackend("wasm")))) {
    throw new MarioError(
      "BACKEND_UNAVAILABLE",
      "TensorFlow.js's WebAssembly module did not start.",
      {
        remedy: "Reinstall the packages (npm ci), or choose another backend.",
      },
    );
  }
  const threads = getThreadsCount();
  return {
    name: "wasm",
    threads,
    description: `TensorFlow.js ${version_wasm}, WebAssembly SIMD, ${threads} thread(s)`,
    uploadObservations: uploadScaled,
  };
}
