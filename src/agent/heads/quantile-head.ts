import { MarioError } from "../../core/errors.js";
import type { Head, HeadLoss, Targets } from "./head.js";
import { huber, huberSlope } from "./scalar-head.js";

/**
 * Quantiles of the distribution of returns (QR-DQN: Dabney et al. 2018). Output i of an action is
 * its return's quantile at `(2i + 1) / (2 atoms)`, the middle of the i-th of equal parts (lemma 2);
 * Q is their mean. The loss of a row is the quantile Huber loss between every pair of a quantile and
 * a target sample, summed over quantiles and averaged over samples (algorithm 1):
 *
 * ```
 *   rho_tau(u) = |tau − 1{u < 0}| · huber(u) / kappa                     (equations 9 and 10)
 * ```
 * divided by kappa as Dabney et al. later do (IQN, 2018, equation 3), so that it tends to plain
 * quantile regression as kappa tends to 0; at kappa 1 both are the same.
 */
export class QuantileHead implements Head {
  readonly atoms: number;
  readonly #actions: number;
  readonly #kappa: number;

  /**
   * @param kappa where the loss turns linear, above 0 and finite
   * @throws MarioError INVALID_OPTION
   */
  constructor(actionCount: number, atoms: number, kappa: number) {
    if (!(atoms >= 1 && kappa > 0 && kappa < Infinity)) {
      throw new MarioError(
        "INVALID_OPTION",
        `${atoms} quantiles with a Huber loss that turns linear at ${kappa} cannot be learned.`,
        { remedy: "Give at least one quantile, and a Huber loss with a positive delta." },
      );
    }
    this.atoms = atoms;
    this.#actions = actionCount;
    this.#kappa = kappa;
  }

  qValues(outputs: Float32Array): Float32Array {
    const { atoms } = this;
    return Float32Array.from({ length: outputs.length / atoms }, (_, action) => {
      let sum = 0;
      for (let i = action * atoms; i < (action + 1) * atoms; i++) sum += outputs[i];
      return sum / atoms;
    });
  }

  loss(outputs: Float32Array, targets: Targets): HeadLoss {
    const { atoms } = this;
    const rows = targets.aTm1.length;
    const gradient = new Float32Array(outputs.length);
    const tdErrors = new Float32Array(rows);
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      const samples = this.#targetSamples(targets, row);
      const from = (row * this.#actions + targets.aTm1[row]) * atoms;
      const weight = targets.weights[row] / rows;
      let rowLoss = 0;
      for (let i = 0; i < atoms; i++) {
        const quantile = outputs[from + i];
        const tau = (2 * i + 1) / (2 * atoms);
        let slope = 0;
        for (let j = 0; j < atoms; j++) {
          const error = samples[j] - quantile;
          const asymmetry = (error < 0 ? 1 - tau : tau) / (atoms * this.#kappa);
          rowLoss += asymmetry * huber(error, this.#kappa);
          slope += asymmetry * huberSlope(error, this.#kappa);
        }
        gradient[from + i] = -weight * slope;
      }
      tdErrors[row] = rowLoss;
      loss += weight * rowLoss;
    }
    return { loss, gradient, tdErrors };
  }

  /**
   * `returns + discount · sum_a policy(a) z_j(a)`, `[atoms]`: of one action's quantiles where the
   * policy is greedy, else as Munchausen-IQN averages them (Vieillard et al. 2020, appendix B.1).
   */
  #targetSamples(targets: Targets, row: number): Float64Array {
    const { atoms } = this;
    const samples = new Float64Array(atoms).fill(targets.returns[row]);
    for (let action = 0; action < this.#actions; action++) {
      const at = row * this.#actions + action;
      const factor = targets.discountT[row] * targets.policyT[at];
      if (factor === 0) continue;
      for (let j = 0; j < atoms; j++) samples[j] += factor * targets.outputsT[at * atoms + j];
    }
    return samples;
  }
}
