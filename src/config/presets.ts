import type { TrainSettings } from "./schema.js";

/**
 * The 2017 tutorial, without its defect (it stored the current observation as the next one) and with
 * the two options that it offers switched on. Source of every value: its `train` script, OpenAI
 * baselines' deepq of that year, and the environment it installs (decision 14). Two values are ours,
 * since with its own it depended on the seed whether more than the first obstacles were learned:
 * `rewardScale` and `exploration.fraction`.
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
    // Off: the tutorial did without.
    stickyActions: 0,
    // Sent by its environment before the first action.
    noopMaxFrames: 255,
  },
  // One environment, as it had; the next window's steps wait for no update of this one's.
  actors: { environments: 1, windowSteps: 16 },
  // Ours; the tutorial's fraction is 0.5. Over 400,000 steps instead of a million it learns sooner.
  exploration: { fraction: 0.2, initialEpsilon: 1, finalEpsilon: 0.01, restartShare: 0 },
  replay: {
    capacity: 10_000,
    batchSize: 32,
    learningStarts: 10_000,
    // An option of the tutorial, off by default.
    prioritized: true,
    randomShift: 0,
    // Of baselines' deepq.
    priorityAlpha: 0.6,
    priorityBeta: 0.4,
  },
  learning: {
    // Of its first `train` script; the option that it got later has 5e-4.
    learningRate: 1e-4,
    finalLearningRateFraction: 1,
    learningRateDecayFraction: 1,
    adamEpsilon: 1e-8,
    weightDecay: 0,
    // Ours; the tutorial's is 1. Errors of Q-values are tens of pixels. With a threshold of one pixel
    // the Huber loss is linear, and values tend to medians, which a rarer outcome does not move. In
    // units of 20 px it is mostly quadratic, and they tend to means (docs/learning.md).
    rewardScale: 0.05,
    rewardClip: 0,
    gamma: 0.99,
    nStep: 1,
    doubleDqn: true,
    munchausen: false,
    // Vieillard et al. 2020, if it is switched on.
    munchausenAlpha: 0.9,
    munchausenTemperature: 0.03,
    munchausenClip: -1,
    loss: "huber",
    huberDelta: 1,
    maxGradientNorm: 10,
    clipping: "variable",
    learnPeriod: 4,
    targetPeriod: 1000,
    targetTau: 1,
    actingAverage: 1,
    evaluationAverage: 1,
  },
  network: {
    encoder: "nature",
    hiddenUnits: 256,
    // An option of the tutorial, off by default.
    dueling: true,
    padding: "same",
    layerNorm: false,
    noisy: false,
    // Fortunato et al. 2018, if it is switched on.
    initialSigma: 0.5,
    head: "scalar",
    // Bellemare et al. 2017, if a distributional head is chosen.
    atoms: 51,
    // Hessel et al. 2018. Reward `progress` at gamma 0.9 returns from -3 (death) to 10 (running on for
    // ever; the flag adds 5 but ends the episode). Its middle is what an untrained head predicts: 0.
    vMin: -10,
    vMax: 10,
  },
};

/**
 * Best distance after few steps on two cores; the default. Only what differs from the tutorial:
 */
