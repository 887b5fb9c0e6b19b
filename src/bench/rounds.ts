/** Least, middle and greatest of several measurements of one thing. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Rounds that count. Odd, so that the median is one of them. */
export const ROUNDS = 7;

/** @throws RangeError for no values: there is no median of nothing. */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError("There is no spread of no measurements.");
  const sorted = [...values].sort((a, b) => a - b);
  return { min: sorted[0], median: sorted[sorted.length >> 1], max: sorted[sorted.length - 1] };
}

/** Is told how much of a measurement is done, 0 to 1; between measurements, never within one. */
export type OnProgress = (share: number) => void;

/** Some work of a benchmark. @returns how many times it did what is counted. */
export type Work = () => number;

/**
 * Measures works in rounds that alternate, so that what else the machine does meets all alike. One
 * round more comes first and is not counted: compilers and caches warm up in it.
 *
 * @param seconds about how long to measure altogether; the least is one call in each round.
 * @returns for each work the spread over the rounds of the milliseconds one takes.
 */
export function measureRounds(
  works: readonly Work[],
  seconds: number,
  onProgress?: OnProgress,
): Spread[] {
  const roundMs = (seconds * 1000) / (works.length * (ROUNDS + 1));
  const times: number[][] = works.map(() => []);
  for (let round = -1; round < ROUNDS; round++) {
    works.forEach((work, i) => {
      const ms = msPerPiece(work, roundMs);
      if (round >= 0) times[i].push(ms);
      onProgress?.((round + 1 + (i + 1) / works.length) / (ROUNDS + 1));
    });
  }
  return times.map(spreadOf);
}

function msPerPiece(work: Work, forMs: number): number {
  const start = performance.now();
  let done = 0;
  for (;;) {
    done += work();
    const ms = performance.now() - start;
    if (ms >= forMs) return ms / done;
  }
}

/** Spread of rates a second from one of milliseconds; the least time is the greatest rate. */
export function perSecond(ms: Spread): Spread {
  return { min: 1000 / ms.max, median: 1000 / ms.median, max: 1000 / ms.min };
}
