import { Option, type Command } from "commander";
import type { SettingsOverrides } from "../../config/resolve.js";
import { integer, number } from "../options.js";

/** What the command line may say about learning; each replaces the preset's value. */
export interface AlgorithmOptions {
  readonly explorationFraction?: number;
  readonly initialEpsilon?: number;
  readonly finalEpsilon?: number;
  readonly restartShare?: number;
  readonly bufferSize?: number;
  readonly batchSize?: number;
  readonly learningStarts?: number;
  readonly prioritized?: boolean;
  readonly randomShift?: number;
  readonly alpha?: number;
  readonly beta?: number;
  readonly lr?: number;
  readonly finalLrFraction?: number;
  readonly lrDecayFraction?: number;
  readonly adamEpsilon?: number;
  readonly weightDecay?: number;
  readonly rewardScale?: number;
  readonly rewardClip?: number;
  readonly gamma?: number;
  readonly nStep?: number;
  readonly double?: boolean;
  readonly munchausen?: boolean;
  readonly munchausenAlpha?: number;
  readonly munchausenTemperature?: number;
  readonly munchausenClip?: number;
  readonly loss?: "huber" | "squared";
  readonly huberDelta?: number;
  readonly maxGradientNorm?: number;
  readonly clipping?: "variable" | "global";
  readonly learnPeriod?: number;
  readonly targetPeriod?: number;
  readonly targetTau?: number;
  readonly actingAverage?: number;
  readonly evalAverage?: number;
  readonly encoder?: "nature" | "impala";
  readonly hiddenUnits?: number;
  readonly dueling?: boolean;
  readonly padding?: "same" | "valid";
  readonly layerNorm?: boolean;
  readonly noisy?: boolean;
  readonly initialSigma?: number;
  readonly head?: "scalar" | "c51" | "quantile";
  readonly atoms?: number;
  readonly vMin?: number;
  readonly vMax?: number;
}

/** Adds an option with a parser or choices; none has a default: that is the preset's. */
function add(
  command: Command,
  flags: string,
  description: string,
  parse?: ((text: string) => number) | readonly string[],
): void {
  const option = new Option(flags, description);
  if (typeof parse === "function") option.argParser(parse);
  else if (parse) option.choices(parse);
  command.addOption(option);
}

function addSwitch(command: Command, name: string, on: string, off: string): void {
  add(command, `--${name}`, on);
  add(command, `--no-${name}`, off);
}

