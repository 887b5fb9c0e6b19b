import * as tf from "@tensorflow/tfjs-core";
import { version_cpu } from "@tensorflow/tfjs-backend-cpu";
import type { ComputeBackend } from "../backend.js";
import { uploadScaled } from "../observations.js";

/** TensorFlow.js in plain JavaScript: the reference that the others are tested against. */
export async function createCpuBackend(): Promise<ComputeBackend> {
  await tf.setBackend("cpu");
  return {
    name: "cpu",
    threads: 1,
    description: `TensorFlow.js ${version_cpu}, plain JavaScript: for tests only`,
    uploadObservations: uploadScaled,
  };
}
