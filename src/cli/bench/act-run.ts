import { benchAct } from "../../bench/act.js";
import { selectPlayingBackend } from "../../nn/select-backend.js";
import { ofRounds, print, spread, withProgress } from "./output.js";
import type { BenchActCommandOptions } from "./command.js";

export async function runBenchAct(options: BenchActCommandOptions): Promise<void> {
  const backend = await selectPlayingBackend(options.backend, options);
  const result = await withProgress((onProgress) =>
    benchAct({
      backend,
      seconds: options.seconds,
      dueling: options.dueling ?? false,
      padding: options.padding,
      onProgress,
    }),
  );
  const { batch1, batch4, batch8, batch16 } = result.msPerAct;
  print(result, options, [
    `${backend.description}: ${ofRounds(result.rounds)}`,
    `  1 observation      ${spread(batch1, 2)} ms`,
    `  4 observations     ${spread(batch4, 2)} ms`,
    `  8 observations     ${spread(batch8, 2)} ms`,
    `  16 observations    ${spread(batch16, 2)} ms`,
  ]);
}