export function addAlgorithmOptions(command: Command): void {
  command.optionsGroup("Exploration and replay:");
  const share = number(0, 1);
  const positive = number(1e-9, 1e9);
  add(command, "--exploration-fraction <f>", "share of the run over which epsilon falls", share);
  add(command, "--initial-epsilon <p>", "share of random decisions at the start", share);
  add(command, "--final-epsilon <p>", "share of random decisions after its fall", share);
  add(
    command,
    "--restart-share <p>",
    "share of lost lives tried again from shortly before",
    number(0, 0.95),
  );
  add(command, "--buffer-size <n>", "transitions in the replay memory", integer(1));
  add(command, "--learning-starts <n>", "decisions before the first update", integer(0));
  addSwitch(command, "prioritized", "look most at what was most wrong", "look at all evenly");
  add(
    command,
    "--random-shift <n>",
    "pixels by which they are moved at random each time",
    integer(0, 16),
  );
  add(command, "--alpha <f>", "how much priorities count, 0 to 1", share);
  add(command, "--beta <f>", "how much weights correct for it at first; 1 in the end", share);

  command.optionsGroup("Learning:");
  add(command, "--lr <f>", "Adam's step size", number(1e-9, 1));
  add(command, "--final-lr-fraction <f>", "share of it that is left at the end", share);
  add(command, "--lr-decay-fraction <f>", "share of the run over which it falls to that", share);
  add(command, "--adam-epsilon <f>", "added to the root of Adam's second moment", number(1e-30, 1));
  add(command, "--weight-decay <f>", "share of the weights, times --lr, taken off", share);
  add(command, "--batch-size <n>", "transitions in a minibatch", integer(1, 4096));
  add(command, "--learn-period <n>", "decisions between updates", integer(1));
  add(command, "--gamma <f>", "discount per decision", share);
  add(command, "--n-step <n>", "steps in a return", integer(1, 100));
  add(command, "--target-period <n>", "decisions between moves of the target network", integer(1));
  add(command, "--target-tau <f>", "share of the way that it moves; 1: a copy", number(1e-9, 1));
  add(
    command,
    "--acting-average <f>",
    "share of the newest weights, each window, in the average that plays; 1: they alone",
    number(1e-9, 1),
  );
  add(
    command,
    "--eval-average <f>",
    "the same for an average that only evaluations try, beside what plays; 1: none",
    number(1e-9, 1),
  );
  addSwitch(command, "double", "the online network chooses the target's action", "plain DQN");
  addSwitch(command, "munchausen", "the policy's logarithm is part of the reward", "not");
  add(command, "--munchausen-alpha <f>", "share of it that is added", share);
  add(command, "--munchausen-temperature <f>", "temperature of that policy", positive);
  add(command, "--munchausen-clip <f>", "least that it may be", number(-1e9, 0));
  add(command, "--loss <name>", "of an error, quadratic at first or throughout", [
    "huber",
    "squared",
  ]);
  add(command, "--huber-delta <f>", "error at which it turns linear", positive);
  add(command, "--max-gradient-norm <f>", "longest gradient", positive);
  add(command, "--clipping <what>", "that norm is of each variable, or of all", [
    "variable",
    "global",
  ]);
  add(command, "--reward-scale <f>", "factor of every reward", positive);
  add(command, "--reward-clip <f>", "cuts rewards to ± this; 0: not", number(0, 1e9));

  command.optionsGroup("Network:");
  add(command, "--encoder <name>", "from pixels to features", ["nature", "impala"]);
  add(command, "--padding <kind>", "of the nature encoder", ["same", "valid"]);
  add(command, "--hidden-units <n>", "units of each hidden layer", integer(1, 4096));
  addSwitch(command, "dueling", "dueling network", "plain network");
  addSwitch(command, "layer-norm", "layer normalization", "without");
  addSwitch(command, "noisy", "dense layers with learned noise", "without");
  add(command, "--initial-sigma <f>", "that noise's size at the start", positive);
  add(command, "--head <kind>", "values or distributions", ["scalar", "c51", "quantile"]);
  add(command, "--atoms <n>", "numbers in a distribution", integer(2, 1000));
  add(command, "--v-min <f>", "least return of a c51 head", number(-1e9, 1e9));
  add(command, "--v-max <f>", "largest return of a c51 head", number(-1e9, 1e9));
}

/** The settings that these options replace. */
export function algorithmOverrides(
  options: AlgorithmOptions,
): Required<Pick<SettingsOverrides, "exploration" | "replay" | "learning" | "network">> {
  return {
    exploration: {
      fraction: options.explorationFraction,
      initialEpsilon: options.initialEpsilon,
      finalEpsilon: options.finalEpsilon,
      restartShare: options.restartShare,
    },
    replay: {
      capacity: options.bufferSize,
      batchSize: options.batchSize,
      learningStarts: options.learningStarts,
      prioritized: options.prioritized,
      randomShift: options.randomShift,
      priorityAlpha: options.alpha,
      priorityBeta: options.beta,
    },
    learning: {
      learningRate: options.lr,
      finalLearningRateFraction: options.finalLrFraction,
      learningRateDecayFraction: options.lrDecayFraction,
      adamEpsilon: options.adamEpsilon,
      weightDecay: options.weightDecay,
      rewardScale: options.rewardScale,
      rewardClip: options.rewardClip,
      gamma: options.gamma,
      nStep: options.nStep,
      doubleDqn: options.double,
      munchausen: options.munchausen,
      munchausenAlpha: options.munchausenAlpha,
      munchausenTemperature: options.munchausenTemperature,
      munchausenClip: options.munchausenClip,
      loss: options.loss,
      huberDelta: options.huberDelta,
      maxGradientNorm: options.maxGradientNorm,
      clipping: options.clipping,
      learnPeriod: options.learnPeriod,
      targetPeriod: options.targetPeriod,
      targetTau: options.targetTau,
      actingAverage: options.actingAverage,
      evaluationAverage: options.evalAverage,
    },
    network: {
      encoder: options.encoder,
      hiddenUnits: options.hiddenUnits,
      dueling: options.dueling,
      padding: options.padding,
      layerNorm: options.layerNorm,
      noisy: options.noisy,
      initialSigma: options.initialSigma,
      head: options.head,
      atoms: options.atoms,
      vMin: options.vMin,
      vMax: options.vMax,
    },
  };
}
