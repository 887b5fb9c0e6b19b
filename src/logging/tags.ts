/**
 * Every scalar tag that a run writes; definitions and units are in docs/metrics.md, which a test
 * holds against this list.
 */
export const TAGS = {
  episodeReward: "episode/reward",
  episodeMeanReward100: "episode/mean_reward_100",
  episodeDistance: "episode/distance",
  episodeMeanDistance100: "episode/mean_distance_100",
  episodeLengthSteps: "episode/length_steps",
  episodeCompleted100: "episode/completed_100",
  practiceDistance: "practice/distance",
  trainLoss: "train/loss",
  trainMeanQ: "train/mean_q",
  trainGradientNorm: "train/gradient_norm",
  trainEpsilon: "train/epsilon",
  evalCompletionRate: "eval/completion_rate",
  evalCompletionLow: "eval/completion_low",
  evalCompletionHigh: "eval/completion_high",
  evalMeanDistance: "eval/mean_distance",
  evalMeanReward: "eval/mean_reward",
  evalAverageCompletionRate: "eval_average/completion_rate",
  evalAverageMeanDistance: "eval_average/mean_distance",
  evalConfirmedCompletionRate: "eval_confirmed/completion_rate",
  evalConfirmedMeanDistance: "eval_confirmed/mean_distance",
  evalConfirmedAverageCompletionRate: "eval_confirmed_average/completion_rate",
  evalConfirmedAverageMeanDistance: "eval_confirmed_average/mean_distance",
  speedStepsPerSecond: "speed/steps_per_second",
  speedUpdatesPerSecond: "speed/updates_per_second",
  replaySize: "replay/size",
} as const;

/** Text tag under which a run writes its settings, once, as Markdown. */
export const RUN_SETTINGS_TAG = "run/settings";

/**
 * Tags of what is no scalar. Under the first two there is one for each of the network's variables:
 * `weights/conv1/kernel`, …; under the last one for each rule by which a model is the best:
 * `best_film/reward`, `best_film/evaluation`.
 */
export const SUMMARY_TAGS = {
  weights: "weights",
  gradients: "gradients",
  qValues: "q_values",
  observation: "observation",
  bestFilm: "best_film",
} as const;
