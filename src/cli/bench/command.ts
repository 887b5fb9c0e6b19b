import { Command, Option } from "commander";
import { PADDINGS } from "../../config/choices.js";
import { defaultPreset, presetNames, type PresetName } from "../../config/presets.js";
import type { Padding } from "../../nn/layers.js";
import type { Pipeline } from "../../trainer/train-loop.js";
import {
  actorsOption,
  addComputeOptions,
  integer,
  number,
  numEnvsOption,
  pipelineOption,
  romOption,
  windowStepsOption,
  type ComputeOptions,
} from "../options.js";

interface BenchOptions {
  /** About how long to measure, s. */
  readonly seconds: number;
  readonly json?: boolean;
}

export interface BenchTrainStepOptions extends ComputeOptions {
  readonly batch: number;
  readonly updates: number;
  readonly seconds?: number;
  readonly dueling?: boolean;
  readonly padding: Padding;
  readonly json?: boolean;
}

export interface BenchGameOptions extends BenchOptions {
  readonly rom?: string;
}

export interface BenchReplayCommandOptions extends BenchOptions {
  readonly capacity: number;
  readonly batch: number;
}

export interface BenchActCommandOptions extends BenchOptions, ComputeOptions {
  readonly threads: number;
  readonly dueling?: boolean;
  readonly padding: Padding;
}

export interface BenchEndToEndCommandOptions extends BenchGameOptions, ComputeOptions {
  readonly preset: PresetName;
  readonly batch?: number;
  readonly actionRepeat?: number;
  readonly learnPeriod?: number;
  readonly numEnvs?: number;
  readonly windowSteps?: number;
  readonly dueling?: boolean;
  readonly prioritized?: boolean;
  readonly actors?: number;
  readonly pipeline: Pipeline;
}

const jsonOption = (): Option =>
  new Option("--json", "one JSON document on standard output, nothing else there");

const secondsOption = (): Option =>
  new Option("--seconds <n>", "about how long to measure").argParser(number(1, 3600));

const batchOption = (): Option =>
  new Option("--batch <n>", "transitions in a minibatch").argParser(integer(1, 4096));

function emulatorCommand(): Command {
  return new Command("emulator")
    .description("frames a second of plain jsnes and of ours, and decisions a second at repeat 4")
    .addOption(romOption())
    .addOption(secondsOption().default(15))
    .addOption(jsonOption())
    .action(async (options: BenchGameOptions) => {
      const { runBenchEmulator } = await import("./emulator-run.js");
      await runBenchEmulator(options);
    });
}

function preprocessCommand(): Command {
  return new Command("preprocess")
    .description("from the emulator's picture to an observation of 84 × 84 × 4")
    .addOption(romOption())
    .addOption(secondsOption().default(5))
    .addOption(jsonOption())
    .action(async (options: BenchGameOptions) => {
      const { runBenchPreprocess } = await import("./preprocess-run.js");
      await runBenchPreprocess(options);
    });
}

function replayCommand(): Command {
  return new Command("replay")
    .description("adding to and sampling from a full replay memory, and its size")
    .addOption(
      new Option("--capacity <n>", "transitions kept")
        .argParser(integer(10_000, 10_000_000))
        .default(100_000),
    )
    .addOption(batchOption().default(32))
    .addOption(secondsOption().default(5))
    .addOption(jsonOption())
    .action(async (options: BenchReplayCommandOptions) => {
      const { runBenchReplay } = await import("./replay-run.js");
      await runBenchReplay(options);
    });
}

function trainStepCommand(): Command {
  const command = new Command("train-step")
    .description("one DQN update: sample given, forward, target forward, backward, clip, Adam")
    .addOption(batchOption().default(32))
    .addOption(
      new Option("--updates <n>", "updates measured, after the warm-up")
        .argParser(integer(1))
        .default(50),
    )
    .addOption(secondsOption().conflicts("updates"))
    .option("--dueling", "dueling network")
    .addOption(
      new Option("--padding <kind>", "padding of the convolutions")
        .choices(PADDINGS)
        .default("same"),
    )
    .addOption(jsonOption());
  return addComputeOptions(command).action(async (options: BenchTrainStepOptions) => {
    const { runBenchTrainStep } = await import("./train-step-run.js");
    await runBenchTrainStep(options);
  });
}

function actCommand(): Command {
  const command = new Command("act")
    .description("choosing actions: the forward pass for 1, 4, 8 and 16 observations at once")
    .option("--dueling", "dueling network")
    .addOption(
      new Option("--padding <kind>", "padding of the convolutions")
        .choices(PADDINGS)
        .default("same"),
    )
    .addOption(secondsOption().default(5))
    .addOption(jsonOption());
  // One thread: the other cores emulate meanwhile.
  return addComputeOptions(command, 1).action(async (options: BenchActCommandOptions) => {
    const { runBenchAct } = await import("./act-run.js");
    await runBenchAct(options);
  });
}

function endToEndCommand(): Command {
  const command = new Command("end-to-end")
    .description("whole training: environments, actors, learner, all threads")
    .addOption(
      new Option("--preset <name>", "preset that the other options modify")
        .choices(presetNames)
        .default(defaultPreset),
    )
    .addOption(romOption())
    .addOption(batchOption())
    .addOption(new Option("--learn-period <n>", "decisions between updates").argParser(integer(1)))
    .addOption(new Option("--action-repeat <n>", "frames per decision").argParser(integer(1, 60)))
    .addOption(numEnvsOption())
    .addOption(windowStepsOption())
    .option("--dueling", "dueling network")
    .option("--no-dueling", "single stream")
    .option("--prioritized", "prioritized experience replay")
    .option("--no-prioritized", "uniform sampling")
    .addOption(actorsOption())
    .addOption(pipelineOption())
    .addOption(secondsOption().default(30))
    .addOption(jsonOption());
  return addComputeOptions(command).action(async (options: BenchEndToEndCommandOptions) => {
    const { runBenchEndToEnd } = await import("./end-to-end-run.js");
    await runBenchEndToEnd(options);
  });
}

export function benchCommand(): Command {
  return new Command("bench")
    .description("benchmark this machine")
    .addCommand(emulatorCommand())
    .addCommand(preprocessCommand())
    .addCommand(replayCommand())
    .addCommand(trainStepCommand())
    .addCommand(actCommand())
    .addCommand(endToEndCommand());
}
