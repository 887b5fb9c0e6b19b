import type { TrainSettings } from "./schema.js";

/**
 * The 2017 tutorial as it was published, without its defect (it stored the current observation as
 * the next one). Source of every value: its `train` script and OpenAI baselines' deepq of that year.
 */
const tutorial: TrainSettings = {
  preset: "tutorial",
  timesteps: 2_000_000,
  seed: 1,
  environment: {
    stage: "1-1",
    actionSet: "full",
    actionRepeat: 2,
    reward: "distance",
    // It had no such limit beyond the game's own clock.
    stallSteps: 0,
  },
  // One environment, as it had; the next window's steps wait for no update of this one's.
  actors: { environments: 1, windowSteps: 16 },
  exploration: { fraction: 0.5, initialEpsilon: 1, finalEpsilon: 0.01 },
  replay: { capacity: 10_000, batchSize: 32, learningStarts: 10_000 },
  learning: {
    learningRate: 5e-4,
    gamma: 0.99,
    nStep: 1,
    doubleDqn: true,
    maxGradientNorm: 10,
    learnPeriod: 4,
    targetPeriod: 1000,
  },
  network: { dueling: false, padding: "same" },
};

/**
 * Best distance after few steps on two cores; the default. Only what differs from the tutorial:
 */
const fast: TrainSettings = {
  ...tutorial,
  preset: "fast",
  timesteps: 500_000,
  environment: {
    ...tutorial.environment,
    // 15 decisions a second, as published runs that reach the flag soonest: half the network's
    // work for the same play, and a random jump lasts long enough to clear something.
    actionRepeat: 4,
    // Small numbers (about ±1 a step), a price on death and a prize for the flag.
    reward: "progress",
    // 10 s of play without getting further teaches nothing new.
    stallSteps: 150,
  },
  // Eight games are eight places of the stage at once, and two threads have four each to play.
  actors: { environments: 8, windowSteps: 64 },
  // A random player seldom passes the first obstacles: soon follow what has been learned, and keep
  // 2 % chance, 0.3 random decisions a second.
  exploration: { fraction: 0.2, initialEpsilon: 1, finalEpsilon: 0.02 },
  replay: { capacity: 100_000, batchSize: 32, learningStarts: 2_000 },
  learning: {
    ...tutorial.learning,
    // Half the tutorial's, since n-step targets are noisier.
    learningRate: 2.5e-4,
    // What a decision changes is seen within a second: 0.9 looks 10 decisions ahead.
    gamma: 0.9,
    // Twice the tutorial's updates for each step: steps are dearer than updates while a console is
    // emulated, and each is looked at 16 times on average (van Hasselt et al. 2019 gain from more).
    learnPeriod: 2,
    // Rainbow's value (Hessel et al. 2018): rewards reach earlier decisions three times as fast.
    nStep: 3,
  },
  // The padding of Mnih et al. 2015: 3,136 features instead of 7,744, so an update takes half the time.
  network: { dueling: true, padding: "valid" },
};

export const presets = { tutorial, fast } as const satisfies Record<string, TrainSettings>;
export type PresetName = keyof typeof presets;
export const presetNames = Object.keys(presets) as PresetName[];
export const defaultPreset: PresetName = "fast";
