import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { StackIdTracker } from "../../src/replay/stack-id-tracker.js";
import { allocateFrames, FrameStore } from "../../src/replay/frame-store.js";
import { ReplayMemory, framesForTransitions } from "../../src/replay/replay-memory.js";
import { packTransitions } from "../../src/replay/transition-block.js";
import { UniformSampler } from "../../src/replay/uniform-sampler.js";

const frameBytes = 9;
const frameOf = (t: number) =>
  Uint8Array.from({ length: frameBytes }, (_, p) => (t * 31 + p) & 255);

interface PlayOptions {
  readonly steps: number;
  /** Steps of an episode. */
  readonly length: number;
  /** Transitions, of all lanes together. */
  readonly capacity: number;
  readonly lanes?: number;
  readonly inFlight?: number;
}

/**
 * Plays `steps` steps in each lane; the reward of a step is its number times lanes plus the lane. A
 * lane's first frame is that of its number.
 */
function played({ steps, length, capacity, lanes = 1, inFlight = 0 }: PlayOptions) {
  const stores = Array.from(
    { length: lanes },
    () =>
      new FrameStore({
        capacity: framesForTransitions(Math.floor(capacity / lanes), inFlight),
        frameBytes,
      }),
  );
  const memory = new ReplayMemory({
    capacity,
    lanes: stores,
    sampler: new UniformSampler({ capacity }),
    framesInFlight: inFlight,
  });
  const history: { s: number[]; sNext: number[] }[] = [];
  for (const [lane, frames] of stores.entries()) {
    const stack = new StackIdTracker(frames);
    let t = lane * 77;
    let window: number[] = [];
    for (let step = 0; step < steps; step++) {
      if (step % length === 0) {
        stack.reset(frameOf(t));
        window = [t, t, t, t];
        t++;
      }
      const sTm1 = stack.ids;
      const before = [...window];
      const sT = stack.push(frameOf(t));
      window = [...window.slice(1), t];
      t++;
      const id = step * lanes + lane;
      history[id] = { s: before, sNext: [...window] };
      const block = packTransitions([{ sTm1, aTm1: step % 14, rT: id, discountT: 0.99, sT }]);
      memory.add(lane, block, frames.count);
    }
  }
  return { frames: stores[0], memory, history };
}

/** What the stack of those frames looks like, written out pixel by pixel. */
function interleaved(ts: readonly number[]): number[] {
  const planes = ts.map(frameOf);
  return Array.from({ length: frameBytes * 4 }, (_, i) => planes[i % 4][Math.floor(i / 4)]);
}

