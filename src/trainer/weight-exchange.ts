import type { NamedTensors } from "../agent/agent.js";

/**
 * The online network's weights on their way from the learner to the actors, in memory that threads
 * share: two copies, so that the learner can write the next window's while actors read this one's.
 */
export class WeightExchange {
  readonly buffers: readonly [ArrayBufferLike, ArrayBufferLike];
  readonly #copies: readonly NamedTensors[];

  /** @param shapes of the tensors by name. @param buffers of another thread's exchange. */
  constructor(
    shapes: ReadonlyMap<string, readonly number[]>,
    buffers?: readonly [ArrayBufferLike, ArrayBufferLike],
  ) {
    const bytes = 4 * [...shapes.values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
    this.buffers = buffers ?? [new SharedArrayBuffer(bytes), new SharedArrayBuffer(bytes)];
    this.#copies = this.buffers.map((buffer) => tensorsIn(buffer, shapes));
  }

  /** Weights to play a window with: views, to be copied before that window is over. */
  for(window: number): NamedTensors {
    return this.#copies[window & 1];
  }

  /** Copies in the weights to play a window with. */
  publish(window: number, weights: NamedTensors): void {
    for (const [name, { data }] of this.#copies[window & 1]) data.set(weights.get(name)!.data);
  }
}

function tensorsIn(
  buffer: ArrayBufferLike,
  shapes: ReadonlyMap<string, readonly number[]>,
): NamedTensors {
  const tensors = new Map<string, { shape: readonly number[]; data: Float32Array<ArrayBuffer> }>();
  let offset = 0;
  for (const [name, shape] of shapes) {
    // TypeScript tells arrays over shared memory apart; what reads or writes them need not.
    const data = new Float32Array(buffer as ArrayBuffer, offset, sizeOf(shape));
    tensors.set(name, { shape, data });
    offset += data.byteLength;
  }
  return tensors;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
