import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { DispatchCounts } from "../backend.js";
import { unavailable } from "./dawn.js";
import { type GpuBuffer, type GpuPipeline, MAP_READ, USAGE } from "./gpu-api.js";
import type { EachShader, Shader } from "./shader.js";
import type { TfjsWebgpuBackend } from "./tfjs.js";

/** Dispatches recorded before they are handed to the GPU; more than in any stretch without a read. */
const SUBMIT_AFTER = 64;
/** Workgroups that every device takes in one dimension. */
const LARGEST_DISPATCH = 65_535;

type Constants = Readonly<Record<string, number>>;
type Bindings = readonly (TensorInfo | GpuBuffer)[];

const LOST = "the device was lost";

/**
 * Runs our own shaders on the tensors of TensorFlow.js's backend, in order with its kernels, which
 * write one output each and none in place.
 */
export class Passes {
  readonly backend: TfjsWebgpuBackend;
  readonly #pipelines = new Map<string, GpuPipeline>();
  readonly #reads = new Set<Promise<unknown>>();
  #failure: string | undefined;
  #dispatches = 0;
  #submits = 0;

  constructor(backend: TfjsWebgpuBackend) {
    this.backend = backend;
    backend.device.addEventListener("uncapturederror", (event) => {
      // Otherwise it is printed, and so is all that follows from it.
      event.preventDefault();
      this.#failure ??= event.error.message;
    });
    void backend.device.lost.then(({ reason, message }) => {
      if (reason !== "destroyed") this.#failure ??= message || LOST;
    });
    this.#count();
  }

  /** What the GPU has been given so far, by TensorFlow.js and by us. */
  counts(): DispatchCounts {
    return { dispatches: this.#dispatches, submits: this.#submits };
  }

  #count(): void {
    const { backend } = this;
    const record = backend.recordAndSubmit.bind(backend);
    const submit = backend.submitQueue.bind(backend);
    backend.recordAndSubmit = (...all) => {
      this.#dispatches++;
      record(...all);
    };
    backend.submitQueue = () => {
      this.#submits++;
      submit();
    };
  }

  /**
   * Records one dispatch.
   * @param bindings tensors or buffers, in the order of the shader's bindings
   * @param workgroups how many, all in the first dimension
   */
  run(shader: Shader, constants: Constants, bindings: Bindings, workgroups: number): void {
    if (workgroups > LARGEST_DISPATCH) {
      throw new RangeError(`${workgroups} workgroups are too many for ${shader.name}.`);
    }
    this.#dispatch(shader, constants, bindings, [workgroups, 1]);
  }

  /** {@link run} with a thread for each of so many values, over two dimensions where one is too few. */
  runEach(shader: EachShader, constants: Constants, bindings: Bindings, count: number): void {
    const workgroups = Math.ceil(count / shader.threads);
    const rows = Math.ceil(workgroups / LARGEST_DISPATCH);
    this.#dispatch(shader, constants, bindings, [Math.ceil(workgroups / rows), rows]);
  }

  #dispatch(
    shader: Shader,
    constants: Constants,
    bindings: Bindings,
    [columns, rows]: readonly [number, number],
  ): void {
    const { backend } = this;
    const pipeline = this.#pipelineOf(shader, constants);
    const entries = bindings.map((binding, i) => ({
      binding: i,
      resource: { buffer: "dataId" in binding ? this.#bufferOf(binding) : binding },
    }));
    const group = backend.device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries,
    });
    backend.ensureCommandEncoderReady();
    const pass = (backend.computePassEncoder ??= backend.commandEncoder!.beginComputePass());
    this.#dispatches++;
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(columns, rows);
    if (++backend.dispatchCountInPass >= SUBMIT_AFTER) this.submit();
  }

  /** Hands everything recorded to the GPU. */
  submit(): void {
    const { backend } = this;
    if (!backend.commandEncoder) return;
    backend.endComputePassEncoder();
    backend.submitQueue();
  }

  /** A new tensor for a shader to write. */
  output(shape: readonly number[], dtype: "float32" | "int32" = "float32"): TensorInfo {
    return this.backend.makeTensorInfo([...shape], dtype);
  }

  /** Forgets the copy of a tensor's values that an earlier read has left, since a shader writes it. */
  changes(tensor: TensorInfo): void {
    this.backend.uploadToGPU(tensor.dataId);
    this.backend.tensorMap.get(tensor.dataId).values = null;
  }

  /**
   * Values of tensors as they are after what has been recorded so far. All come in one transfer, and
   * nothing waits for it but the caller, who may record more meanwhile.
   */
  async fetch(tensors: readonly TensorInfo[]): Promise<Float32Array[]> {
    const { backend } = this;
    const sizes = tensors.map(({ shape }) => shape.reduce((size, side) => size * side, 1));
    const bytes = 4 * sizes.reduce((sum, size) => sum + size, 0);
    if (bytes === 0) return tensors.map(() => new Float32Array());
    const staging = backend.bufferManager.acquireBuffer(bytes, USAGE.mapRead | USAGE.copyDst);
    backend.ensureCommandEncoderReady();
    const sources = tensors.map((tensor) => this.#bufferOf(tensor));
    backend.endComputePassEncoder();
    let offset = 0;
    for (const [i, source] of sources.entries()) {
      backend.commandEncoder!.copyBufferToBuffer(source, 0, staging, offset, 4 * sizes[i]);
      offset += 4 * sizes[i];
    }
    backend.submitQueue();
    await this.#watched(staging.mapAsync(MAP_READ));
    const all = new Float32Array(staging.getMappedRange());
    let start = 0;
    const values = sizes.map((size) => all.slice(start, (start += size)));
    staging.unmap();
    backend.bufferManager.releaseBuffer(staging);
    if (this.#failure !== undefined) throw failed(this.#failure);
    return values;
  }

  /** Resolves when no read is under way, however it went. */
  async settled(): Promise<void> {
    while (this.#reads.size > 0) await Promise.allSettled(this.#reads);
  }

  async #watched(read: Promise<unknown>): Promise<void> {
    this.#reads.add(read);
    try {
      await read;
    } catch (error) {
      // Of a lost device it says nothing.
      throw failed(this.#failure ?? ((error as Error).message || LOST));
    } finally {
      this.#reads.delete(read);
    }
  }

  /** The buffer of a tensor, which stays its own until the recorded commands are submitted. */
  #bufferOf(tensor: TensorInfo): GpuBuffer {
    this.backend.uploadToGPU(tensor.dataId);
    this.backend.commandQueueOwnedIds.add(tensor.dataId);
    return this.backend.tensorMap.get(tensor.dataId).resource!;
  }

  #pipelineOf({ name, code }: Shader, constants: Constants): GpuPipeline {
    const key = `${name} ${JSON.stringify(constants)}`;
    const known = this.#pipelines.get(key);
    if (known) return known;
    const { device } = this.backend;
    const module = device.createShaderModule({ code, label: name });
    const compute = { module, entryPoint: "main", constants };
    const pipeline = device.createComputePipeline({ layout: "auto", label: name, compute });
    this.#pipelines.set(key, pipeline);
    return pipeline;
  }
}

function failed(message: string): Error {
  return unavailable(
    `The graphics device failed: ${message.split("\n", 1)[0].replace(/\.?$/, ".")}`,
    "Resume the run, with a smaller batch or another --backend if it fails again.",
  );
}
