import { benchReplay } from "../../bench/replay.js";
import { ofRounds, print, spread, withProgress } from "./output.js";
import type { BenchReplayCommandOptions } from "./command.js";

export async function runBenchReplay(options: BenchReplayCommandOptions): Promise<void> {
  const result = await withProgress((onProgress) =>
    benchReplay({
      capacity: options.capacity,
      batch: options.batch,
      seconds: options.seconds,
      residentBytes: () => process.memoryUsage.rss(),
      onProgress,
    }),
  );
  print(result, options, [
    `${result.capacity} transitions: ${ofRounds(result.rounds)}`,
    `  adding one decision          ${spread(result.msPerAdd, 4)} ms`,
    `  sampling ${result.batch}, uniform         ${spread(result.msPerSample.uniform, 2)} ms`,
    `  sampling ${result.batch}, by priority     ${spread(result.msPerSample.prioritized, 2)} ms`,
    `  memory                       ${result.bytesPerTransition} bytes a transition`,
  ]);
}
