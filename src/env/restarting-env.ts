import { MarioError } from "../core/errors.js";
import { Rng } from "../core/rng.js";
import type {
  Environment,
  EpisodeStart,
  RestartableEnvironment,
  StepResult,
} from "./environment.js";

export interface RestartOptions {
  /** Share of the episodes after a lost life that begin at a saved state, 0 to 1. */
  readonly share: number;
  /** Decisions between two saved states; default 8. */
  readonly period?: number;
  /** Saved states that are kept, the newest; default 8. */
  readonly depth?: number;
}

/**
 * After a lost life, often goes on from a moment shortly before it instead of from the stage's
 * start: what a player could not do yet is tried again at once, and where the next obstacle is
 * reached, that one becomes the place of practice ("Exploring restart distributions", Tavakoli et
 * al. 2018; "Go-Explore", Ecoffet et al. 2021, returns to its own states in the same way). The moment
 * is drawn evenly among the saved states, and those after it are forgotten: where every try fails, it
 * moves back. An episode that was cut or finished is followed by one from the start.
 *
 * Knows nothing of the game but its save states. The episode's seed is its only chance; that of sticky
 * actions goes on from the episode before.
 */
export class RestartingEnv<
  Info extends { readonly completed: boolean },
> implements Environment<Info> {
  readonly actionCount: number;
  readonly observationShape: readonly number[];
  readonly #inner: RestartableEnvironment<Info>;
  readonly #share: number;
  readonly #period: number;
  readonly #depth: number;
  /** Oldest first. */
  #saved: Uint8Array[] = [];
  #decisions = 0;
  #died = false;

  constructor(inner: RestartableEnvironment<Info>, options: RestartOptions) {
    this.#inner = inner;
    this.actionCount = inner.actionCount;
    this.observationShape = inner.observationShape;
    this.#share = options.share;
    this.#period = options.period ?? 8;
    this.#depth = options.depth ?? 8;
  }

  get frame(): Uint8Array {
    return this.#inner.frame;
  }

  get observation(): Uint8Array {
    return this.#inner.observation;
  }

  reset(seed: number): EpisodeStart<Info> {
    const rng = new Rng(seed);
    const again = rng.uniform() < this.#share && this.#died && this.#saved.length > 0;
    this.#died = false;
    this.#decisions = 0;
    if (!again) {
      this.#saved = [];
      return this.#inner.reset(rng.nextUint32());
    }
    const chosen = rng.integer(this.#saved.length);
    this.#saved.length = chosen + 1;
    return { ...this.#inner.restart(this.#saved[chosen]), restarted: true };
  }

  step(action: number): StepResult<Info> {
    const result = this.#inner.step(action);
    this.#decisions++;
    const over = result.terminated || result.truncated;
    if (over) this.#died = result.terminated && !result.info.completed;
    else if (this.#decisions % this.#period === 0) this.#save();
    return result;
  }

  /** The running episode and the saved states. */
  getState(): Uint8Array {
    const head = Uint32Array.of(MAGIC, this.#decisions, Number(this.#died), this.#saved.length);
    return joined([new Uint8Array(head.buffer), this.#inner.getState(), ...this.#saved]);
  }

  setState(state: Uint8Array): void {
    const [head, inner, ...saved] = parted(state);
    const numbers = new Uint32Array(head.slice().buffer);
    if (numbers.length !== 4 || numbers[0] !== MAGIC || numbers[3] !== saved.length) {
      throw invalid("it is not one with saved starts");
    }
    this.#inner.setState(inner);
    this.#decisions = numbers[1];
    this.#died = numbers[2] !== 0;
    this.#saved = saved.map((part) => part.slice());
  }

  #save(): void {
    this.#saved.push(this.#inner.getState());
    if (this.#saved.length > this.#depth) this.#saved.shift();
  }
}

const MAGIC = 0x5453_4552; // "REST" in memory

/** Parts one after the other, each after its length (uint32, little-endian) and padded to 4 bytes. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + 4 + align(length), 0));
  const view = new DataView(whole.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length, true);
    whole.set(part, at + 4);
    at += 4 + align(part.length);
  }
  return whole;
}

/** Inverse of {@link joined}; views, not copies. @throws MarioError STATE_INVALID. */
function parted(whole: Uint8Array): Uint8Array[] {
  const view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
  const parts: Uint8Array[] = [];
  let at = 0;
  while (at < whole.length) {
    if (at + 4 > whole.length) throw invalid("it is truncated");
    const length = view.getUint32(at, true);
    if (at + 4 + length > whole.length) throw invalid("it is truncated");
    parts.push(whole.subarray(at + 4, at + 4 + length));
    at += 4 + align(length);
  }
  if (parts.length < 2) throw invalid("it is truncated");
  return parts;
}

function align(bytes: number): number {
  return (bytes + 3) & ~3;
}

function invalid(reason: string): MarioError {
  return new MarioError("STATE_INVALID", `This environment state cannot be used: ${reason}.`, {
    remedy: "Start the environment anew.",
  });
}
