import { Command, Option } from "commander";
import { gpuPreset, defaultPreset, presetNames, type PresetName } from "../../config/presets.js";
import { ACTION_SET_NAMES, type ActionSetName } from "../../env/actions.js";
import { REWARD_KINDS, type RewardKind } from "../../env/reward.js";
import { EVALUATION_NOOP_FRAMES } from "../../trainer/starts.js";
import type { Pipeline } from "../../trainer/train-loop.js";
import { addAlgorithmOptions, type AlgorithmOptions } from "./algorithm-options.js";
import { commandLine } from "../command-line.js";
import {
  actorsOption,
  addComputeOptions,
  integer,
  numEnvsOption,
  pipelineOption,
  romOption,
  seedOption,
  stageOption,
  stickyOption,
  windowStepsOption,
  type ComputeOptions,
} from "../options.js";
import { addPageOptions, type PageOptions } from "../page/page-options.js";

export const LOG_TARGETS = ["stdout", "tensorboard", "both"] as const;
export type LogTarget = (typeof LOG_TARGETS)[number];

export interface TrainOptions extends ComputeOptions, PageOptions, AlgorithmOptions {
  readonly watch?: boolean;
  readonly algorithm: "deepq";
  readonly env?: string;
  readonly rom?: string;
  readonly stage?: string;
  readonly preset: PresetName;
  readonly timesteps?: number;
  readonly seed: number;
  readonly actionRepeat?: number;
  readonly actionSet?: ActionSetName;
  readonly reward?: RewardKind;
  readonly sticky?: number;
  readonly noops?: number;
  readonly stallSteps?: number;
  readonly numEnvs?: number;
  readonly windowSteps?: number;
  readonly actors?: number;
  readonly pipeline: Pipeline;
  readonly recordBest?: boolean;
  readonly evalPeriod: number;
  readonly evalEpisodes: number;
  readonly resume?: string;
  readonly resumePeriod: number;
  readonly keepResumePoint?: boolean;
  readonly log: LogTarget;
  readonly logDir: string;
  readonly modelDir: string;
}

/** How a run was asked for. */
export interface TrainCommand {
  /** The command that would learn the same again, for the model's header. */
  readonly line: string;
  /** Names of the options that were on the command line. */
  readonly given: ReadonlySet<string>;
}

export function trainCommand(): Command {
  const command = new Command("train")
    .description("train a network; the best model is saved in models/")
    .addHelpText(
      "after",
      "\nOptions without a default are the preset's: README.md (Presets), src/config/presets.ts.\n",
    )
    .addOption(
      new Option(
        "--preset <name>",
        `preset that the other options modify; default on a GPU: ${gpuPreset}`,
      )
        .choices(presetNames)
        .default(defaultPreset),
    )
    .addOption(
      new Option(
        "--timesteps <n>",
        "decisions in the whole run; default: the preset's; with --resume: makes it longer",
      ).argParser(integer(1)),
    )
    .addOption(seedOption(1))
    .addOption(romOption())
    .addOption(stageOption())
    .addOption(new Option("--env <id>", "stage in the tutorial's spelling, SuperMarioBros-1-1-v0"))
    .addOption(
      new Option("--algorithm <name>", "learning algorithm").choices(["deepq"]).default("deepq"),
    );
  addAlgorithmOptions(command);
  command
    .optionsGroup("Environment:")
    .addOption(new Option("--action-repeat <n>", "frames per decision").argParser(integer(1, 60)))
    .addOption(
      new Option(
        "--action-set <name>",
        "discrete action space; full: the tutorial's 14, the others: as in gym-super-mario-bros",
      ).choices(ACTION_SET_NAMES),
    )
    .addOption(
      new Option(
        "--reward <kind>",
        "distance: change of x in pixels, the tutorial's; progress: new ground in tens of pixels, -3 for a death, 5 for the flag",
      ).choices(REWARD_KINDS),
    )
    .addOption(stickyOption())
    .addOption(
      new Option(
        "--noops <n>",
        "maximum number of no-op frames at the start of an episode",
      ).argParser(integer(0, 600)),
    )
    .addOption(
      new Option(
        "--stall-steps <n>",
        "decisions without a new furthest x after which an episode is truncated; 0: never",
      ).argParser(integer(0)),
    );
  command.addOption(numEnvsOption()).addOption(windowStepsOption());
  const decisive = command.options.map((option) => option.attributeName());
  command
    .optionsGroup("Machine and files:")
    .addOption(actorsOption())
    .addOption(pipelineOption())
    .option(
      "--record-best",
      "record films of new best models, at most one a minute, beside their files",
    )
    .addOption(
      new Option("--eval-period <n>", "decisions between greedy evaluations")
        .argParser(integer(1))
        .default(10_000),
    )
    .addOption(
      new Option("--eval-episodes <n>", "episodes per evaluation; 0: no evaluation")
        .argParser(integer(0, 10_000))
        // 0 to 30 idle frames at the start: each once.
        .default(EVALUATION_NOOP_FRAMES + 1),
    )
    .addOption(
      new Option("--resume <run>", "resume a stopped run, given its log folder")
        // What was learned so far belongs to its settings, and lies in its folder.
        .conflicts([
          ...decisive.filter((name) => name !== "rom" && name !== "timesteps"),
          "logDir",
        ]),
    )
    .addOption(
      new Option("--resume-period <n>", "decisions between resume points")
        .argParser(integer(1))
        .default(50_000),
    )
    .option(
      "--keep-resume-point",
      "keep it at the end, so that the run can be made longer: --resume with more --timesteps",
    );
  command.option(
    "--watch",
    "show the run in the browser: screens, curves, best episode; see mario dashboard",
  );
  addPageOptions(addComputeOptions(command))
    .addOption(
      new Option("--log <where>", "where metrics are written").choices(LOG_TARGETS).default("both"),
    )
    .option("--log-dir <folder>", "TensorBoard logs", "tensorboard")
    .option("--model-dir <folder>", "models", "models")
    .action(async (options: TrainOptions) => {
      const { runTrain } = await import("./run.js");
      const names = [...decisive, "backend", "threads", "precision"];
      const all = command.options.map((option) => option.attributeName());
      await runTrain(options, {
        line: commandLine(command, names, ["rom"]),
        given: new Set(all.filter((name) => command.getOptionValueSource(name) === "cli")),
      });
    });
  return command;
}