const fast: TrainSettings = {
  ...tutorial,
  preset: "fast",
  timesteps: 250_000,
  environment: {
    ...tutorial.environment,
    // Evaluations begin so; a policy that knows one beginning only would be measured on others.
    noopMaxFrames: 30,
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
  // A random player seldom passes the first obstacles: follow what has been learned after 20,000
  // steps, and keep 2 % chance, 0.3 random decisions a second. What cost a life is tried again from
  // shortly before it: more tries at what is hard, and the next obstacle is seen sooner.
  exploration: { fraction: 0.08, initialEpsilon: 1, finalEpsilon: 0.02, restartShare: 0.75 },
  replay: { ...tutorial.replay, capacity: 100_000, learningStarts: 2_000, prioritized: false },
  learning: {
    ...tutorial.learning,
    // The rewards are small as they are.
    rewardScale: 1,
    // Between the tutorial's two, which both learned more slowly (docs/learning.md). Its fall
    // settles what the last obstacles still unsettle: over 200,000 steps, and the rest as small.
    learningRate: 2.5e-4,
    finalLearningRateFraction: 0.1,
    learningRateDecayFraction: 0.8,
    // Twice the tutorial's updates for each step: each transition is looked at 16 times on average
    // (van Hasselt et al. 2019 gain from more).
    learnPeriod: 2,
    // Over some 50 windows, 3,200 steps: what single updates unsettle is averaged away. Playing with
    // it slows learning at first, so only evaluations try it, beside the newest weights.
    evaluationAverage: 0.02,
    // What a decision changes is seen within a second: 0.9 looks 10 decisions ahead.
    gamma: 0.9,
    // A picture does not show whether the jump button is still held, on which the next jump depends:
    // long returns see what came of it where a bootstrap does not.
    nStep: 6,
  },
  // The padding of Mnih et al. 2015: 3,136 features instead of 7,744, so an update takes half the time.
  network: { ...tutorial.network, padding: "valid" },
};

/**
 * `fast` for a GPU, which wants fewer and larger updates, and environments to feed them: each
 * transition is looked at as often. The default where a GPU learns; never run on one yet.
 */
const fastGpu: TrainSettings = {
  ...fast,
  preset: "fast-gpu",
  actors: { environments: 32, windowSteps: 256 },
  replay: { ...fast.replay, batchSize: 128 },
  learning: {
    ...fast.learning,
    // Four times the transitions in a quarter of the updates: the noise of a gradient is half as large,
    // and so twice the step.
    learningRate: 5e-4,
    learnPeriod: 8,
    // Over as many decisions as `fast`, in windows four times as long.
    evaluationAverage: 0.08,
  },
};

/**
 * Rainbow (Hessel et al. 2018, table 1) in the environment of `fast`, in a run a hundredth as long. Hence
 * updates of the target network, the end of exploration by epsilon and the size of the replay memory
 * are sooner and smaller; the learning rate is that of its data-efficient variant (van Hasselt et al.
 * 2019). Also different: gamma 0.9, as `fast`.
 */
const rainbow: TrainSettings = {
  ...fast,
  preset: "rainbow",
  timesteps: 500_000,
  // Noise explores instead of epsilon; but that of an untrained network seldom changes which action
  // is the best, so the beginning is random.
  exploration: { fraction: 0.08, initialEpsilon: 1, finalEpsilon: 0, restartShare: 0 },
  replay: {
    ...fast.replay,
    prioritized: true,
    priorityAlpha: 0.5,
    priorityBeta: 0.4,
  },
  learning: {
    ...fast.learning,
    learningRate: 1e-4,
    nStep: 3,
    adamEpsilon: 1.5e-4,
    clipping: "global",
    learnPeriod: 4,
    // 500 updates, as `fast`.
    targetPeriod: 2000,
  },
  network: { ...fast.network, hiddenUnits: 512, noisy: true, head: "c51" },
};

/**
 * `fast` for a policy that bears chance: each frame keeps the buttons of the frame before with
 * probability 0.25 (sticky actions, Machado et al. 2018), so that no sequence of buttons can be
 * learned by heart. It needs more steps, and a replay memory that holds more of what was met.
 */
const best: TrainSettings = {
  ...fast,
  preset: "best",
  timesteps: 600_000,
  environment: { ...fast.environment, stickyActions: 0.25 },
  // Nearly as soon as `fast`; less chance afterwards, since sticky actions bring their own.
  exploration: { ...fast.exploration, fraction: 0.03, finalEpsilon: 0.01 },
  replay: { ...fast.replay, capacity: 200_000 },
};

export const presets = {
  tutorial,
  fast,
  "fast-gpu": fastGpu,
  rainbow,
  best,
} as const satisfies Record<string, TrainSettings>;
export type PresetName = keyof typeof presets;
export const presetNames = Object.keys(presets) as PresetName[];
export const defaultPreset: PresetName = "fast";
/** The default where a GPU learns. */
export const gpuPreset: PresetName = "fast-gpu";
