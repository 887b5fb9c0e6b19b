import * as tf from "@tensorflow/tfjs-core";

/**
 * Moves each target variable a share of the way: `target + tau · (online − target)` (Lillicrap et
 * al. 2016, algorithm 1). With it a target network follows smoothly where copies follow in steps.
 */
export function moveTowards(
  target: ReadonlyMap<string, tf.Variable>,
  online: ReadonlyMap<string, tf.Variable>,
  tau: number,
): void {
  tf.tidy(() => {
    for (const [name, variable] of target) {
      const way = tf.sub(online.get(name)!, variable);
      variable.assign(tf.add(variable, tf.mul(way, tau)));
    }
  });
}
