import { Option, type Command } from "commander";
import { CLIPPINGS, ENCODERS, HEADS, LOSSES, PADDINGS } from "../../config/choices.js";
import type { SettingsOverrides } from "../../config/resolve.js";
import type { TrainSettings } from "../../config/schema.js";
import { integer, number } from "../options.js";

type Section = "exploration" | "replay" | "learning" | "network";
type Parser = (text: string) => number;
/** `off` describes the `--no-` form of a switch. */
type Row = readonly [
  flags: `--${string}`,
  help: string,
  value: Parser | readonly string[] | { readonly off: string },
];
/** One option for each setting. */
type Table = { readonly [S in Section]: { readonly [Key in keyof TrainSettings[S]]: Row } };

const HEADINGS: Readonly<Record<Section, string>> = {
  exploration: "Exploration and replay:",
  replay: "Exploration and replay:",
  learning: "Learning:",
  network: "Network:",
};

const fraction = number(0, 1);
/** Of the newest in a moving average: with 0 it would never move. */
const weight = number(1e-9, 1);
const positive = number(1e-9, 1e9);
const finite = number(-1e9, 1e9);

/** Each replaces one of the preset's values; none has a default: that is the preset's. */
const ALGORITHM_OPTIONS = {
  exploration: {
    fraction: [
      "--exploration-fraction <f>",
      "fraction of the run over which epsilon decays",
      fraction,
    ],
    initialEpsilon: [
      "--initial-epsilon <p>",
      "epsilon (probability of a random action) at the start",
      fraction,
    ],
    finalEpsilon: ["--final-epsilon <p>", "epsilon after the decay", fraction],
    restartShare: [
      "--restart-share <p>",
      "probability that the episode after a death restarts from shortly before it",
      number(0, 0.95),
    ],
  },
  replay: {
    capacity: ["--buffer-size <n>", "transitions in the replay memory", integer(1)],
    batchSize: ["--batch-size <n>", "transitions in a minibatch", integer(1, 4096)],
    learningStarts: ["--learning-starts <n>", "decisions before the first update", integer(0)],
    prioritized: ["--prioritized", "prioritized experience replay", { off: "uniform sampling" }],
    randomShift: [
      "--random-shift <n>",
      "random-shift augmentation of sampled observations, up to n pixels; 0: off",
      integer(0, 16),
    ],
    priorityAlpha: ["--alpha <f>", "prioritization exponent, 0 (uniform) to 1", fraction],
    priorityBeta: ["--beta <f>", "initial importance-sampling exponent; annealed to 1", fraction],
  },
  learning: {
    learningRate: ["--lr <f>", "learning rate (Adam)", number(1e-9, 1)],
    finalLearningRateFraction: [
      "--final-lr-fraction <f>",
      "final learning rate as a fraction of --lr; 1: constant",
      fraction,
    ],
    learningRateDecayFraction: [
      "--lr-decay-fraction <f>",
      "fraction of the run over which the learning rate decays",
      fraction,
    ],
    adamEpsilon: ["--adam-epsilon <f>", "Adam's epsilon", number(1e-30, 1)],
    weightDecay: ["--weight-decay <f>", "decoupled weight decay (AdamW), kernels only", fraction],
    learnPeriod: ["--learn-period <n>", "decisions between updates", integer(1)],
    gamma: ["--gamma <f>", "discount per decision", fraction],
    nStep: ["--n-step <n>", "steps of the n-step return", integer(1, 100)],
    targetPeriod: ["--target-period <n>", "decisions between target network updates", integer(1)],
    targetTau: [
      "--target-tau <f>",
      "soft-update coefficient of the target network; 1: hard copy",
      weight,
    ],
    actingAverage: [
      "--acting-average <f>",
      "weight of the newest network in the moving average that acts, per window; 1: no averaging",
      weight,
    ],
    evaluationAverage: [
      "--eval-average <f>",
      "weight of the newest network in the moving average that is only evaluated, per window; 1: off",
      weight,
    ],
    doubleDqn: ["--double", "Double DQN", { off: "plain DQN target" }],
    munchausen: ["--munchausen", "Munchausen DQN", { off: "no Munchausen term" }],
    munchausenAlpha: ["--munchausen-alpha <f>", "scale of the log-policy bonus", fraction],
    munchausenTemperature: [
      "--munchausen-temperature <f>",
      "softmax temperature of the Munchausen policy",
      positive,
    ],
    munchausenClip: [
      "--munchausen-clip <f>",
      "lower bound of the log-policy bonus, before scaling",
      number(-1e9, 0),
    ],
    loss: ["--loss <name>", "loss on the TD error", LOSSES],
    huberDelta: ["--huber-delta <f>", "TD error at which the Huber loss becomes linear", positive],
    maxGradientNorm: ["--max-gradient-norm <f>", "gradient clipping norm (L2)", positive],
    clipping: ["--clipping <what>", "clip each variable's gradient, or the global norm", CLIPPINGS],
    rewardScale: ["--reward-scale <f>", "multiply rewards by this", positive],
    rewardClip: [
      "--reward-clip <f>",
      "clip scaled rewards to ± this; 0: no clipping",
      number(0, 1e9),
    ],
  },
  network: {
    encoder: ["--encoder <name>", "convolutional encoder", ENCODERS],
    padding: ["--padding <kind>", "padding of the nature encoder's convolutions", PADDINGS],
    hiddenUnits: ["--hidden-units <n>", "units of each hidden layer", integer(1, 4096)],
    dueling: ["--dueling", "dueling network", { off: "single stream" }],
    layerNorm: ["--layer-norm", "layer normalization", { off: "no layer normalization" }],
    noisy: ["--noisy", "noisy linear layers", { off: "no noisy layers" }],
    initialSigma: ["--initial-sigma <f>", "initial sigma of the noisy layers", positive],
    head: ["--head <kind>", "output head: Q-values or a return distribution", HEADS],
    atoms: ["--atoms <n>", "atoms (c51) or quantiles of the distribution", integer(2, 1000)],
    vMin: ["--v-min <f>", "lower end of the c51 support", finite],
    vMax: ["--v-max <f>", "upper end of the c51 support", finite],
  },
} as const satisfies Table;

