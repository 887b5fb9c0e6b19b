import { measureRounds, ROUNDS, type Spread } from "../core/rounds.js";
import { Rng } from "../core/rng.js";
import { FrameStack } from "./frame-stack.js";
import { FrameStore } from "./frame-store.js";
import { NStepAccumulator } from "./n-step-accumulator.js";
import { framesForTransitions, ReplayMemory } from "./replay-memory.js";

export interface BenchReplayOptions {
  /** Transitions kept; the memory is full before anything is timed. */
  readonly capacity: number;
  /** Transitions in a minibatch. */
  readonly batch: number;
  /** About how long to measure, s, filling not counted. */
  readonly seconds: number;
  /** Memory that the process holds now, bytes. */
  readonly residentBytes: () => number;
}

/** Spreads are over rounds. */
export interface BenchReplayResult {
  readonly rounds: number;
  readonly capacity: number;
  readonly batch: number;
  /** One decision into the memory: frame, 3-step return, transition. */
  readonly msPerAdd: Spread;
  /** A minibatch out of it, both observations of each transition put together. */
  readonly msPerSample: { readonly uniform: Spread };
  /** By how much the process grew while the memory filled, for each transition. */
  readonly bytesPerTransition: number;
}

const FRAME_BYTES = 84 * 84;
/** Decisions in an episode of this benchmark; about what a mediocre player gets. */
const EPISODE_STEPS = 200;
/** Different frames, added in turn. */
const PICTURES = 64;
/** Decisions between two looks at the clock. */
const ADDS = 64;

/** Times adding to and sampling from a full memory of noise frames of 84 × 84. */
export function benchReplay(options: BenchReplayOptions): BenchReplayResult {
  const { capacity, batch, seconds, residentBytes } = options;
  const rng = new Rng(1);
  const pictures = Array.from({ length: PICTURES }, () =>
    Uint8Array.from({ length: FRAME_BYTES }, () => rng.nextUint32() & 255),
  );
  const bytesBefore = residentBytes();
  const frames = new FrameStore({
    capacity: framesForTransitions(capacity),
    frameBytes: FRAME_BYTES,
  });
  const replay = new ReplayMemory({ capacity, frames });
  const add = player(frames, replay, pictures);
  while (frames.count < frames.capacity || replay.size < capacity) add();
  const bytesPerTransition = Math.round((residentBytes() - bytesBefore) / capacity);
  const [msPerAdd, uniform] = measureRounds(
    [
      () => {
        for (let i = 0; i < ADDS; i++) add();
        return ADDS;
      },
      () => (replay.sample(batch, rng), 1),
    ],
    seconds,
  );
  return {
    ...{ rounds: ROUNDS, capacity, batch, msPerAdd, bytesPerTransition },
    msPerSample: { uniform },
  };
}

/** @returns a function that does what a training loop does with one decision's outcome. */
function player(
  frames: FrameStore,
  replay: ReplayMemory,
  pictures: readonly Uint8Array[],
): () => void {
  const stack = new FrameStack(frames);
  const accumulator = new NStepAccumulator({ n: 3, gamma: 0.9 });
  let step = 0;
  return () => {
    if (step % EPISODE_STEPS === 0) accumulator.start(stack.reset(pictures[0]));
    step++;
    const sT = stack.push(pictures[step % PICTURES]);
    const terminated = step % EPISODE_STEPS === 0;
    const outcome = { action: step % 14, reward: 1, sT, terminated, truncated: false };
    for (const transition of accumulator.push(outcome)) replay.add(transition);
  };
}
