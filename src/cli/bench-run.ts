import { benchTrainStep } from "../agent/bench-train-step.js";
import { Rng } from "../core/rng.js";
import { createMarioEnv } from "../env/mario-env.js";
import { benchEmulator } from "../nes/bench-emulator.js";
import { selectBackend } from "../nn/select-backend.js";
import { ofRounds, print, spread, withProgress } from "./bench-output.js";
import type { BenchGameOptions, BenchTrainStepOptions } from "./bench.js";
import { readRomFile } from "./rom-file.js";

export async function runBenchTrainStep(options: BenchTrainStepOptions): Promise<void> {
  const backend = await selectBackend(options.backend, options);
  const result = await withProgress((onProgress) =>
    benchTrainStep({
      backend,
      batch: options.batch,
      updates: options.updates,
      ...(options.seconds !== undefined && { seconds: options.seconds }),
      dueling: options.dueling ?? false,
      padding: options.padding,
      onProgress,
    }),
  );
  const { msPerUpdate, primitivesMs } = result;
  const primitives = primitivesMs
    ? [
        `  its primitives     ${primitivesMs.median.toFixed(1)} (from ${primitivesMs.min.toFixed(1)}) ms, ` +
          `each by itself: the update takes ${(msPerUpdate.median / primitivesMs.median).toFixed(2)} times as long`,
      ]
    : [];
  const card =
    result.dispatches === null
      ? []
      : [`  given to the card  ${result.dispatches} shaders in ${result.submits} lists`];
  print(result, options, [
    ...(backend.note === undefined ? [] : [backend.note]),
    `${backend.description}, batch ${result.batch}: medians (least to greatest) of ${result.updates} updates after 3 that warm up`,
    `  one update         ${spread(msPerUpdate, 1)} ms`,
    ...primitives,
    ...card,
    `  acting, batch 1    ${spread(result.msPerAct.batch1, 1)} ms`,
    `  acting, batch 8    ${spread(result.msPerAct.batch8, 1)} ms`,
  ]);
}

/** Decisions are random; 84 × 84 pixels, action repeat 4. */
export async function runBenchEmulator(options: BenchGameOptions): Promise<void> {
  const { bytes: rom, name } = readRomFile(options.rom);
  const env = createMarioEnv({ rom, actions: "right-only", actionRepeat: 4 });
  const rng = new Rng(1);
  const result = await withProgress((onProgress) =>
    benchEmulator({
      rom,
      startState: env.startState,
      seconds: options.seconds,
      step: () => {
        const { terminated } = env.step(rng.integer(env.actionCount));
        if (terminated) env.reset(0);
      },
      onProgress,
    }),
  );
  print(result, options, [
    `${name}: ${ofRounds(result.rounds)}`,
    `  plain jsnes        ${spread(result.spread.stockFps, 0)} frames/s`,
    `  ours               ${spread(result.spread.turboFps, 0)} frames/s, ${result.ratio.toFixed(2)} times as many`,
    `  environment        ${spread(result.spread.stepsPerSecond, 0)} steps/s`,
  ]);
}
