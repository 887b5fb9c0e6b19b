import type { backend_util, DataId, TensorInfo } from "@tensorflow/tfjs-core";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { BufferPool } from "./buffer-pool.js";
import type { CheckedKernels } from "./checked-kernels.js";

/**
 * TensorFlow.js's CPU backend, which keeps every tensor in a typed array, with native kernels on
 * those arrays. Kernels that are not native are the CPU backend's own.
 */
export class OnednnBackend extends MathBackendCPU {
  readonly kernels: CheckedKernels;
  readonly #pool: BufferPool;

  constructor(kernels: CheckedKernels) {
    super();
    this.kernels = kernels;
    this.#pool = new BufferPool((length) => kernels.allocate(length));
  }

  /** A tensor's values, to be read by a native kernel during this call only. */
  floats(tensor: TensorInfo): Float32Array {
    return this.data.get(tensor.dataId).values as Float32Array;
  }

  /**
   * A tensor's values, to be overwritten in place. They move to an array that only this tensor
   * holds, unless they are in one already: a caller may have kept what `dataSync` returned, or may
   * still hold the array that the tensor was made from.
   */
  ownFloats(tensor: TensorInfo): Float32Array {
    const entry = this.data.get(tensor.dataId);
    const values = entry.values as Float32Array;
    if (this.#pool.owns(values)) return values;
    const own = this.#pool.take(values.length);
    own.set(values);
    entry.values = own;
    return own;
  }

  /** An array for a kernel's output, contents unspecified. */
  take(length: number): Float32Array {
    return this.#pool.take(length);
  }

  /** Wraps an array from {@link take} that a kernel has filled. */
  output(shape: readonly number[], values: Float32Array): TensorInfo {
    return this.makeTensorInfo([...shape], "float32", values);
  }

  /** Keeps a tensor's array from reuse: a kernel that is not ours may return a view of it. */
  share(tensor: TensorInfo): void {
    if (this.data.has(tensor.dataId)) this.#pool.release(this.data.get(tensor.dataId).values);
  }

  override readSync(dataId: DataId): backend_util.BackendValues {
    const values = super.readSync(dataId);
    this.#pool.release(values);
    return values;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const values = this.data.has(dataId) ? this.data.get(dataId).values : undefined;
    const disposed = super.disposeData(dataId, force);
    if (disposed) this.#pool.give(values);
    return disposed;
  }
}
