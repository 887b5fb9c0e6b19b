/** What a chart shows. Tags are those of docs/metrics.md. */
export interface ChartSpec {
  readonly title: string;
  readonly unit: string;
  /** The line. */
  readonly tag: string;
  /** Single values behind it, faint: the episodes that a mean is over. */
  readonly dotsTag?: string;
  /** Multiplies values, for a share in percent. */
  readonly scale?: number;
  /** The logged figure is a mean already, and is not smoothed again. */
  readonly isMean?: boolean;
}

export const CHARTS: readonly ChartSpec[] = [
  {
    title: "Reward, mean of 100 episodes",
    unit: "px",
    tag: "episode/mean_reward_100",
    dotsTag: "episode/reward",
    isMean: true,
  },
  {
    title: "Distance, mean of 100 episodes",
    unit: "px",
    tag: "episode/mean_distance_100",
    dotsTag: "episode/distance",
    isMean: true,
  },
  {
    title: "Stage finished, of 100 episodes",
    unit: "%",
    tag: "episode/completed_100",
    scale: 100,
    isMean: true,
  },
  { title: "Loss", unit: "", tag: "train/loss" },
  { title: "Mean Q", unit: "", tag: "train/mean_q" },
  { title: "Epsilon", unit: "", tag: "train/epsilon", isMean: true },
  { title: "Speed", unit: "steps/s", tag: "speed/steps_per_second" },
  { title: "Replay memory", unit: "transitions", tag: "replay/size", isMean: true },
];

/** Shown where they were logged. */
const EVALUATIONS: readonly ChartSpec[] = [
  ["eval", "Evaluation"],
  ["eval_average", "Evaluation, averaged weights"],
  ["eval_confirmed", "Confirming evaluation"],
  ["eval_confirmed_average", "Confirming evaluation, averaged weights"],
].flatMap(([group, title]) => [
  {
    title: `${title}: stage finished`,
    unit: "%",
    tag: `${group}/completion_rate`,
    scale: 100,
    isMean: true,
  },
  { title: `${title}: mean distance`, unit: "px", tag: `${group}/mean_distance`, isMean: true },
]);

/** Ends of an interval, which say nothing by themselves. */
const UNSHOWN = ["eval/completion_low", "eval/completion_high"];

/** A chart for a figure that is not among the usual ones. */
export function otherChart(tag: string): ChartSpec {
  const known = EVALUATIONS.find((spec) => spec.tag === tag);
  if (known) return known;
  const words = tag.replace("/", ": ").replaceAll("_", " ");
  return { title: words.charAt(0).toUpperCase() + words.slice(1), unit: "", tag };
}

/** Tags that need no chart of their own. */
export const CHARTED: ReadonlySet<string> = new Set([
  ...CHARTS.flatMap(({ tag, dotsTag }) => (dotsTag === undefined ? [tag] : [tag, dotsTag])),
  ...UNSHOWN,
]);
