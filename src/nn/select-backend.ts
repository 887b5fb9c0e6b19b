import * as tf from "@tensorflow/tfjs-core";
import { MarioError } from "../core/errors.js";
import {
  BACKEND_NAMES,
  type BackendName,
  type BackendOptions,
  type BackendReport,
  type ComputeBackend,
} from "./backend.js";
import { mayHaveGpu } from "./graphics.js";

/*
 * The only place that loads a backend's modules, each on demand: TensorFlow's library alone is
 * hundreds of megabytes, and merely importing an addon that is not there fails.
 */
const create: Record<BackendName, (options: BackendOptions) => Promise<ComputeBackend>> = {
  tensorflow: async () => (await import("./tensorflow/backend.js")).createTensorflowBackend(),
  webgpu: async (options) => (await import("./webgpu/backend.js")).createWebgpuBackend(options),
  onednn: async (options) => (await import("./onednn/backend.js")).createOnednnBackend(options),
  wasm: async (options) => (await import("./wasm/backend.js")).createWasmBackend(options),
  cpu: async () => (await import("./tfjs-cpu/backend.js")).createCpuBackend(),
};

/**
 * Loads a backend and makes it TensorFlow.js's current one. "auto" takes `tensorflow` where it sees
 * a CUDA device, else `webgpu` on a GPU, else `onednn` where the addon loads, else `wasm`; its note
 * says why.
 * @throws MarioError BACKEND_UNAVAILABLE, with the remedy, when it cannot work here
 */
export async function selectBackend(
  name: BackendName | "auto",
  options: BackendOptions = {},
): Promise<ComputeBackend> {
  // Silences TensorFlow.js's advice to install another package, which it prints on first use.
  tf.enableProdMode();
  if (options.precision === "bf16") return createReduced(name, options);
  if (name !== "auto") return create[name](options);
  if (await seesCuda()) {
    const note = "--backend auto takes tensorflow: it sees a CUDA device";
    return { ...(await create.tensorflow({})), note };
  }
  const webgpu = await tryWebgpu(options);
  if (typeof webgpu !== "string") return webgpu;
  const backend = await bestOnCpu(options);
  const lost = backend.note === undefined ? "" : `. ${backend.note}`;
  return { ...backend, note: `--backend auto takes ${backend.name}: ${webgpu}${lost}` };
}

async function seesCuda(): Promise<boolean> {
  const { seesCudaDevice } = await import("./tensorflow/backend.js");
  return seesCudaDevice();
}

/** WebGPU on a GPU, or why not. */
async function tryWebgpu(options: BackendOptions): Promise<ComputeBackend | string> {
  if (!mayHaveGpu()) return "no GPU found";
  try {
    const backend = await create.webgpu({ ...options, hardwareOnly: true });
    return { ...backend, note: "--backend auto takes webgpu: it finds a GPU" };
  } catch (error) {
    // Nobody asked for it: whatever a driver fails with, the processor can do the work.
    return error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
  }
}

/**
 * As {@link selectBackend}, of those whose tensors can be read at once, as playing and measuring do:
 * never `webgpu`.
 * @throws MarioError BACKEND_UNAVAILABLE; INVALID_OPTION for `webgpu`
 */
export async function selectPlayingBackend(
  name: BackendName | "auto",
  options: BackendOptions = {},
): Promise<ComputeBackend> {
  if (name === "webgpu") {
    throw new MarioError("INVALID_OPTION", "The webgpu backend learns only; it does not play.", {
      value: name,
      remedy: "Leave out --backend, or choose onednn or wasm.",
    });
  }
  if (name !== "auto" || options.precision === "bf16") return selectBackend(name, options);
  tf.enableProdMode();
  return (await seesCuda()) ? create.tensorflow({}) : bestOnCpu(options);
}

/**
 * The backend of a thread that only plays, with one compute thread: small batches come faster from
 * the processor that plays than from a GPU. The processor's backend of that name, else its best.
 * @throws MarioError BACKEND_UNAVAILABLE
 */
export async function selectActingBackend(name: BackendName | "auto"): Promise<ComputeBackend> {
  tf.enableProdMode();
  const options = { threads: 1 };
  return name === "onednn" || name === "wasm" ? create[name](options) : bestOnCpu(options);
}

/** The note of `wasm` says why it is not `onednn`. */
async function bestOnCpu(options: BackendOptions): Promise<ComputeBackend> {
  try {
    return await create.onednn(options);
  } catch (error) {
    if (!(error instanceof MarioError && error.code === "BACKEND_UNAVAILABLE")) throw error;
    const note = [error.message, error.remedy].filter(Boolean).join(" ");
    return { ...(await create.wasm(options)), note };
  }
}

/** Only oneDNN multiplies 16-bit numbers. @throws MarioError INVALID_OPTION for another backend. */
async function createReduced(
  name: BackendName | "auto",
  options: BackendOptions,
): Promise<ComputeBackend> {
  if (name === "auto" || name === "onednn") return create.onednn(options);
  throw new MarioError("INVALID_OPTION", `The ${name} backend computes in fp32 only, not bf16.`, {
    value: name,
    remedy: "Leave out --precision bf16, or choose --backend onednn.",
  });
}

/** Tries every backend and says which work here and what the others need; restores the current one. */
export async function reportBackends(): Promise<BackendReport[]> {
  tf.enableProdMode();
  const current = tf.engine().backendName as string | undefined;
  const reports: BackendReport[] = [];
  for (const name of BACKEND_NAMES) reports.push(await reportBackend(name));
  if (current) await tf.setBackend(current);
  return reports;
}

async function reportBackend(name: BackendName): Promise<BackendReport> {
  try {
    const { description, advice } = await create[name]({});
    return { name, available: true, detail: description, ...(advice !== undefined && { advice }) };
  } catch (error) {
    const detail = (error instanceof Error ? error.message : String(error)).split("\n", 1)[0];
    const remedy = error instanceof MarioError ? error.remedy : undefined;
    return { name, available: false, detail, ...(remedy !== undefined && { remedy }) };
  }
}
