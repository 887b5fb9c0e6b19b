import { Command, Option } from "commander";
import { cardPreset, defaultPreset, presetNames, type PresetName } from "../../config/presets.js";
import { EVALUATION_NOOP_FRAMES } from "../../trainer/starts.js";
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
  readonly actionSet?: "full" | "right-only" | "simple" | "complex";
  readonly reward?: "distance" | "progress";
  readonly sticky?: number;
  readonly noops?: number;
  readonly numEnvs?: number;
  readonly windowSteps?: number;
  readonly actors?: number;
  readonly pipeline: "overlap" | "turns";
  readonly recordBest?: boolean;
  readonly evalPeriod: number;
  readonly evalEpisodes: number;
  readonly resume?: string;
  readonly resumePeriod: number;
  readonly log: "stdout" | "tensorboard" | "both";
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
    .description("teach a network; the best model is kept in models/")
    .addOption(
      new Option(
        "--preset <name>",
        `settings to start from; where a graphics card learns: ${cardPreset}`,
      )
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
  addAlgorithmOptions(command);
  command
    .optionsGroup("Environment:")
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
    )
    .addOption(stickyOption())
    .addOption(
      new Option("--noops <n>", "idle frames at most at an episode's start").argParser(
        integer(0, 600),
      ),
    );
  command.addOption(numEnvsOption()).addOption(windowStepsOption());
  const decisive = command.options.map((option) => option.attributeName());
  command
    .optionsGroup("Machine and files:")
    .addOption(actorsOption())
    .addOption(pipelineOption())
    .option("--record-best", "film each new best model, beside its file")
    .addOption(
      new Option("--eval-period <n>", "decisions between two evaluations without random actions")
        .argParser(integer(1))
        .default(10_000),
    )
    .addOption(
      new Option("--eval-episodes <n>", "episodes of each; 0: no evaluation")
        .argParser(integer(0, 10_000))
        // 0 to 30 idle frames at the start: each once.
        .default(EVALUATION_NOOP_FRAMES + 1),
    )
    .addOption(
      new Option("--resume <run>", "go on with a run that was stopped: the folder of its logs")
        // What was learned so far belongs to its settings, and lies in its folder.
        .conflicts([...decisive.filter((name) => name !== "rom"), "logDir"]),
    )
    .addOption(
      new Option("--resume-period <n>", "decisions between two resume points")
        .argParser(integer(1))
        .default(50_000),
    );
  command.option(
    "--watch",
    "show it on a page: screens, curves, best episode; see mario dashboard",
  );
  addPageOptions(addComputeOptions(command))
    .addOption(
      new Option("--log <where>", "where figures go")
        .choices(["stdout", "tensorboard", "both"])
        .default("both"),
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
