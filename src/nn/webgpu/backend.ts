import * as tf from "@tensorflow/tfjs-core";
import type { BackendOptions, ComputeBackend } from "../backend.js";
import { requireObservationLength, SCALED, uploadScaled } from "../observations.js";
import { type Adapter, loadDawn, requestAdapter, unavailable } from "./dawn.js";
import type { GpuDevice } from "./gpu-api.js";
import { SCALE_BYTES } from "./observation-shader.js";
import { Passes } from "./passes.js";
import { registerKernels } from "./register-kernels.js";
import { loadTfjsWebgpu, type TfjsWebgpuBackend, withNavigator } from "./tfjs.js";

/** Largest that TensorFlow.js's shaders may need; the adapter's own, for the default is the least. */
const LIMITS = [
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxComputeWorkgroupSizeX",
  "maxComputeInvocationsPerWorkgroup",
];

const SLOW =
  "warning: this WebGPU device computes on the processor, many times slower than --backend onednn";

interface Loaded {
  readonly passes: Passes;
  readonly adapter: Adapter;
  /** The values that bytes are scaled to, exactly: `[256] float32`. */
  readonly table: tf.TensorInfo;
}

let loaded: Promise<Loaded> | undefined;

/**
 * TensorFlow.js on WebGPU (Dawn), with kernels of ours where its own are many or slow. Its tensors
 * can be read only asynchronously: see `ComputeBackend.fetch`. Once for each thread.
 * @throws MarioError BACKEND_UNAVAILABLE saying what is missing
 */
export async function createWebgpuBackend(options: BackendOptions = {}): Promise<ComputeBackend> {
  const { passes, adapter, table } = await loadOnce();
  if (options.hardwareOnly === true && adapter.software) throw softwareOnly(adapter);
  if (!(await tf.setBackend("webgpu"))) {
    throw unavailable("TensorFlow.js's WebGPU backend did not start.", "Choose another backend.");
  }
  return {
    name: "webgpu",
    threads: 0,
    description: `TensorFlow.js 4.22 on WebGPU, ${adapter.description}${adapter.software ? ", software" : ""}`,
    isGpu: !adapter.software,
    ...(adapter.software && { note: SLOW }),
    uploadObservations: (observations, shape) => {
      requireObservationLength(observations, shape);
      if (observations.length % 4 !== 0) return uploadScaled(observations, shape);
      return tf
        .engine()
        .makeTensorFromTensorInfo(scale(passes, table, observations, shape)) as tf.Tensor4D;
    },
    fetch: (tensors) => passes.fetch(tensors),
    settled: () => passes.settled(),
    dispatchCounts: () => passes.counts(),
  };
}

/** For `--backend auto`, which takes no software device. */
function softwareOnly({ description }: Adapter): Error {
  return unavailable(
    `WebGPU has a software device only: ${description}.`,
    "Install the GPU driver; --backend webgpu works without one, slowly.",
  );
}

/** Kernels can be registered once only; what failed may be tried again. */
function loadOnce(): Promise<Loaded> {
  loaded ??= load().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function load(): Promise<Loaded> {
  const gpu = await loadDawn();
  const WebgpuBackend = await loadTfjsWebgpu();
  const adapter = await requestAdapter(gpu);
  const device = await requestDevice(adapter);
  const backend = withNavigator(gpu, () => new WebgpuBackend(device, adapter.adapter.info));
  const passes = new Passes(backend);
  registerKernels(passes);
  tf.registerBackend("webgpu", () => backend);
  return { passes, adapter, table: backend.makeTensorInfo([256], "float32", SCALED) };
}

async function requestDevice({ adapter, description }: Adapter): Promise<GpuDevice> {
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  try {
    return await adapter.requestDevice({ requiredLimits });
  } catch (error) {
    throw unavailable(
      `WebGPU could not open ${description}: ${(error as Error).message.split("\n", 1)[0]}`,
      "Update the GPU driver, or check whether another program occupies the GPU.",
      error,
    );
  }
}

function scale(
  passes: Passes,
  table: tf.TensorInfo,
  observations: Uint8Array,
  shape: readonly number[],
): tf.TensorInfo {
  const words = observations.length / 4;
  const backend: TfjsWebgpuBackend = passes.backend;
  // A copy where the bytes do not begin at a word.
  const { buffer, byteOffset } = byteOffsetIsWord(observations)
    ? observations
    : observations.slice();
  const packed = backend.makeTensorInfo(
    [words],
    "int32",
    new Int32Array(buffer, byteOffset, words),
  );
  const scaled = passes.output(shape);
  passes.runEach(SCALE_BYTES, { words }, [packed, table, scaled], words);
  backend.disposeData(packed.dataId);
  return scaled;
}

function byteOffsetIsWord({ byteOffset }: Uint8Array): boolean {
  return byteOffset % 4 === 0;
}
