import { Command, Option } from "commander";
import { addComputeOptions, integer, number, romOption, type ComputeOptions } from "./options.js";

export interface BenchTrainStepOptions extends ComputeOptions {
  readonly batch: number;
  readonly updates: number;
  readonly dueling?: boolean;
  readonly json?: boolean;
}

export interface BenchEmulatorCommandOptions {
  readonly rom?: string;
  readonly seconds: number;
  readonly json?: boolean;
}

export function benchCommand(): Command {
  const trainStep = new Command("train-step")
    .description("one DQN update: sample given, forward, target forward, backward, clip, Adam")
    .addOption(
      new Option("--batch <n>", "transitions in a minibatch")
        .argParser(integer(1, 4096))
        .default(32),
    )
    .addOption(
      new Option("--updates <n>", "updates measured, after the warm-up")
        .argParser(integer(1))
        .default(50),
    )
    .option("--dueling", "dueling network")
    .option("--json", "one JSON document on standard output, nothing else there");
  addComputeOptions(trainStep).action(async (options: BenchTrainStepOptions) => {
    const { runBenchTrainStep } = await import("./bench-run.js");
    await runBenchTrainStep(options);
  });
  const emulator = new Command("emulator")
    .description("frames a second of plain jsnes and of ours, and decisions a second at repeat 4")
    .addOption(romOption())
    .addOption(
      new Option("--seconds <n>", "about how long to measure")
        .argParser(number(1, 3600))
        .default(15),
    )
    .option("--json", "one JSON document on standard output, nothing else there")
    .action(async (options: BenchEmulatorCommandOptions) => {
      const { runBenchEmulator } = await import("./bench-run.js");
      runBenchEmulator(options);
    });
  return new Command("bench")
    .description("measure this machine")
    .addCommand(trainStep)
    .addCommand(emulator);
}
