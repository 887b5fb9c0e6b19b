import { benchTrainStep } from "../agent/bench-train-step.js";
import { Rng } from "../core/rng.js";
import { createMarioEnv } from "../env/mario-env.js";
import { benchEmulator } from "../nes/bench-emulator.js";
import { selectBackend } from "../nn/select-backend.js";
import type { BenchEmulatorCommandOptions, BenchTrainStepOptions } from "./bench.js";
import { readRomFile } from "./rom-file.js";

export async function runBenchTrainStep(options: BenchTrainStepOptions): Promise<void> {
  const backend = await selectBackend(options.backend, options);
  const result = benchTrainStep({
    backend,
    batch: options.batch,
    updates: options.updates,
    dueling: options.dueling ?? false,
  });
  if (options.json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  const spread = ({ min, median, max }: { min: number; median: number; max: number }): string =>
    `${median.toFixed(1)} ms (${min.toFixed(1)} to ${max.toFixed(1)})`;
  process.stdout.write(
    [
      `${backend.description}, batch ${result.batch}, ${options.updates} updates`,
      `  one update         ${spread(result.msPerUpdate)}`,
      `  acting, batch 1    ${spread(result.msPerAct.batch1)}`,
      `  acting, batch 8    ${spread(result.msPerAct.batch8)}`,
      "",
    ].join("\n"),
  );
}

/** Decisions are random; 84 × 84 pixels, action repeat 4. */
export function runBenchEmulator(options: BenchEmulatorCommandOptions): void {
  const { bytes: rom, name } = readRomFile(options.rom);
  const env = createMarioEnv({ rom, actions: "right-only", actionRepeat: 4 });
  const rng = new Rng(1);
  const result = benchEmulator({
    rom,
    startState: env.startState,
    seconds: options.seconds,
    step: () => {
      const { terminated } = env.step(rng.integer(env.actionCount));
      if (terminated) env.reset(0);
    },
  });
  if (options.json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  process.stdout.write(
    [
      `${name}: medians of rounds that alternate`,
      `  plain jsnes        ${result.stockFps.toFixed(0)} frames/s`,
      `  ours               ${result.turboFps.toFixed(0)} frames/s, ${result.ratio.toFixed(2)} times as many`,
      `  environment        ${result.stepsPerSecond.toFixed(0)} steps/s`,
      "",
    ].join("\n"),
  );
}
