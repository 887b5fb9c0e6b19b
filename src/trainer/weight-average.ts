import type { NamedTensors } from "../agent/agent.js";

/**
 * A moving average of weights (Polyak & Juditsky 1992), to play with: the newest weights waver from
 * update to update, and what they have unlearned for a moment costs a life. Averages of this kind act
 * in place of the online network in SR-SPR and BBF (D'Oro et al. 2023, Schwarzer et al. 2023).
 */
export class WeightAverage {
  readonly #share: number;
  #average: NamedTensors | undefined;

  /** @param share that the newest weights have in the average, above 0 and below 1. */
  constructor(share: number) {
    this.#share = share;
  }

  /** Undefined before the first `add`; live. */
  get weights(): NamedTensors | undefined {
    return this.#average;
  }

  /** Takes weights in; the first ones are the average. */
  add(weights: NamedTensors): void {
    this.#average ??= copyOf(weights);
    for (const [name, { data }] of this.#average)
      moveTowards(data, weights.get(name)!.data, this.#share);
  }

  getState(): NamedTensors | undefined {
    return this.#average && copyOf(this.#average);
  }

  setState(average: NamedTensors | undefined): void {
    this.#average = average && copyOf(average);
  }
}

function moveTowards(average: Float32Array, newest: Float32Array, share: number): void {
  for (let i = 0; i < average.length; i++) average[i] += share * (newest[i] - average[i]);
}

function copyOf(weights: NamedTensors): NamedTensors {
  return new Map(
    [...weights].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]),
  );
}
