import type { HparamMetric, HparamValues, SessionStatus } from "./hparams-encoding.js";
import type { ScalarSink } from "./scalar-sink.js";
import type { EncodedImage } from "./summary-encoding.js";

/** A sink that takes more than curves: what TensorBoard shows under Histograms, Images and HParams. */
export interface SummarySink extends ScalarSink {
  /**
   * Distribution of many values; of more than 16,384 an evenly spaced sample is counted (0.2 ms).
   * @param values weights, Q-values, …; those that are not finite are left out
   */
  histogram(tag: string, values: ArrayLike<number>, step: number): void;
  /** A picture or a short film (animated GIF), stored as it is. */
  image(tag: string, image: EncodedImage, step: number): void;
  /**
   * The run's hyperparameters, and the scalars to judge them by; once, at the start of a run. Runs
   * with the same values (seeds apart, if the seed is not among them) are shown as one group.
   */
  hparams(values: HparamValues, metrics: readonly HparamMetric[]): void;
  /** How the run ended, for the HParams page; until then it is shown as running. */
  endSession(status: SessionStatus): void;
}
