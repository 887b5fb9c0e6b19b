import { z } from "zod";
import { ACTION_SET_NAMES } from "../env/actions.js";
import { REWARD_KINDS } from "../env/reward.js";
import { STAGE_PATTERN } from "../env/stages.js";
import { CLIPPINGS, ENCODERS, HEADS, LOSSES, PADDINGS } from "./choices.js";

const probability = z.number().min(0).max(1);
const positiveInteger = z.number().int().positive();
const count = z.number().int().min(0);

/** What the agent sees and is paid for. */
export const environmentSettingsSchema = z.strictObject({
  /** World and stage, e.g. `1-1`. */
  stage: z.string().regex(STAGE_PATTERN, "is not a stage such as 1-1"),
  /** Which buttons may be pressed: the tutorial's 14, or one of gym-super-mario-bros's sets. */
  actionSet: z.enum(ACTION_SET_NAMES),
  /** Frames for which one decision's buttons are held. */
  actionRepeat: positiveInteger.max(60),
  /** What the learner is paid: see src/env/reward.ts. Logs always count distance, in pixels. */
  reward: z.enum(REWARD_KINDS),
  /** Steps without a new furthest x after which an episode is cut (truncated); 0: never. */
  stallSteps: count,
  /** In each frame, probability that the buttons of the frame before stay held (Machado et al. 2018). */
  stickyActions: probability,
  /** Idle frames at most at an episode's start, drawn anew each time (Mnih et al. 2015). */
  noopMaxFrames: count.max(600),
});

const actorsSchema = z.strictObject({
  /** Environments that play side by side. */
  environments: positiveInteger.max(1024),
  /**
   * Steps, of all environments together, played with the same weights while the learner does their
   * share of updates: the actors' weights are up to one window old, and what is learned from ends one
   * window before.
   */
  windowSteps: positiveInteger.max(65_536),
});

const explorationSchema = z.strictObject({
  /** Fraction of the run over which epsilon decays linearly. */
  fraction: probability,
  initialEpsilon: probability,
  finalEpsilon: probability,
  /**
   * Share of the episodes after a lost life that begin shortly before it; see `RestartingEnv`. Some
   * have to begin at the start: a state from which nothing can be saved would be tried for ever.
   */
  restartShare: z.number().min(0).max(0.95),
});

const replaySchema = z.strictObject({
  /** Transitions. */
  capacity: positiveInteger,
  /** Transitions in a minibatch. */
  batchSize: positiveInteger.max(4096),
  /** Steps before the first update. */
  learningStarts: count,
  /** Prioritized experience replay (Schaul et al. 2016) instead of uniform sampling. */
  prioritized: z.boolean(),
  /** Random shifts of sampled observations (DrQ), up to so many pixels; 0: off. */
  randomShift: count.max(16),
  /** Prioritization exponent, 0 (uniform) to 1. */
  priorityAlpha: probability,
  /** Importance-sampling exponent at the start; annealed linearly to 1 at the end. */
  priorityBeta: probability,
});

const learningSchema = z.strictObject({
  /** Learning rate (Adam) at the start. */
  learningRate: z.number().positive().max(1),
  /** Final learning rate as a fraction of the first; the decay is linear. 1: constant. */
  finalLearningRateFraction: probability,
  /** Fraction of the run over which the learning rate decays. */
  learningRateDecayFraction: probability,
  /** Adam's epsilon. */
  adamEpsilon: z.number().positive().max(1),
  /** Share of the kernels, times the learning rate, taken off at each update (AdamW). */
  weightDecay: z.number().min(0).max(1),
  /** Factor of every reward. */
  rewardScale: z.number().positive(),
  /** Rewards are cut to ± this after scaling; 0: not cut. */
  rewardClip: z.number().min(0),
  /** Discount per step. */
  gamma: probability,
  /** Steps in a return. */
  nStep: positiveInteger.max(100),
  /** Double-DQN target (van Hasselt et al. 2016); no part of Munchausen's. */
  doubleDqn: z.boolean(),
  /** The policy's logarithm as a part of the reward (Vieillard et al. 2020). */
  munchausen: z.boolean(),
  /** Share of it that is added. */
  munchausenAlpha: probability,
  /** Temperature of the policy, in units of the return. */
  munchausenTemperature: z.number().positive(),
  /** Least that may be added, before the share. */
  munchausenClip: z.number().max(0),
  /** Of errors: quadratic then linear, or quadratic throughout. Not used by a c51 head. */
  loss: z.enum(LOSSES),
  /** Error at which the Huber loss turns linear. */
  huberDelta: z.number().positive(),
  /** L2 norm to which gradients are clipped. */
  maxGradientNorm: z.number().positive(),
  /** Each variable's gradient by itself, or all as one. */
  clipping: z.enum(CLIPPINGS),
  /** Steps between updates. */
  learnPeriod: positiveInteger,
  /** Steps between two moves of the target network towards the online network. */
  targetPeriod: positiveInteger,
  /** Share of the way that it moves; 1: a copy. */
  targetTau: z.number().positive().max(1),
  /**
   * Share that the newest weights have, each window, in the moving average that plays; 1: the newest
   * alone play.
   */
  actingAverage: z.number().positive().max(1),
  /** The same of an average that only evaluations try, beside what plays; 1: there is none. */
  evaluationAverage: z.number().positive().max(1),
});

const networkSchema = z.strictObject({
  /** Convolutions of Mnih et al. 2015, or IMPALA's residual ones (Espeholt et al. 2018). */
  encoder: z.enum(ENCODERS),
  /** Units of each dense hidden layer. */
  hiddenUnits: positiveInteger.max(4096),
  /** Separate streams for value and advantage (Wang et al. 2016). */
  dueling: z.boolean(),
  /** Of the nature encoder. */
  padding: z.enum(PADDINGS),
  /** Layer normalization (Ba et al. 2016; PQN, Gallici et al. 2024). */
  layerNorm: z.boolean(),
  /** Dense layers with learned noise (Fortunato et al. 2018). */
  noisy: z.boolean(),
  /** Initial size of that noise. */
  initialSigma: z.number().positive(),
  /** Q-values, distributions over fixed returns (Bellemare et al. 2017), or quantiles (Dabney et al. 2018). */
  head: z.enum(HEADS),
  /** Returns or quantiles of a distribution. */
  atoms: positiveInteger.max(1000),
  /** Least and largest return of a c51 head. */
  vMin: z.number(),
  vMax: z.number(),
});

/** Everything that decides what is learned: two runs with equal settings and seed are equal. */
export const trainSettingsSchema = z.strictObject({
  preset: z.string(),
  /** Decisions in the whole run. */
  timesteps: positiveInteger,
  seed: z.number().int().min(0).max(0xffff_ffff),
  environment: environmentSettingsSchema,
  actors: actorsSchema,
  exploration: explorationSchema,
  replay: replaySchema,
  learning: learningSchema,
  network: networkSchema,
});

export type TrainSettings = z.infer<typeof trainSettingsSchema>;
export type EnvironmentSettings = TrainSettings["environment"];
