import type { TensorInfo } from "@tensorflow/tfjs-core";
import {
  DUELING_BACKWARD,
  DUELING_FORWARD,
  GREEDY_ROWS,
  TD_ERRORS,
  TD_LOSS,
} from "./head-shaders.js";
import type { Passes } from "./passes.js";

type Inputs = Readonly<Record<string, TensorInfo>>;

/** `DUELING` of src/nn/kernels.ts. */
export function dueling(passes: Passes, { value, advantage }: Inputs): TensorInfo {
  const [batch, atoms] = value.shape;
  const q = passes.output(advantage.shape);
  const sizes = { rows: batch * atoms, actions: advantage.shape[1] / atoms, atoms };
  passes.runEach(DUELING_FORWARD, sizes, [value, advantage, q], sizes.rows);
  return q;
}

/** `DUELING_GRADIENT`. */
export function duelingGradient(passes: Passes, { dy }: Inputs, atoms: number): TensorInfo[] {
  const [batch, outputs] = dy.shape;
  const dValue = passes.output([batch, atoms]);
  const dAdvantage = passes.output(dy.shape);
  const sizes = { rows: batch * atoms, actions: outputs / atoms, atoms };
  passes.runEach(DUELING_BACKWARD, sizes, [dy, dValue, dAdvantage], sizes.rows);
  return [dValue, dAdvantage];
}

/** `GREEDY_POLICY`. */
export function greedyPolicy(passes: Passes, { q }: Inputs): TensorInfo {
  const [rows, actions] = q.shape;
  const policy = passes.output(q.shape);
  passes.runEach(GREEDY_ROWS, { rows, actions }, [q, policy], rows);
  return policy;
}

/** `TD_LOSS_AND_GRADIENT`. */
export function tdLoss(passes: Passes, inputs: Inputs, delta: number): TensorInfo[] {
  const { outputs, taken, outputsT, policyT, returns, discountT, weights } = inputs;
  const [rows, actions] = outputs.shape;
  const [loss, meanQ, errors] = [[], [], [rows]].map((shape) => passes.output(shape));
  const gradient = passes.output(outputs.shape);
  const read = [outputs, taken, outputsT, policyT, returns, discountT];
  passes.runEach(TD_ERRORS, { rows, actions }, [...read, errors], rows);
  passes.run(
    TD_LOSS,
    { rows, actions, delta: Number.isFinite(delta) ? delta : 0 },
    [outputs, taken, errors, weights, loss, meanQ, gradient],
    1,
  );
  return [loss, meanQ, errors, gradient];
}
