import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveSettings } from "../../src/config/resolve.js";
import { createMarioEnv } from "../../src/env/mario-env.js";

/** Worker threads run compiled code: `npm test` builds it first. */
const { TrainingThreads } = (await import(
  new URL("../../dist/trainer/workers/training-threads.js", import.meta.url).href
)) as typeof import("../../src/trainer/workers/training-threads.js");

const rom = readFileSync(new URL("../../roms/fenn.nes", import.meta.url));
/** No weights were published for this window but the initial ones. */
const BEFORE_THE_FIRST = -1;

// The tutorial's training has no limit but the clock; evaluations have one.
const settings = resolveSettings("tutorial", {
  timesteps: 100,
  // Half a second: few decisions make a long episode.
  environment: { actionRepeat: 30 },
  network: { padding: "valid", hiddenUnits: 8 },
  actors: { environments: 8 },
  replay: { capacity: 100 },
});

async function startThreads(actors: number, threads = 1, evalEpisodes = 0) {
  // It may turn out to be more environments than were thought of when the first threads started.
  const started = new TrainingThreads(1, { backend: "auto", threads, actors, evalEpisodes });
  await started.setUp(settings, rom, createMarioEnv({ rom }).startState);
  return started;
}

/** The action that holds right and nothing else. */
const WALK = 7;

/** @returns furthest x of who does so, pixels */
function distanceOfWalking(seed: number): number {
  const { actionRepeat } = settings.environment;
  const environment = createMarioEnv({ rom, actionRepeat, noopMaxFrames: 30, stallSteps: 60 });
  environment.reset(seed);
  for (;;) {
    const { info, terminated, truncated } = environment.step(WALK);
    if (terminated || truncated) return info.maxX;
  }
}

describe("the threads of a run", () => {
  let one: Awaited<ReturnType<typeof startThreads>>;
  let two: typeof one;
  beforeAll(async () => {
    [one, two] = [await startThreads(1), await startThreads(2)];
  }, 120_000);
  afterAll(async () => {
    await Promise.all([one.dispose(), two.dispose()]);
  });

  it("evaluate the same whatever their number, and no longer than it takes", async () => {
    const seeds = [5, 6, 7, 8, 9];
    const played = await one.evaluate(BEFORE_THE_FIRST, seeds);
    expect(played).toHaveLength(seeds.length);
    expect(await two.evaluate(BEFORE_THE_FIRST, seeds)).toEqual(played);
    // 30 s without getting further, after at most a few steps ahead: not the clock's 400 ticks.
    for (const { frames } of played!) expect(frames).toBeLessThan(60 * 80);
  }, 120_000);

  it("evaluate on the learner's cores as well, all started with the others", async () => {
    const seeds = [5, 6, 7, 8];
    const three = await startThreads(1, 3, 4);
    try {
      expect([one.evaluationThreads, three.evaluationThreads]).toEqual([1, 3]);
      expect(await three.evaluate(BEFORE_THE_FIRST, seeds)).toEqual(
        await one.evaluate(BEFORE_THE_FIRST, seeds),
      );
      expect(three.evaluationThreads).toBe(3);
    } finally {
      await three.dispose();
    }
  }, 120_000);

  it("are no more than an evaluation has episodes, nor than the actors where there is none", async () => {
    for (const [evalEpisodes, expected] of [
      [2, 2],
      [0, 1],
    ]) {
      const threads = await startThreads(1, 3, evalEpisodes);
      try {
        expect(threads.evaluationThreads).toBe(expected);
      } finally {
        await threads.dispose();
      }
    }
  }, 120_000);

  it("evaluate the window's weights, or given ones in their place", async () => {
    const initial = one.weightsAfter(BEFORE_THE_FIRST);
    // Whatever is seen: hold right.
    const walking = new Map(
      [...initial].map(([name, { shape, data }]) => {
        const always = name.includes("bias") ? data.map((_, i) => (i === WALK ? 50 : 0)) : data;
        return [name, { shape, data: always }];
      }),
    );
    const own = await one.evaluate(BEFORE_THE_FIRST, [1]);
    const given = await one.evaluate(BEFORE_THE_FIRST, [1], { weights: walking });
    expect(given).not.toEqual(own);
    // The window's own again, not those of before, and the same as if they were given.
    expect(await one.evaluate(BEFORE_THE_FIRST, [1])).toEqual(own);
    expect(await one.evaluate(BEFORE_THE_FIRST, [1], { weights: initial })).toEqual(own);
    expect(given![0].distance).toBe(distanceOfWalking(1));
  }, 120_000);

  it("stop between two episodes when they are asked to", async () => {
    let asked = 0;
    const shouldStop = () => ++asked === 2;
    expect(await one.evaluate(BEFORE_THE_FIRST, [1, 2, 3, 4], { shouldStop })).toBeUndefined();
    expect(asked).toBe(2);
  }, 120_000);
});
