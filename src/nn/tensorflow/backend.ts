import * as tf from "@tensorflow/tfjs-core";
import { MarioError } from "../../core/errors.js";
import type { ComputeBackend } from "../backend.js";
import { uploadScaled } from "../observations.js";
import { explainMissingCuda } from "./cuda.js";
import { restoreRemovedUtil } from "./node-util-shim.js";

/** What we use of tfjs-node's own API, beyond registering its backend. */
interface TensorflowModule {
  readonly version: Readonly<Record<string, string | undefined>>;
}

/** What we use of its backend object. */
interface TensorflowBackend {
  readonly isUsingGpuDevice?: boolean;
}

const PACKAGES = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"];
const REMEDY =
  "npm run setup -- --retry (on a machine with an NVIDIA GPU it downloads libtensorflow, which needs " +
  "CUDA 11.2 or a later 11, and cuDNN 8), or use webgpu or onednn: docs/gpu.md.";

/**
 * TensorFlow's own runtime: `@tensorflow/tfjs-node-gpu`, else `@tensorflow/tfjs-node`.
 * It decides its thread count itself (all cores), hence `threads` 0: unknown.
 * @param load how a package is imported; tests hand in their own
 * @throws MarioError BACKEND_UNAVAILABLE naming each package's failure
 */
export async function createTensorflowBackend(
  load: (name: string) => Promise<unknown> = (name) => import(name),
): Promise<ComputeBackend> {
  restoreRemovedUtil();
  const failures: string[] = [];
  for (const name of PACKAGES) {
    try {
      const tensorflow = (await load(name)) as TensorflowModule;
      if (!(await tf.setBackend("tensorflow"))) throw new Error("its backend did not start");
      const device = usesGpu() ? "CUDA device" : `CPU only (${explainMissingCuda()})`;
      const library = tensorflow.version["tensorflow-core"] ?? tensorflow.version["tfjs"] ?? "?";
      return {
        name: "tensorflow",
        threads: 0,
        isGpu: usesGpu(),
        description: `TensorFlow (${name} ${library}), ${device}`,
        uploadObservations: uploadScaled,
      };
    } catch (error) {
      failures.push(`${name}: ${reasonOf(error)}`);
    }
  }
  throw new MarioError("BACKEND_UNAVAILABLE", `TensorFlow did not load. ${failures.join("; ")}`, {
    value: failures,
    remedy: REMEDY,
  });
}

/** Whether TensorFlow loads and has found a CUDA device; the current backend stays as it was. */
export async function seesCudaDevice(): Promise<boolean> {
  const current = tf.engine().backendName as string | undefined;
  try {
    await createTensorflowBackend();
    return usesGpu();
  } catch {
    return false;
  } finally {
    if (current) await tf.setBackend(current);
  }
}

function usesGpu(): boolean {
  return (tf.backend() as TensorflowBackend).isUsingGpuDevice === true;
}

/** The first line that says something: the loader's messages fill a screen. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if ((error as { code?: string } | null)?.code === "ERR_MODULE_NOT_FOUND") return "not installed";
  if (message.includes("tfjs_binding.node")) return "installed without its native library";
  return message.split("\n").find((line) => line.trim() !== "") ?? "unknown failure";
}
