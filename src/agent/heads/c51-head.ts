import { MarioError } from "../../core/errors.js";
import type { Head, HeadLoss, Targets } from "./head.js";

export interface Support {
  /** Number of atoms, at least 2. */
  readonly atoms: number;
  /** Least and largest return that the atoms stand for; returns beyond count as these. */
  readonly vMin: number;
  readonly vMax: number;
}

/** The returns that the atoms stand for: `[atoms]`, evenly spaced from vMin to vMax. */
export function supportValues({ atoms, vMin, vMax }: Support): Float64Array {
  return Float64Array.from(
    { length: atoms },
    (_, i) => vMin + ((vMax - vMin) * i) / Math.max(1, atoms - 1),
  );
}

/**
 * Adds a mass to the two atoms beside a value, to each in proportion to its nearness (Bellemare et
 * al. 2017, equation 7 and algorithm 1). The value is first brought into [vMin, vMax].
 */
export function addProjected(
  distribution: Float64Array,
  support: Support,
  value: number,
  mass: number,
): void {
  const { atoms, vMin, vMax } = support;
  const clipped = Math.max(vMin, Math.min(vMax, value));
  // Where rounding takes it beyond the last atom it is the last atom.
  const place = Math.min(atoms - 1, ((clipped - vMin) / (vMax - vMin)) * (atoms - 1));
  const below = Math.floor(place);
  const share = place - below;
  distribution[below] += mass * (1 - share);
  if (share > 0) distribution[below + 1] += mass * share;
}

/**
 * Writes `softmax(values[from … from + out.length])` into `out`; shifted by the largest value, so
 * that no exponential overflows.
 * @returns the logarithm of the sum of exponentials
 */
export function softmaxInto(out: Float64Array, values: ArrayLike<number>, from: number): number {
  let largest = -Infinity;
  for (let i = 0; i < out.length; i++) largest = Math.max(largest, values[from + i]);
  let sum = 0;
  for (let i = 0; i < out.length; i++) sum += out[i] = Math.exp(values[from + i] - largest);
  for (let i = 0; i < out.length; i++) out[i] /= sum;
  return largest + Math.log(sum);
}

/**
 * Categorical distribution of returns over fixed atoms (C51: Bellemare et al. 2017). The outputs are
 * logits; Q is the mean; the loss of a row is the Kullback-Leibler divergence of its distribution
 * from the projected target, whose gradient by the logits is `softmax − target`.
 */
export class C51Head implements Head {
  readonly atoms: number;
  readonly #actions: number;
  readonly #support: Support;
  readonly #values: Float64Array;

  /** @throws MarioError INVALID_OPTION for fewer than 2 atoms or an empty range */
  constructor(actionCount: number, support: Support) {
    if (!(support.atoms >= 2 && support.vMin < support.vMax)) {
      throw new MarioError(
        "INVALID_OPTION",
        `${support.atoms} atoms from ${support.vMin} to ${support.vMax} are no support.`,
        { value: support, remedy: "Give at least 2 atoms and a v-min below v-max." },
      );
    }
    this.atoms = support.atoms;
    this.#actions = actionCount;
    this.#support = support;
    this.#values = supportValues(support);
  }

  qValues(outputs: Float32Array): Float32Array {
    const { atoms } = this;
    const probabilities = new Float64Array(atoms);
    return Float32Array.from({ length: outputs.length / atoms }, (_, action) => {
      softmaxInto(probabilities, outputs, action * atoms);
      let mean = 0;
      for (let i = 0; i < atoms; i++) mean += probabilities[i] * this.#values[i];
      return mean;
    });
  }

  loss(outputs: Float32Array, targets: Targets): HeadLoss {
    const { atoms } = this;
    const rows = targets.aTm1.length;
    const gradient = new Float32Array(outputs.length);
    const tdErrors = new Float32Array(rows);
    const probabilities = new Float64Array(atoms);
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      const target = this.#projectedTarget(targets, row);
      const from = (row * this.#actions + targets.aTm1[row]) * atoms;
      const logSum = softmaxInto(probabilities, outputs, from);
      const weight = targets.weights[row] / rows;
      let divergence = 0;
      for (let i = 0; i < atoms; i++) {
        const mass = target[i];
        if (mass > 0) divergence += mass * (Math.log(mass) - (outputs[from + i] - logSum));
        gradient[from + i] = weight * (probabilities[i] - mass);
      }
      tdErrors[row] = divergence;
      loss += weight * divergence;
    }
    return { loss, gradient, tdErrors };
  }

  /** The distribution of `returns + discount · Z`, Z the policy's mixture at s_t, on the atoms. */
  #projectedTarget(targets: Targets, row: number): Float64Array {
    const { atoms } = this;
    const target = new Float64Array(atoms);
    const next = new Float64Array(atoms);
    for (let action = 0; action < this.#actions; action++) {
      const share = targets.policyT[row * this.#actions + action];
      if (share === 0) continue;
      softmaxInto(next, targets.outputsT, (row * this.#actions + action) * atoms);
      for (let i = 0; i < atoms; i++) {
        const value = targets.returns[row] + targets.discountT[row] * this.#values[i];
        addProjected(target, this.#support, value, share * next[i]);
      }
    }
    return target;
  }
}
