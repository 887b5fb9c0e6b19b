import { Command, Option } from "commander";
import { defaultPreset, presetNames, type PresetName } from "../config/presets.js";
import {
  actorsOption,
  addComputeOptions,
  integer,
  number,
  numEnvsOption,
  pipelineOption,
  romOption,
  seedOption,
  stageOption,
  windowStepsOption,
  type ComputeOptions,
} from "./options.js";

export interface TrainOptions extends ComputeOptions {
  readonly algorithm: "deepq";
  readonly env?: string;
  readonly rom?: string;
  readonly stage?: string;
  readonly preset: PresetName;
  readonly timesteps?: number;
  readonly seed: number;
  readonly explorationFraction?: number;
  readonly lr?: number;
  readonly dueling?: boolean;
  readonly gamma?: number;
  readonly nStep?: number;
  readonly batchSize?: number;
  readonly bufferSize?: number;
  readonly learningStarts?: number;
  readonly learnPeriod?: number;
  readonly targetPeriod?: number;
  readonly actionRepeat?: number;
  readonly actionSet?: "full" | "right-only" | "simple" | "complex";
  readonly reward?: "distance" | "progress";
  readonly numEnvs?: number;
  readonly windowSteps?: number;
  readonly actors?: number;
  readonly pipeline: "overlap" | "turns";
  readonly evalPeriod: number;
  readonly evalEpisodes: number;
  readonly resume?: string;
  readonly resumePeriod: number;
  readonly log: "stdout" | "tensorboard" | "both";
  readonly logDir: string;
  readonly modelDir: string;
}

/** Options that decide what is learned. */
const SETTINGS = [
  "env",
  "stage",
  "preset",
  "timesteps",
  "seed",
  "explorationFraction",
  "lr",
  "dueling",
  "gamma",
  "nStep",
  "batchSize",
  "bufferSize",
  "learningStarts",
  "learnPeriod",
  "targetPeriod",
  "actionRepeat",
  "actionSet",
  "reward",
  "numEnvs",
  "windowSteps",
] as const satisfies readonly (keyof TrainOptions)[];

export function trainCommand(): Command {
  const command = new Command("train")
    .description("teach a network; the best model is kept in models/")
    .addOption(
      new Option("--preset <name>", "settings to start from")
        .choices(presetNames)
        .default(defaultPreset),
    )
    .addOption(
      new Option("--timesteps <n>", "decisions in the whole run; default: the preset's").argParser(
        integer(1),
      ),
    )
    .addOption(seedOption(1))
    .addOption(romOption())
    .addOption(stageOption())
    .addOption(new Option("--env <id>", "stage in the tutorial's spelling, SuperMarioBros-1-1-v0"))
    .addOption(
      new Option("--algorithm <name>", "learning algorithm").choices(["deepq"]).default("deepq"),
    );
  command
    .addOption(
      new Option(
        "--exploration-fraction <f>",
        "share of the run over which epsilon falls",
      ).argParser(number(0, 1)),
    )
    .addOption(new Option("--lr <f>", "Adam's step size").argParser(number(1e-9, 1)))
    .option("--dueling", "dueling network")
    .option("--no-dueling", "plain network")
    .addOption(new Option("--gamma <f>", "discount per decision").argParser(number(0, 1)))
    .addOption(new Option("--n-step <n>", "steps in a return").argParser(integer(1, 100)))
    .addOption(
      new Option("--batch-size <n>", "transitions in a minibatch").argParser(integer(1, 4096)),
    )
    .addOption(
      new Option("--buffer-size <n>", "transitions in the replay memory").argParser(integer(1)),
    )
    .addOption(
      new Option("--learning-starts <n>", "decisions before the first update").argParser(
        integer(0),
      ),
    )
    .addOption(new Option("--learn-period <n>", "decisions between updates").argParser(integer(1)))
    .addOption(
      new Option("--target-period <n>", "decisions between copies to the target network").argParser(
        integer(1),
      ),
    )
    .addOption(new Option("--action-repeat <n>", "frames per decision").argParser(integer(1, 60)))
    .addOption(
      new Option("--action-set <name>", "buttons that may be pressed").choices([
        "full",
        "right-only",
        "simple",
        "complex",
      ]),
    )
    .addOption(
      new Option("--reward <kind>", "what the learner is paid for").choices([
        "distance",
        "progress",
      ]),
    );
  command
    .addOption(numEnvsOption())
    .addOption(windowStepsOption())
    .addOption(actorsOption())
    .addOption(pipelineOption())
    .addOption(
      new Option("--eval-period <n>", "decisions between two evaluations without random actions")
        .argParser(integer(1))
        .default(25_000),
    )
    .addOption(
      new Option("--eval-episodes <n>", "episodes of each; 0: no evaluation")
        .argParser(integer(0, 10_000))
        .default(20),
    )
    .addOption(
      new Option("--resume <run>", "go on with a run that was stopped: the folder of its logs")
        // What was learned so far belongs to its settings.
        .conflicts([...SETTINGS]),
    )
    .addOption(
      new Option("--resume-period <n>", "decisions between two resume points")
        .argParser(integer(1))
        .default(50_000),
    );
  addComputeOptions(command)
    .addOption(
      new Option("--log <where>", "where figures go")
        .choices(["stdout", "tensorboard", "both"])
        .default("both"),
    )
    .option("--log-dir <folder>", "TensorBoard logs", "tensorboard")
    .option("--model-dir <folder>", "models", "models")
    .action(async (options: TrainOptions) => {
      const { runTrain } = await import("./train-run.js");
      await runTrain(options);
    });
  return command;
}
