import { MarioError } from "../core/errors.js";
import { TAGS } from "../logging/tags.js";

/** A figure that can be drawn. */
export interface PlotMetric {
  /** A scalar tag, see docs/metrics.md. */
  readonly tag: string;
  readonly title: string;
  /** Of the vertical axis. */
  readonly unit: string;
}

const NAMED: Readonly<Record<string, PlotMetric>> = {
  distance: {
    tag: TAGS.episodeMeanDistance100,
    title: "Mean distance, last 100 episodes",
    unit: "pixels",
  },
  reward: {
    tag: TAGS.episodeMeanReward100,
    title: "Mean reward, last 100 episodes",
    unit: "pixels",
  },
  completion: {
    tag: TAGS.episodeCompleted100,
    title: "Stage finished, last 100 episodes",
    unit: "share of episodes",
  },
  "eval-distance": {
    tag: TAGS.evalMeanDistance,
    title: "Mean distance in evaluations",
    unit: "pixels",
  },
  "eval-reward": {
    tag: TAGS.evalMeanReward,
    title: "Mean reward in evaluations",
    unit: "pixels",
  },
  "eval-completion": {
    tag: TAGS.evalCompletionRate,
    title: "Stage finished in evaluations",
    unit: "share of episodes",
  },
  "average-distance": {
    tag: TAGS.evalAverageMeanDistance,
    title: "Mean distance, averaged weights",
    unit: "pixels",
  },
  "average-completion": {
    tag: TAGS.evalAverageCompletionRate,
    title: "Stage finished, averaged weights",
    unit: "share of episodes",
  },
  loss: { tag: TAGS.trainLoss, title: "Loss", unit: "mean of a minibatch" },
  q: { tag: TAGS.trainMeanQ, title: "Mean Q(s, a)", unit: "the learner's reward" },
  epsilon: { tag: TAGS.trainEpsilon, title: "Epsilon", unit: "share of random decisions" },
  speed: { tag: TAGS.speedStepsPerSecond, title: "Speed", unit: "steps per second" },
};

/** What `all` stands for. */
const ALL = ["distance", "reward", "completion"];

/**
 * The figures that a list names: of {@link NAMED}, `all`, or tags.
 * @param list separated by commas
 * @throws MarioError INVALID_OPTION for a name that is none
 */
export function plotMetrics(list: string): PlotMetric[] {
  return list
    .split(",")
    .map((name) => name.trim())
    .flatMap((name) => (name === "all" ? ALL : [name]))
    .map(metricOf);
}

function metricOf(name: string): PlotMetric {
  if (Object.hasOwn(NAMED, name)) return NAMED[name];
  const known = Object.values(NAMED).find(({ tag }) => tag === name);
  if (known) return known;
  if (name.includes("/")) return { tag: name, title: inWords(name), unit: name };
  throw new MarioError("INVALID_OPTION", `There is no metric '${name}' to draw.`, {
    value: name,
    remedy: `Choose among ${Object.keys(NAMED).join(", ")}, all, or a tag such as train/loss.`,
  });
}

/** `replay/size` → `Replay: size` */
function inWords(tag: string): string {
  const words = tag.replace("/", ": ").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