type Options = typeof ALGORITHM_OPTIONS;
type CamelCase<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Name;
/** As commander's `attributeName`: of `--lr-decay-fraction <f>` it is `lrDecayFraction`. */
type AttributeName<Flags extends string> = Flags extends `--${infer Name} <${string}>`
  ? CamelCase<Name>
  : Flags extends `--${infer Name}`
    ? CamelCase<Name>
    : never;
type SectionOptions<S extends Section> = {
  readonly [
    Key in keyof Options[S] & keyof TrainSettings[S] as AttributeName<(Options[S][Key] & Row)[0]>
  ]?: TrainSettings[S][Key];
};

/** What the command line may say about learning; each replaces the preset's value. */
export type AlgorithmOptions = SectionOptions<"exploration"> &
  SectionOptions<"replay"> &
  SectionOptions<"learning"> &
  SectionOptions<"network">;

/** Every row with the section and the name of its setting. */
function* rows(): Generator<readonly [section: Section, key: string, row: Row]> {
  for (const section of Object.keys(ALGORITHM_OPTIONS) as Section[]) {
    const options: Readonly<Record<string, Row>> = ALGORITHM_OPTIONS[section];
    for (const [key, row] of Object.entries(options)) yield [section, key, row];
  }
}

/** The option, and the `--no-` form that a switch has. */
function commanderOptions([flags, help, value]: Row): Option[] {
  const option = new Option(flags, help);
  if (typeof value === "function") return [option.argParser(value)];
  if ("off" in value) return [option, new Option(flags.replace("--", "--no-"), value.off)];
  return [option.choices(value)];
}

export function addAlgorithmOptions(command: Command): void {
  for (const [section, , row] of rows()) {
    for (const option of commanderOptions(row)) {
      command.addOption(option.helpGroup(HEADINGS[section]));
    }
  }
}

/** The settings that these options replace. */
export function algorithmOverrides(options: AlgorithmOptions): Pick<SettingsOverrides, Section> {
  const overrides: Record<Section, Record<string, unknown>> = {
    exploration: {},
    replay: {},
    learning: {},
    network: {},
  };
  for (const [section, key, [flags]] of rows()) {
    const name = new Option(flags).attributeName() as keyof AlgorithmOptions;
    overrides[section][key] = options[name];
  }
  return overrides;
}
