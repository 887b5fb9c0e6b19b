import type { DataId, KernelBackend, TensorInfo, TypedArray } from "@tensorflow/tfjs-core";
import type {
  GpuAdapter,
  GpuBuffer,
  GpuCommandEncoder,
  GpuComputePass,
  GpuDevice,
  Gpu,
} from "./gpu-api.js";
import { unavailable } from "./dawn.js";

/**
 * What we use of TensorFlow.js's WebGPU backend (4.22.0: package.json pins it, for some of this is
 * not meant for others): tensors' buffers, and the commands that it has recorded and not yet given
 * to the GPU, so that ours run between them.
 */
export interface TfjsWebgpuBackend extends KernelBackend {
  readonly device: GpuDevice;
  readonly tensorMap: {
    get(id: DataId): { values: TypedArray | null; resource?: GpuBuffer; refCount: number };
    has(id: DataId): boolean;
  };
  readonly bufferManager: {
    acquireBuffer(size: number, usage: number): GpuBuffer;
    releaseBuffer(buffer: GpuBuffer): void;
  };
  /** Tensors that recorded commands use: their buffers may be given to others only afterwards. */
  readonly commandQueueOwnedIds: WeakSet<DataId>;
  commandEncoder: GpuCommandEncoder | null;
  computePassEncoder: GpuComputePass | null;
  dispatchCountInPass: number;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  recordAndSubmit(...all: unknown[]): void;
  uploadToGPU(id: DataId): void;
  makeTensorInfo(shape: number[], dtype: string, values?: TypedArray): TensorInfo;
}

type BackendClass = new (device: GpuDevice, info: GpuAdapter["info"]) => TfjsWebgpuBackend;

/**
 * Loads TensorFlow.js's WebGPU kernels.
 * @throws MarioError BACKEND_UNAVAILABLE when the package is not installed
 */
export async function loadTfjsWebgpu(): Promise<BackendClass> {
  const name = "@tensorflow/tfjs-backend-webgpu";
  try {
    const module = (await import(name)) as { readonly WebGPUBackend: BackendClass };
    return module.WebGPUBackend;
  } catch (error) {
    throw unavailable(`The package ${name} does not load.`, `npm install ${name}@4.22.0`, error);
  }
}

/** Calls a function that looks for `navigator.gpu`, which Node has not. */
export function withNavigator<T>(gpu: Gpu, work: () => T): T {
  const own = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true });
  try {
    return work();
  } finally {
    if (own) Object.defineProperty(globalThis, "navigator", own);
    else Reflect.deleteProperty(globalThis, "navigator");
  }
}
