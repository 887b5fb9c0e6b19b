import {
  type backend_util,
  type DataId,
  type TensorInfo,
  type TypedArray,
  Variable,
} from "@tensorflow/tfjs-core";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { BufferPool } from "./buffer-pool.js";
import type { CheckedKernels } from "./checked-kernels.js";
import { UNKNOWN_WEIGHTS, type WeightsVersion } from "./packing.js";

/**
 * TensorFlow.js's CPU backend, which keeps every tensor in a typed array, with native kernels on
 * those arrays. Kernels that are not native are the CPU backend's own.
 */
export class OnednnBackend extends MathBackendCPU {
  readonly kernels: CheckedKernels;
  readonly #pool: BufferPool;
  readonly #weights = new WeakMap<DataId, { id: number; version: number }>();
  #lastWeightsId = 0;

  constructor(kernels: CheckedKernels) {
    super();
    this.kernels = kernels;
    this.#pool = new BufferPool((length) => kernels.allocate(length));
  }

  /** A float32 tensor's values, to be read by a native kernel only. */
  floats(tensor: TensorInfo): Float32Array {
    const values = this.data.get(tensor.dataId).values as TypedArray;
    // The CPU backend casts integers and booleans to float32 by changing the type's name alone.
    return values instanceof Float32Array ? values : Float32Array.from(values);
  }

  /**
   * A tensor's values, to be overwritten in place. They move to an array that only this tensor
   * holds, unless they are in one already: a caller may have kept what `dataSync` returned, or may
   * still hold the array that the tensor was made from.
   */
  ownFloats(tensor: TensorInfo): Float32Array {
    const entry = this.data.get(tensor.dataId);
    const values = entry.values as Float32Array;
    const weights = this.#weights.get(tensor.dataId);
    if (weights) weights.version++;
    if (this.#pool.owns(values)) return values;
    this.kernels.flush();
    const own = this.#pool.take(values.length);
    own.set(values);
    entry.values = own;
    return own;
  }

  /** A variable's values for reading at once, in its own array. */
  peek(variable: Variable): Float32Array {
    this.kernels.flush();
    return this.floats(variable);
  }

  /** Overwrites a variable in place: `assign` would need a new array for each copy. */
  overwrite(variable: Variable, values: Float32Array): void {
    const own = this.ownFloats(variable);
    this.kernels.flush();
    own.set(values);
  }

  /**
   * Names the values of a variable, so that kernels may keep them in oneDNN's own layout until they
   * change: by a kernel or `overwrite` in place, or by `assign`, which gives the variable other data.
   * What is no variable is seldom used twice, and shared memory may change at any time: neither is
   * kept.
   */
  weightsVersion(tensor: TensorInfo): WeightsVersion {
    const known = this.#weights.get(tensor.dataId);
    if (known) return known;
    const isShared = this.floats(tensor).buffer instanceof SharedArrayBuffer;
    if (!(tensor instanceof Variable) || isShared) return UNKNOWN_WEIGHTS;
    const weights = { id: ++this.#lastWeightsId, version: 0 };
    this.#weights.set(tensor.dataId, weights);
    return weights;
  }

  /** How many arrays kernels have needed so far that the pool did not have. */
  get allocations(): number {
    return this.#pool.allocations;
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

  /** Ours are copied: the caller may keep what is read, and the tensor keeps its array. */
  override readSync(dataId: DataId): backend_util.BackendValues {
    this.kernels.flush();
    const values = super.readSync(dataId);
    return values instanceof Float32Array && this.#pool.owns(values) ? values.slice() : values;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const values = this.data.has(dataId) ? this.data.get(dataId).values : undefined;
    const disposed = super.disposeData(dataId, force);
    if (!disposed) return false;
    this.#pool.give(values);
    const weights = this.#weights.get(dataId);
    if (weights) this.kernels.forgetWeights(weights.id);
    return true;
  }
}
