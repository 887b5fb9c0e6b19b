import { measureRounds, ROUNDS, type OnProgress, type Spread } from "./rounds.js";
import { Rng } from "../core/rng.js";
import { StackIdTracker } from "../replay/stack-id-tracker.js";
import { FrameStore } from "../replay/frame-store.js";
import { NStepAccumulator } from "../replay/n-step-accumulator.js";
import { PrioritizedSampler } from "../replay/prioritized-sampler.js";
import { framesForTransitions, ReplayMemory } from "../replay/replay-memory.js";
import type { Sampler } from "../replay/sampler.js";
import { packTransitions } from "../replay/transition-block.js";
import { UniformSampler } from "../replay/uniform-sampler.js";

export interface BenchReplayOptions {
  /** Transitions kept; the memory is full before anything is timed. */
  readonly capacity: number;
  /** Transitions in a minibatch. */
  readonly batch: number;
  /** About how long to measure, s, filling not counted. */
  readonly seconds: number;
  /** Memory that the process holds now, bytes. */
  readonly residentBytes: () => number;
  readonly onProgress?: OnProgress;
}

/** Spreads are over rounds. */
export interface BenchReplayResult {
  readonly rounds: number;
  readonly capacity: number;
  readonly batch: number;
  /** One decision into the memory: frame, 3-step return, transition. */
  readonly msPerAdd: Spread;
  /** A minibatch out of it, both observations of each transition put together. */
  readonly msPerSample: { readonly uniform: Spread; readonly prioritized: Spread };
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
  const memory = (sampler: Sampler): ReplayMemory =>
    new ReplayMemory({ capacity, lanes: [frames], sampler });
  const replay = memory(new UniformSampler({ capacity }));
  const add = player(frames, replay, pictures);
  while (frames.count < frames.capacity || replay.size < capacity) add();
  const bytesPerTransition = Math.round((residentBytes() - bytesBefore) / capacity);
  // A second memory over the same frames, as full.
  const byPriority = memory(new PrioritizedSampler({ capacity, alpha: 0.6 }));
  const addOther = player(frames, byPriority, pictures);
  while (byPriority.size < capacity) addOther();
  const tdErrors = Float32Array.from({ length: batch }, () => rng.uniform());
  const [msPerAdd, uniform, prioritized] = measureRounds(
    [
      () => {
        for (let i = 0; i < ADDS; i++) add();
        return ADDS;
      },
      () => (replay.sample(batch, rng), 1),
      () => {
        byPriority.updatePriorities(byPriority.sample(batch, rng), tdErrors);
        return 1;
      },
    ],
    seconds,
    options.onProgress,
  );
  return {
    rounds: ROUNDS,
    capacity,
    batch,
    msPerAdd,
    bytesPerTransition,
    msPerSample: { uniform, prioritized },
  };
}

/** @returns a function that does what a training loop does with one decision's outcome. */
function player(
  frames: FrameStore,
  replay: ReplayMemory,
  pictures: readonly Uint8Array[],
): () => void {
  const stack = new StackIdTracker(frames);
  const accumulator = new NStepAccumulator({ n: 3, gamma: 0.9 });
  let step = 0;
  return () => {
    if (step % EPISODE_STEPS === 0) accumulator.start(stack.reset(pictures[0]));
    step++;
    const sT = stack.push(pictures[step % PICTURES]);
    const terminated = step % EPISODE_STEPS === 0;
    const outcome = { action: step % 14, reward: 1, sT, terminated, truncated: false };
    replay.add(0, packTransitions(accumulator.push(outcome)), frames.count);
  };
}
