import type { Environment, StepResult } from "../../src/env/environment.js";
import type { GameInfo } from "../../src/trainer/episode.js";

const SIDE = 8;
const START = 2;
const GOAL = SIDE - 1;

/**
 * The smallest thing worth learning from pixels: a lit column that must walk right to the edge.
 * Actions: left, stay, right. Reward 1 at the goal, where the episode terminates; 0 otherwise;
 * truncated after `limit` steps.
 */
export class Corridor implements Environment<GameInfo> {
  readonly actionCount = 3;
  readonly observationShape = [SIDE, SIDE, 4];
  readonly frame = new Uint8Array(SIDE * SIDE);
  readonly observation = new Uint8Array(SIDE * SIDE * 4);
  readonly #limit: number;
  #x = START;
  #maxX = START;
  #moved = 0;
  #steps = 0;

  constructor(limit = 40) {
    this.#limit = limit;
  }

  static readonly side = SIDE;
  static readonly goal = GOAL;

  reset(): { observation: Uint8Array; info: GameInfo } {
    this.#x = START;
    this.#maxX = START;
    this.#moved = 0;
    this.#steps = 0;
    this.#draw();
    for (let i = 0; i < this.observation.length; i++) this.observation[i] = this.frame[i >> 2];
    return { observation: this.observation, info: this.#info() };
  }

  step(action: number): StepResult<GameInfo> {
    const before = this.#x;
    this.#x = Math.min(GOAL, Math.max(0, before + action - 1));
    this.#moved = this.#x - before;
    this.#maxX = Math.max(this.#maxX, this.#x);
    this.#steps++;
    this.#draw();
    for (let p = 0; p < this.frame.length; p++) {
      this.observation.copyWithin(p * 4, p * 4 + 1, p * 4 + 4);
      this.observation[p * 4 + 3] = this.frame[p];
    }
    const terminated = this.#x === GOAL;
    return {
      observation: this.observation,
      reward: terminated ? 1 : 0,
      terminated,
      truncated: !terminated && this.#steps >= this.#limit,
      info: this.#info(),
    };
  }

  getState(): Uint8Array {
    return Uint8Array.of(this.#x, this.#maxX, this.#steps, ...this.observation);
  }

  setState(state: Uint8Array): void {
    [this.#x, this.#maxX, this.#steps] = state;
    this.observation.set(state.subarray(3));
    this.#draw();
  }

  protected get x(): number {
    return this.#x;
  }

  #info(): GameInfo {
    return {
      moved: this.#moved,
      maxX: this.#maxX,
      completed: this.#x === GOAL,
      frames: this.#steps,
    };
  }

  #draw(): void {
    for (let p = 0; p < this.frame.length; p++) this.frame[p] = p % SIDE === this.#x ? 255 : 0;
  }
}
