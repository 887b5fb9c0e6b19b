import type { HparamValues, SessionStatus } from "./hparams-encoding.js";
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
   * The run's hyperparameters, once, at its start. Runs with the same values are shown as one group,
   * with the means of their figures: leave the seed out.
   */
  hparams(values: HparamValues): void;
  /** How the run ended, for the HParams page; until then it is shown as running. */
  endSession(status: SessionStatus): void;
}
