import { MarioError } from "../core/errors.js";
import type { Rng } from "../core/rng.js";
import type { SampleOutput, Sampler, SamplerState, UniformSamplerState } from "./sampler.js";

const ABSENT = -1;

/** Every slot equally often (Lin 1992; Mnih et al. 2015); adding and removing take constant time. */
export class UniformSampler implements Sampler {
  /** The first `#size` are the slots to choose from, without gaps. */
  readonly #slots: Int32Array;
  /** Where in `#slots` a slot is, or {@link ABSENT}. */
  readonly #places: Int32Array;
  #size = 0;

  constructor(options: { readonly capacity: number }) {
    this.#slots = new Int32Array(options.capacity);
    this.#places = new Int32Array(options.capacity).fill(ABSENT);
  }

  get size(): number {
    return this.#size;
  }

  add(slot: number): void {
    if (this.#places[slot] !== ABSENT) return;
    this.#places[slot] = this.#size;
    this.#slots[this.#size++] = slot;
  }

  /** The last slot of the list takes the place of the one that leaves. */
  remove(slot: number): void {
    const place = this.#places[slot];
    if (place === ABSENT) return;
    const last = this.#slots[--this.#size];
    this.#slots[place] = last;
    this.#places[last] = place;
    this.#places[slot] = ABSENT;
  }

  sample(count: number, rng: Rng, { indices, weights }: SampleOutput): void {
    if (this.#size === 0) throw emptySample();
    for (let i = 0; i < count; i++) indices[i] = this.#slots[rng.integer(this.#size)];
    weights.fill(1, 0, count);
  }

  update(): void {
    // What was learned does not change how often a slot is chosen.
  }

  getState(): UniformSamplerState {
    return { kind: "uniform", slots: this.#slots.slice(0, this.#size) };
  }

  setState(state: SamplerState): void {
    const capacity = this.#slots.length;
    if (
      state.kind !== "uniform" ||
      new Set(state.slots).size !== state.slots.length ||
      !state.slots.every((slot) => slot >= 0 && slot < capacity)
    ) {
      throw invalidState("uniform", capacity);
    }
    this.#places.fill(ABSENT);
    this.#size = 0;
    for (const slot of state.slots) this.add(slot);
  }
}

export function emptySample(): MarioError {
  return new MarioError("SHAPE_MISMATCH", "An empty replay memory was sampled.");
}

export function invalidState(kind: string, capacity: number): MarioError {
  return new MarioError(
    "STATE_INVALID",
    `The saved state is not that of a ${kind} sampler of ${capacity} slots.`,
    { remedy: "Resume with the settings that the run was started with." },
  );
}
