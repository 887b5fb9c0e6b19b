import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { FrameStack } from "../../src/replay/frame-stack.js";
import { FrameStore } from "../../src/replay/frame-store.js";
import { ReplayMemory, framesForTransitions } from "../../src/replay/replay-memory.js";

const frameBytes = 9;
const frameOf = (t: number) =>
  Uint8Array.from({ length: frameBytes }, (_, p) => (t * 31 + p) & 255);

/** Plays `steps` steps in episodes of `length`; the reward of a step is its number. */
function played(steps: number, length: number, capacity: number) {
  const frames = new FrameStore({ capacity: framesForTransitions(capacity), frameBytes });
  const memory = new ReplayMemory({ capacity, frames });
  const stack = new FrameStack(frames);
  const history: { s: number[]; sNext: number[] }[] = [];
  let t = 0;
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
    history.push({ s: before, sNext: [...window] });
    memory.add({ sTm1, aTm1: step % 14, rT: step, discountT: 0.99, sT });
  }
  return { frames, memory, history };
}

/** What the stack of those frames looks like, written out pixel by pixel. */
function interleaved(ts: readonly number[]): number[] {
  const planes = ts.map(frameOf);
  return Array.from({ length: frameBytes * 4 }, (_, i) => planes[i % 4][Math.floor(i / 4)]);
}

describe("ReplayMemory", () => {
  for (const [steps, length, capacity] of [
    [40, 1000, 100],
    [500, 20, 100],
    [500, 3, 100],
    [9000, 37, 5000],
  ]) {
    it(`gives back what was put in: ${steps} steps, episodes of ${length}, capacity ${capacity}`, () => {
      const { memory, history } = played(steps, length, capacity);
      const rng = new Rng(1);
      for (let round = 0; round < 20; round++) {
        const batch = memory.sample(16, rng);
        for (let i = 0; i < batch.size; i++) {
          const step = batch.rT[i];
          const row = (array: Uint8Array) => [
            ...array.subarray(i * frameBytes * 4, (i + 1) * frameBytes * 4),
          ];
          expect(batch.aTm1[i]).toBe(step % 14);
          expect(batch.discountT[i]).toBeCloseTo(0.99);
          expect(row(batch.sTm1)).toEqual(interleaved(history[step].s));
          expect(row(batch.sT)).toEqual(interleaved(history[step].sNext));
          expect(step).toBeGreaterThanOrEqual(steps - capacity);
        }
      }
    });
  }

  it("the next state is never the current one (the tutorial's defect)", () => {
    const { memory } = played(200, 50, 100);
    const batch = memory.sample(32, new Rng(2));
    for (let i = 0; i < batch.size; i++) {
      const at = i * frameBytes * 4;
      const end = at + frameBytes * 4;
      expect([...batch.sT.subarray(at, end)]).not.toEqual([...batch.sTm1.subarray(at, end)]);
    }
  });

  it("keeps its whole capacity when episodes are 16 steps or longer", () => {
    expect(played(1000, 16, 160).memory.size).toBe(160);
  });

  it("drops transitions whose frames are gone, when episodes are shorter than planned for", () => {
    const { memory, frames } = played(1000, 1, 160);
    expect(memory.size).toBeLessThan(160);
    expect(memory.size).toBeGreaterThan(70);
    expect(frames.has(frames.count - frames.capacity)).toBe(true);
    expect(frames.has(frames.count - frames.capacity - 1)).toBe(false);
  });

  it("samples every transition equally often: chi-square over 100", () => {
    const { memory } = played(350, 40, 100);
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

  it("stores 100,000 transitions of 84×84 frames in under 0.8 GB", () => {
    const frames = framesForTransitions(100_000);
    const bytes = FrameStore.bytesFor({ capacity: frames, frameBytes: 84 * 84 });
    expect(bytes + 100_000 * (8 * 4 + 3 * 4)).toBeLessThan(0.8e9);
  });

  it("refuses a frame of another size and an empty sample", () => {
    const frames = new FrameStore({ capacity: 10, frameBytes });
    expect(() => frames.add(new Uint8Array(8))).toThrow(/8 bytes/);
    expect(() => new ReplayMemory({ capacity: 5, frames }).sample(1, new Rng(0))).toThrow(/empty/i);
  });
});
