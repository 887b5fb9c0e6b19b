import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../../src/core/rng.js";
import { EpisodeTally } from "../../../src/trainer/episode.js";
import { createTestGame, type TestGame } from "../../viewer/enjoy/test-game.js";

let test: TestGame;
beforeAll(async () => {
  test = await createTestGame();
});
afterAll(() => {
  test.dispose();
});

/** Runs to the right, jumping now and then. */
function runner(seed: number): () => number {
  const rng = new Rng(seed);
  const [run, jump] = [0x82, 0x83].map((buttons) =>
    test.environment.actions.findIndex((action) => action.buttons === buttons),
  );
  let action = run;
  let left = 0;
  return () => {
    if (left-- === 0) {
      action = rng.uniform() < 0.5 ? jump : run;
      left = rng.integer(10);
    }
    return action;
  };
}

describe("a game for the page", () => {
  it.each([
    ["hit", 3],
    ["fell", 20],
  ])("ends as an evaluation says, and has its reward: %s", (ending, seed) => {
    const { game, environment } = test;
    const tally = new EpisodeTally();
    tally.start();
    environment.reset(1);
    let act = runner(seed);
    let expected = tally.add(environment.step(act()));
    while (!expected) expected = tally.add(environment.step(act()));
    expect(expected.ending).toBe(ending);

    game.reset(1);
    act = runner(seed);
    let last = game.step(act());
    while (!last.ending) {
      // As when a recording is looked at in between.
      if (last.moment.steps === 20) {
        const suspended = game.suspend();
        game.reset(2);
        game.resume(suspended);
      }
      last = game.step(act());
    }
    expect(last.ending).toBe(expected.ending);
    const { reward, distance: maxX, steps, frames } = expected;
    expect(last.moment).toMatchObject({ reward, maxX, steps, frames });
  });

  it("decides for the first of the best values", () => {
    expect(test.game.decide(Float32Array.of(1, 3, 3, 2))).toEqual({ action: 1, by: "network" });
  });
});
