import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { DispatchCounts } from "../backend.js";
import { unavailable } from "./dawn.js";
import { type GpuBuffer, type GpuPipeline, MAP_READ, USAGE } from "./gpu-api.js";
import type { TfjsWebgpuBackend } from "./tfjs.js";

/** A compute shader; sizes are its `override` constants, so each size has a pipeline of its own. */
export interface Shader {
  readonly name: string;
  /** WGSL, entry point `main`, bindings 0, 1, … of group 0. */
  readonly code: string;
}

/** Dispatches recorded before they are handed to the card; more than in any stretch without a read. */
const SUBMIT_AFTER = 64;
const LARGEST_DISPATCH = 65_535;

/**
 * Runs our own shaders on the tensors of TensorFlow.js's backend, in order with its kernels, which
 * write one output each and none in place.
 */
export class Passes {
  readonly backend: TfjsWebgpuBackend;
  readonly #pipelines = new Map<string, GpuPipeline>();
  #failure: string | undefined;
  #dispatches = 0;
  #submits = 0;

  constructor(backend: TfjsWebgpuBackend) {
    this.backend = backend;
    backend.device.addEventListener("uncapturederror", ({ error }) => {
      this.#failure ??= error.message;
    });
    void backend.device.lost.then(({ reason, message }) => {
      if (reason !== "destroyed") this.#failure ??= message;
    });
    this.#count();
  }

  /** What the card has been given so far, by TensorFlow.js and by us. */
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
   * @param workgroups how many; spread over two dimensions where they are more than one can have
   */
  run(
    shader: Shader,
    constants: Record<string, number>,
    bindings: readonly (TensorInfo | GpuBuffer)[],
    workgroups: number,
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
    const rows = Math.ceil(workgroups / LARGEST_DISPATCH);
    pass.dispatchWorkgroups(Math.ceil(workgroups / rows), rows);
    if (++backend.dispatchCountInPass >= SUBMIT_AFTER) this.submit();
  }

  /** Hands everything recorded to the card. */
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
    try {
      await staging.mapAsync(MAP_READ);
    } catch (error) {
      throw failed(this.#failure ?? (error as Error).message);
    }
    const values = new Float32Array(staging.getMappedRange().slice(0));
    staging.unmap();
    backend.bufferManager.releaseBuffer(staging);
    if (this.#failure !== undefined) throw failed(this.#failure);
    let start = 0;
    return sizes.map((size) => values.slice(start, (start += size)));
  }

  /** The buffer of a tensor, which stays its own until the recorded commands are submitted. */
  #bufferOf(tensor: TensorInfo): GpuBuffer {
    this.backend.uploadToGPU(tensor.dataId);
    this.backend.commandQueueOwnedIds.add(tensor.dataId);
    return this.backend.tensorMap.get(tensor.dataId).resource!;
  }

  #pipelineOf({ name, code }: Shader, constants: Record<string, number>): GpuPipeline {
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
    `The graphics device failed: ${message.split("\n", 1)[0]}`,
    "Resume the run, with a smaller batch or another --backend if it fails again.",
  );
}
