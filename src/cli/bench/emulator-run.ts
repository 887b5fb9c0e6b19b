import { benchEmulator } from "../../bench/emulator.js";
import { Rng } from "../../core/rng.js";
import { createMarioEnv } from "../../env/mario-env.js";
import { readRomFile } from "../rom-file.js";
import type { BenchGameOptions } from "./command.js";
import { ofRounds, print, spread, withProgress } from "./output.js";

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