describe("ReplayMemory", () => {
  for (const options of [
    { steps: 40, length: 1000, capacity: 100 },
    { steps: 500, length: 20, capacity: 100 },
    { steps: 500, length: 3, capacity: 100 },
    { steps: 9000, length: 37, capacity: 5000 },
    { steps: 300, length: 20, capacity: 301, lanes: 3 },
    { steps: 300, length: 2, capacity: 90, lanes: 2, inFlight: 10 },
  ]) {
    it(`gives back what was put in: ${JSON.stringify(options)}`, () => {
      const { steps, capacity, lanes = 1 } = options;
      const { memory, history } = played(options);
      const rng = new Rng(1);
      for (let round = 0; round < 20; round++) {
        const batch = memory.sample(16, rng);
        for (let i = 0; i < batch.size; i++) {
          const id = batch.rT[i];
          const step = Math.floor(id / lanes);
          const row = (array: Uint8Array) => [
            ...array.subarray(i * frameBytes * 4, (i + 1) * frameBytes * 4),
          ];
          expect(batch.aTm1[i]).toBe(step % 14);
          expect(batch.discountT[i]).toBeCloseTo(0.99);
          expect(row(batch.sTm1)).toEqual(interleaved(history[id].s));
          expect(row(batch.sT)).toEqual(interleaved(history[id].sNext));
          expect(step).toBeGreaterThanOrEqual(steps - capacity / lanes);
        }
      }
    });
  }

  it("the next state is never the current one (the tutorial's defect)", () => {
    const { memory } = played({ steps: 200, length: 50, capacity: 100 });
    const batch = memory.sample(32, new Rng(2));
    for (let i = 0; i < batch.size; i++) {
      const at = i * frameBytes * 4;
      const end = at + frameBytes * 4;
      expect([...batch.sT.subarray(at, end)]).not.toEqual([...batch.sTm1.subarray(at, end)]);
    }
  });

  it("keeps its whole capacity when episodes are 16 steps or longer", () => {
    expect(played({ steps: 1000, length: 16, capacity: 160 }).memory.size).toBe(160);
  });

  it("drops transitions whose frames are gone, when episodes are shorter than planned for", () => {
    const { memory, frames } = played({ steps: 1000, length: 1, capacity: 160 });
    expect(memory.size).toBeLessThan(160);
    expect(memory.size).toBeGreaterThan(70);
    expect(frames.has(frames.count - frames.capacity)).toBe(true);
    expect(frames.has(frames.count - frames.capacity - 1)).toBe(false);
  });

  it("samples every transition equally often: chi-square over 100", () => {
    const { memory } = played({ steps: 350, length: 40, capacity: 100 });
    const counts = new Map<number, number>();
    const rng = new Rng(9);
    const draws = 64_000;
    for (let i = 0; i < draws / 32; i++) {
      for (const slot of memory.sample(32, rng).indices) {
        counts.set(slot, (counts.get(slot) ?? 0) + 1);
      }
    }
    expect(counts.size).toBe(100);
    const expected = draws / 100;
    let chiSquare = 0;
    for (const count of counts.values()) chiSquare += (count - expected) ** 2 / expected;
    // 99 degrees of freedom: 148.2 is the 0.1 % point, 61.1 the 99.9 %.
    expect(chiSquare).toBeLessThan(148.2);
    expect(chiSquare).toBeGreaterThan(61.1);
  });

  it("samples no transition whose frames may be overwritten meanwhile", () => {
    const inFlight = 12;
    const { memory, frames } = played({ steps: 1000, length: 2, capacity: 60, inFlight });
    const before = memory.sample(32, new Rng(3));
    const observations = before.sTm1.slice();
    // Another thread adds as many frames as it may.
    for (let i = 0; i < inFlight; i++) frames.add(new Uint8Array(frameBytes).fill(200 + i));
    expect(memory.sample(32, new Rng(3)).sTm1).toEqual(observations);
  });

  it("shares its capacity equally, and samples every lane", () => {
    const { memory } = played({ steps: 200, length: 30, capacity: 100, lanes: 4 });
    expect(memory.size).toBe(100);
    const lanes = new Set<number>();
    const { rT } = memory.sample(64, new Rng(4));
    for (const id of rT) lanes.add(id % 4);
    expect(lanes.size).toBe(4);
  });

  it("refuses a frame of another size and an empty sample", () => {
    const frames = new FrameStore({ capacity: 10, frameBytes });
    expect(() => frames.add(new Uint8Array(8))).toThrow(/8 bytes/);
    const sampler = new UniformSampler({ capacity: 5 });
    const memory = new ReplayMemory({ capacity: 5, lanes: [frames], sampler });
    expect(() => memory.sample(1, new Rng(0))).toThrow(/empty/i);
  });
});

describe("FrameStore", () => {
  it("is written in one place and read in another that shares its memory", () => {
    const options = { capacity: 5000, frameBytes };
    const segments = allocateFrames(options);
    const actor = new FrameStore({ ...options, segments });
    const learner = new FrameStore({ ...options, segments });
    for (let t = 0; t < 6000; t++) actor.add(frameOf(t));
    expect(learner.has(5999)).toBe(false);
    learner.advance(actor.count);
    for (const t of [1000, 4095, 4096, 5999]) {
      expect(learner.has(t)).toBe(true);
      expect([...learner.view(t)]).toEqual([...frameOf(t)]);
    }
    expect(learner.has(999)).toBe(false);
    expect(learner.has(1009, 10)).toBe(false);
    expect(learner.has(1010, 10)).toBe(true);
  });
});

it("puts frames of whole 32-bit words together, and of a few bytes more, pixel by pixel", () => {
  const rng = new Rng(3);
  for (const length of [4, 12, 84, 13]) {
    const frames = new FrameStore({ capacity: 16, frameBytes: length });
    const memory = new ReplayMemory({
      capacity: 1,
      lanes: [frames],
      sampler: new UniformSampler({ capacity: 1 }),
    });
    const pictures = Array.from({ length: 5 }, () =>
      Uint8Array.from({ length }, () => rng.nextUint32() & 255),
    );
    for (const picture of pictures) frames.add(picture);
    const transition = { aTm1: 0, rT: 0, discountT: 0 };
    memory.add(
      0,
      packTransitions([{ ...transition, sTm1: [0, 1, 2, 3], sT: [1, 2, 3, 4] }]),
      frames.count,
    );
    const { sTm1, sT } = memory.sample(1, rng);
    const stack = (first: number): number[] =>
      Array.from({ length: length * 4 }, (_, i) => pictures[first + (i % 4)][Math.floor(i / 4)]);
    expect([...sTm1]).toEqual(stack(0));
    expect([...sT]).toEqual(stack(1));
  }
});
