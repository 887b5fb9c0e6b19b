import { z } from "zod";

const probability = z.number().min(0).max(1);
const positiveInteger = z.number().int().positive();
const count = z.number().int().min(0);

/** What the agent sees and is paid for. */
export const environmentSettingsSchema = z.strictObject({
  /** World and stage, e.g. `1-1`. */
  stage: z.string().regex(/^[1-8]-[1-4]$/, "is not a stage such as 1-1"),
  /** Which buttons may be pressed: the tutorial's 14, or one of gym-super-mario-bros's sets. */
  actionSet: z.enum(["full", "right-only", "simple", "complex"]),
  /** Frames for which one decision's buttons are held. */
  actionRepeat: positiveInteger.max(60),
  /** What the learner is paid: see src/env/reward.ts. Logs always count distance, in pixels. */
  reward: z.enum(["distance", "progress"]),
  /** Steps without a new furthest x after which an episode is cut (truncated); 0: never. */
  stallSteps: count,
});

const actorsSchema = z.strictObject({
  /** Environments that play side by side. */
  environments: positiveInteger.max(1024),
  /**
   * Steps, of all environments together, played with the same weights while the learner does their
   * share of updates: the actors' weights are between one and two windows old.
   */
  windowSteps: positiveInteger.max(65_536),
});

const explorationSchema = z.strictObject({
  /** Share of the run over which epsilon falls linearly. */
  fraction: probability,
  initialEpsilon: probability,
  finalEpsilon: probability,
});

const replaySchema = z.strictObject({
  /** Transitions. */
  capacity: positiveInteger,
  /** Transitions in a minibatch. */
  batchSize: positiveInteger.max(4096),
  /** Steps before the first update. */
  learningStarts: count,
});

const learningSchema = z.strictObject({
  /** Adam's step size. */
  learningRate: z.number().positive().max(1),
  /** Discount per step. */
  gamma: probability,
  /** Steps in a return. */
  nStep: positiveInteger.max(100),
  /** Double-DQN target (van Hasselt et al. 2016). */
  doubleDqn: z.boolean(),
  /** L2 norm to which each variable's gradient is clipped. */
  maxGradientNorm: z.number().positive(),
  /** Steps between updates. */
  learnPeriod: positiveInteger,
  /** Steps between copies of the online network into the target network. */
  targetPeriod: positiveInteger,
});

const networkSchema = z.strictObject({
  /** Separate streams for value and advantage (Wang et al. 2016). */
  dueling: z.boolean(),
  padding: z.enum(["same", "valid"]),
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
