import type { Tensor4D, TensorInfo } from "@tensorflow/tfjs-core";
import type { NetworkUpdate, UpdatedNetworks } from "./network-update.js";
import type { PrimitiveBenchmark, PrimitiveRequest } from "./primitives.js";

/** `cpu` is the plain JavaScript reference: tests only, refused for training. */
export const BACKEND_NAMES = ["tensorflow", "webgpu", "onednn", "wasm", "cpu"] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];

/** `bf16`: products of 16-bit numbers, sums of 32-bit ones; weights, loss and head stay in 32. */
export const PRECISIONS = ["fp32", "bf16"] as const;
export type Precision = (typeof PRECISIONS)[number];

export interface BackendOptions {
  /** Compute threads, where the backend has them. */
  readonly threads?: number;
  /** Of convolutions and hidden layers; default "fp32". "bf16" is for `onednn` only. */
  readonly precision?: Precision;
  /** Refuses a device that computes on the processor; of `webgpu`, default false. */
  readonly hardwareOnly?: boolean;
}

/** A TensorFlow.js backend made current (`tf.setBackend`), and what lies outside TensorFlow.js's API. */
export interface ComputeBackend {
  readonly name: BackendName;
  readonly threads: number;
  /** One line for people: library, version, device, instruction set. */
  readonly description: string;
  /** What people should know of the choice, one line: why `auto` took it, or that it will be slow. */
  readonly note?: string;
  /** What would make updates of the DQN network faster on this machine, one line. */
  readonly advice?: string;
  /** True where a GPU computes; a graphics interface in software is none. */
  readonly isGpu?: boolean;
  /**
   * Uploads observations and scales them to [0, 1].
   * @param observations `[batch, height, width, channels] uint8` (row-major, channels last)
   * @returns a new float32 tensor of that shape; the caller disposes of it.
   */
  uploadObservations(
    observations: Uint8Array,
    shape: readonly [batch: number, height: number, width: number, channels: number],
  ): Tensor4D;
  /** Native updates, where the backend has them for such a network; undefined for others. */
  createNetworkUpdate?(networks: UpdatedNetworks): NetworkUpdate | undefined;
  /**
   * Of a backend whose tensors cannot be read synchronously (`dataSync` fails there): reads tensors as
   * they are after all that has been called so far, in one transfer, while more may be called.
   * @returns their values, copied, in the same order
   */
  fetch?(tensors: readonly TensorInfo[]): Promise<Float32Array[]>;
  /**
   * Of such a backend: resolves when no {@link fetch} is under way, however it went. A thread that is
   * ended earlier takes the process with it.
   */
  settled?(): Promise<void>;
  /** Of a GPU: what it has been given so far in this thread. */
  dispatchCounts?(): DispatchCounts;
  /** Times the library's own operations by themselves, where the backend can. */
  benchmarkPrimitives?(requests: readonly PrimitiveRequest[]): PrimitiveBenchmark;
}

/** A backend, as far as another thread may know it. */
export type BackendDescription = Pick<
  ComputeBackend,
  "name" | "threads" | "description" | "note" | "advice" | "isGpu"
>;

export function descriptionOf(backend: ComputeBackend): BackendDescription {
  const { name, threads, description, note, advice, isGpu } = backend;
  return {
    name,
    threads,
    description,
    ...(note !== undefined && { note }),
    ...(advice !== undefined && { advice }),
    ...(isGpu !== undefined && { isGpu }),
  };
}

export interface DispatchCounts {
  /** Shaders started. */
  readonly dispatches: number;
  /** Lists of commands handed over. */
  readonly submits: number;
}

/** Whether a backend works here and, if not, why and what to install. */
export interface BackendReport {
  readonly name: BackendName;
  readonly available: boolean;
  /** Available: its description. Otherwise the reason, one line. */
  readonly detail: string;
  /** What to do to make it available, one line. */
  readonly remedy?: string;
  /** Available: what would make updates of the DQN network faster here, one line. */
  readonly advice?: string;
}
