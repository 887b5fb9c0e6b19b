import type { PrimitiveBenchmark, PrimitiveRequest } from "../primitives.js";
import type { CheckedKernels } from "./checked-kernels.js";

/** Times each request in every layout that oneDNN has, ours and its own choice. */
export function createPrimitiveBenchmark(
  kernels: CheckedKernels,
  requests: readonly PrimitiveRequest[],
): PrimitiveBenchmark {
  const requestOf = kernels.preparePrimitiveBenchmark(requests);
  const rounds: Float64Array[] = [];
  return {
    runRound: () => {
      rounds.push(kernels.runPrimitiveBenchmark(requestOf.length));
    },
    result: () => {
      const least = requests.map(() => ({ min: Infinity, median: Infinity }));
      requestOf.forEach((request, candidate) => {
        const times = rounds.map((round) => round[candidate]).sort((a, b) => a - b);
        const best = least[request];
        best.min = Math.min(best.min, times[0]);
        best.median = Math.min(best.median, times[times.length >> 1]);
      });
      const sum = (of: "min" | "median"): number =>
        requests.reduce((total, { times }, i) => total + times * least[i][of], 0);
      return { min: sum("min"), median: sum("median") };
    },
    end: () => {
      kernels.endPrimitiveBenchmark();
    },
  };
}
