import { measureRounds, ROUNDS, type OnProgress, type Spread } from "./rounds.js";
import { Rng } from "../core/rng.js";
import type { ComputeBackend } from "../nn/backend.js";
import type { Padding } from "../nn/layers.js";
import { createActingNetwork } from "../agent/acting-network.js";

export interface BenchActOptions {
  readonly backend: ComputeBackend;
  /** About how long to measure, s. */
  readonly seconds: number;
  readonly onProgress?: OnProgress;
  readonly dueling: boolean;
  readonly padding: Padding;
  /** Default 14. */
  readonly actionCount?: number;
}

/** Observations decided on at once. */
const BATCHES = [1, 4, 8, 16] as const;
type Batches<T> = Readonly<Record<`batch${(typeof BATCHES)[number]}`, T>>;

/** Spreads are over rounds. */
export interface BenchActResult {
  readonly backend: string;
  readonly threads: number;
  readonly rounds: number;
  /** Milliseconds of one `qValues`: upload, forward pass, values back. */
  readonly msPerAct: Batches<Spread>;
}

/** Times the forward pass that chooses actions, on noise: its cost does not depend on the picture. */
export function benchAct(options: BenchActOptions): BenchActResult {
  const { backend, seconds, dueling, padding, actionCount = 14, onProgress } = options;
  const network = createActingNetwork({ backend, actionCount, dueling, padding });
  const rng = new Rng(1);
  try {
    const works = BATCHES.map((batch) => {
      const length = batch * 84 * 84 * 4;
      const observations = Uint8Array.from({ length }, () => rng.nextUint32() & 255);
      return () => (network.qValues(observations, batch), 1);
    });
    const [batch1, batch4, batch8, batch16] = measureRounds(works, seconds, onProgress);
    const msPerAct = { batch1, batch4, batch8, batch16 };
    return { backend: backend.name, threads: backend.threads, rounds: ROUNDS, msPerAct };
  } finally {
    network.dispose();
  }
}
