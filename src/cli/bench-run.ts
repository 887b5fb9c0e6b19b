import { benchTrainStep } from "../agent/bench-train-step.js";
import { selectBackend } from "../nn/select-backend.js";
import type { BenchTrainStepOptions } from "./bench.js";

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
