import type { SummarySink } from "../../logging/summary-sink.js";
import type { LearnerSnapshot } from "../../trainer/learner.js";
import { SUMMARY_TAGS } from "../../logging/tags.js";
import { observationPicture } from "../../picture/observation-picture.js";
import { encodePng } from "../../picture/png.js";
import type { WriteFailures } from "./write-failures.js";

/** Steps between two snapshots of the learner: 50 in a run of half a million. */
const STEP_PERIOD = 10_000;
const ENLARGED = 2;

export interface LearnerSummariesOptions {
  readonly sink: SummarySink;
  /** Of the learner; undefined before its first update. */
  readonly snapshot: () => Promise<LearnerSnapshot | undefined>;
  /** Of one observation; default `[84, 84, 4]`. */
  readonly shape?: readonly [number, number, number];
  /** Default 10,000. */
  readonly stepPeriod?: number;
  /** Told of pictures that cannot be written; the run continues without them. */
  readonly failures: WriteFailures;
  /** Default {@link encodePng}. */
  readonly encode?: typeof encodePng;
}

/**
 * Looks into the learner every now and then, for TensorBoard: distributions of the weights, of the
 * gradient's running mean and of Q-values, and the picture of one observation. A snapshot takes less
 * time than one update. It changes no weight and draws no random number.
 */
export class LearnerSummaries {
  readonly #options: LearnerSummariesOptions;
  #nextStep = 0;
  #pictures: Promise<void> = Promise.resolve();

  constructor(options: LearnerSummariesOptions) {
    this.#options = options;
  }

  /** To be called after every window; takes a snapshot after the first update, then once a period. */
  async onWindow({ last: step }: { readonly last: number }): Promise<void> {
    if (step < this.#nextStep) return;
    const { sink, snapshot, shape = [84, 84, 4], stepPeriod = STEP_PERIOD } = this.#options;
    const seen = await snapshot();
    if (seen === undefined) return;
    this.#nextStep = (Math.floor(step / stepPeriod) + 1) * stepPeriod;
    for (const [name, { data }] of seen.weights) {
      sink.histogram(`${SUMMARY_TAGS.weights}/${name}`, data, step);
    }
    for (const [name, { data }] of seen.gradients) {
      sink.histogram(`${SUMMARY_TAGS.gradients}/${name}`, data, step);
    }
    sink.histogram(SUMMARY_TAGS.qValues, seen.qValues, step);
    const picture = this.#options.failures.observe("a picture of an observation", () =>
      this.#writePicture(seen.observation, shape, step),
    );
    this.#pictures = Promise.all([this.#pictures, picture]).then(() => undefined);
    // Any other failure is thrown by `finish`, not as one that nobody handles.
    this.#pictures.catch(() => undefined);
  }

  /** To be awaited before the sink is closed: pictures are encoded in the background. */
  finish(): Promise<void> {
    return this.#pictures;
  }

  async #writePicture(
    observation: Uint8Array,
    shape: readonly [number, number, number],
    step: number,
  ): Promise<void> {
    const { encode = encodePng, sink } = this.#options;
    const picture = observationPicture(observation, shape);
    const bytes = await encode(picture, ENLARGED);
    const size = { width: ENLARGED * picture.width, height: ENLARGED * picture.height };
    sink.image(SUMMARY_TAGS.observation, { bytes, ...size }, step);
  }
}
