import { Rng } from "../../core/rng.js";
import { benchPreprocess } from "../../bench/preprocess.js";
import { createMarioEnv } from "../../env/mario-env.js";
import { ofRounds, print, spread, withProgress } from "./output.js";
import type { BenchGameOptions } from "./command.js";
import { readRomFile } from "../rom-file.js";

const SCREENS = 64;

/** On pictures of random play. */
export async function runBenchPreprocess(options: BenchGameOptions): Promise<void> {
  const { bytes: rom, name } = readRomFile(options.rom);
  const env = createMarioEnv({ rom, actions: "right-only", actionRepeat: 4 });
  const rng = new Rng(1);
  const screens = Array.from({ length: SCREENS }, () => {
    if (env.step(rng.integer(env.actionCount)).terminated) env.reset(0);
    return env.screen().slice();
  });
  const result = await withProgress((onProgress) =>
    benchPreprocess({ screens, seconds: options.seconds, onProgress }),
  );
  print(result, options, [
    `${name}, ${result.screens} pictures: ${ofRounds(result.rounds)}`,
    `  picture to frame        ${spread(result.msPerFrame, 3)} ms`,
    `  two pictures to frame   ${spread(result.msPerFrameOfTwo, 3)} ms`,
    `  frame onto the stack    ${spread(result.msPerPush, 3)} ms`,
  ]);
}
