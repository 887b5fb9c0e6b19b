import { benchTrainStep } from "../../bench/train-step.js";
import { selectBackend } from "../../nn/select-backend.js";
import type { BenchTrainStepOptions } from "./command.js";
import { print, spread, withProgress } from "./output.js";

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
  const gpu =
    result.dispatches === null
      ? []
      : [`  GPU work           ${result.dispatches} dispatches in ${result.submits} submits`];
  print(result, options, [
    ...(backend.note === undefined ? [] : [backend.note]),
    `${backend.description}, batch ${result.batch}: medians (least to greatest) of ${result.updates} updates after 3 that warm up`,
    `  one update         ${spread(msPerUpdate, 1)} ms`,
    ...primitives,
    ...gpu,
    `  acting, batch 1    ${spread(result.msPerAct.batch1, 1)} ms`,
    `  acting, batch 8    ${spread(result.msPerAct.batch8, 1)} ms`,
  ]);
}
