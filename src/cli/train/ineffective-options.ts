import type { TrainSettings } from "../../config/schema.js";
import { MarioError } from "../../core/errors.js";
import type { TrainOptions } from "./command.js";

interface Need {
  readonly option: keyof TrainOptions;
  readonly flag: string;
  readonly isMet: (settings: TrainSettings) => boolean;
  /** Completes "… does nothing". */
  readonly without: string;
}

const prioritized = {
  isMet: ({ replay }: TrainSettings) => replay.prioritized,
  without: "without --prioritized",
};
const distribution = {
  isMet: ({ network }: TrainSettings) => network.head !== "scalar",
  without: "with a scalar head; choose --head c51 or quantile",
};
const c51 = {
  isMet: ({ network }: TrainSettings) => network.head === "c51",
  without: "without --head c51",
};
const munchausen = {
  isMet: ({ learning }: TrainSettings) => learning.munchausen,
  without: "without --munchausen",
};

const NEEDS: readonly Need[] = [
  { option: "alpha", flag: "--alpha", ...prioritized },
  { option: "beta", flag: "--beta", ...prioritized },
  { option: "atoms", flag: "--atoms", ...distribution },
  { option: "vMin", flag: "--v-min", ...c51 },
  { option: "vMax", flag: "--v-max", ...c51 },
  { option: "munchausenAlpha", flag: "--munchausen-alpha", ...munchausen },
  { option: "munchausenTemperature", flag: "--munchausen-temperature", ...munchausen },
  { option: "munchausenClip", flag: "--munchausen-clip", ...munchausen },
  {
    option: "double",
    flag: "--double or --no-double",
    isMet: ({ learning }) => !learning.munchausen,
    without: "with --munchausen, whose target takes a mean over the actions",
  },
  {
    option: "lrDecayFraction",
    flag: "--lr-decay-fraction",
    isMet: ({ learning }) => learning.finalLearningRateFraction !== 1,
    without: "where the learning rate is constant; give --final-lr-fraction",
  },
  {
    option: "initialSigma",
    flag: "--initial-sigma",
    isMet: ({ network }) => network.noisy,
    without: "without --noisy",
  },
  {
    option: "loss",
    flag: "--loss",
    isMet: ({ network }) => network.head !== "c51",
    without: "with --head c51, whose loss is the KL divergence",
  },
  {
    option: "huberDelta",
    flag: "--huber-delta",
    isMet: ({ learning, network }) => learning.loss === "huber" && network.head !== "c51",
    without: "where the loss is not Huber's",
  },
  {
    option: "padding",
    flag: "--padding",
    isMet: ({ network }) => network.encoder === "nature",
    without: "with --encoder impala, which has its own",
  },
];

/**
 * Refuses an option that would change nothing: who gave it expects that it does.
 * @throws MarioError INVALID_OPTION about the first of them
 */
export function refuseIdleOptions(options: Partial<TrainOptions>, settings: TrainSettings): void {
  const idle = NEEDS.find(({ option, isMet }) => options[option] !== undefined && !isMet(settings));
  if (!idle) return;
  throw new MarioError("INVALID_OPTION", `${idle.flag} does nothing ${idle.without}.`, {
    remedy: "Leave it out.",
  });
}

interface MachineNeed {
  /** Names of the options that need it. */
  readonly options: readonly (keyof TrainOptions)[];
  readonly isMet: (options: TrainOptions) => boolean;
  readonly message: string;
  readonly remedy: string;
}

const MACHINE_NEEDS: readonly MachineNeed[] = [
  {
    options: ["resumePeriod", "keepResumePoint"],
    isMet: ({ log }) => log !== "stdout",
    message: "--log stdout keeps no resume points.",
    remedy: "Leave out --resume-period and --keep-resume-point, or choose --log both.",
  },
  {
    options: ["evalPeriod", "evalAverage"],
    isMet: ({ evalEpisodes }) => evalEpisodes > 0,
    message: "With --eval-episodes 0 nothing is evaluated.",
    remedy: "Leave out --eval-period and --eval-average, or --eval-episodes.",
  },
  {
    options: ["port", "host", "open"],
    isMet: ({ watch = false }) => watch,
    message: "Without --watch there is no page.",
    remedy: "Give --watch, or leave out --port, --host and --no-open.",
  },
];

/**
 * The same of options that decide nothing of what is learned; some have defaults.
 * @param given names of the options on the command line
 * @throws MarioError INVALID_OPTION about the first of them
 */
export function refuseIdleMachineOptions(options: TrainOptions, given: ReadonlySet<string>): void {
  const idle = MACHINE_NEEDS.find(
    (need) => need.options.some((name) => given.has(name)) && !need.isMet(options),
  );
  if (idle) throw new MarioError("INVALID_OPTION", idle.message, { remedy: idle.remedy });
}

/** Largest discount, and frames of a decision, for which the presets' bounds hold `progress`'s returns. */
const SUPPORT_GAMMA = 0.9;
const SUPPORT_REPEAT = 4;

/**
 * A c51 head knows no returns beyond its bounds, and no differences much smaller than the step between
 * its atoms. The presets' bounds are for reward `progress` as it is, at gamma 0.9: running pays 1 in 4
 * frames, so 10 in the long run.
 * @throws MarioError INVALID_OPTION where returns may be others
 */
export function requireSupport(options: Partial<TrainOptions>, settings: TrainSettings): void {
  const { environment, learning, network } = settings;
  const isGiven = options.vMin !== undefined && options.vMax !== undefined;
  if (network.head !== "c51" || isGiven) return;
  const { gamma, rewardScale } = learning;
  const misfits = [
    ...(environment.reward === "progress" ? [] : [`reward ${environment.reward}`]),
    ...(gamma <= SUPPORT_GAMMA ? [] : [`gamma ${gamma}`]),
    ...(rewardScale === 1 ? [] : [`rewards times ${rewardScale}`]),
    ...(environment.actionRepeat <= SUPPORT_REPEAT
      ? []
      : [`decisions of ${environment.actionRepeat} frames`]),
  ];
  if (misfits.length === 0) return;
  throw new MarioError(
    "INVALID_OPTION",
    `A c51 head has returns from ${network.vMin} to ${network.vMax}, which do not fit ${misfits.join(" and ")}.`,
    { remedy: "Give --v-min and --v-max that hold all returns, about ± reward / (1 - gamma)." },
  );
}
