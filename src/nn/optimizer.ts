import * as tf from "@tensorflow/tfjs-core";
import { MarioError } from "../core/errors.js";
import { CLIPPED_ADAM, hasKernel, runKernel } from "./kernels.js";
import { type NamedTensors, requireSameTensors } from "./named-tensors.js";
import { copyValues, overwrite } from "./variable-values.js";

export interface AdamOptions {
  /** What to train, by name as in `weightShapes`; the names reappear in the state. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  /** Decay of the first moment, default 0.9. */
  readonly beta1?: number;
  /** Decay of the second moment, default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the second moment, default 1e-8. */
  readonly epsilon?: number;
  /** Longest L2 norm that a gradient may have before it is scaled down, default 10; Infinity: never. */
  readonly maxGradientNorm?: number;
  /**
   * Share of every variable named `…/kernel` (neither biases nor the sizes of learned noise), times the
   * learning rate, that an update takes off; default 0 (AdamW: Loshchilov & Hutter 2019, algorithm 2).
   */
  readonly weightDecay?: number;
  /** "variable" (default, the tutorial's): each variable's gradient by itself. "global": all as one. */
  readonly clipping?: "variable" | "global";
}

/** What a resume needs: moments named `<variable>/m` and `<variable>/v`, and the steps taken. */
export interface OptimizerState {
  readonly updates: number;
  readonly moments: NamedTensors;
}

/** Adam (Kingma & Ba 2015, algorithm 1) with gradient-norm clipping. */
export interface Optimizer {
  /**
   * One step, in place on the variables.
   * @param gradients by `variable.name`, as `tf.variableGrads` returns them; not disposed of
   * @returns the global L2 norm of the gradient before clipping
   * @throws MarioError NOT_FINITE when that norm is NaN or infinite; nothing has changed then
   */
  step(gradients: tf.NamedTensorMap, learningRate: number): number;
  /**
   * One step whose arithmetic is the caller's, on arrays that only these variables hold.
   * @param update changes the variables in place and returns the norm; if it is not finite, nothing
   * @returns as {@link step} @throws as {@link step}
   */
  stepInPlace(
    update: (parameters: readonly AdamVariable[], steps: StepSizes) => number,
    learningRate: number,
  ): number;
  /**
   * {@link step} for backends that cannot be read synchronously, which need the kernel for it.
   * @param loss where it is not finite, or the norm is not, nothing changes but the count of updates
   * @returns the norm, `[] float32`; the caller disposes of it, and stops where it is not finite
   */
  stepDeferred(gradients: tf.NamedTensorMap, learningRate: number, loss: tf.Scalar): tf.Scalar;
  /** Adam's moments, named as in {@link OptimizerState}; to read them where that takes time. */
  readonly moments: ReadonlyMap<string, tf.Variable>;
  /** Steps taken. */
  readonly updates: number;
  getState(): OptimizerState;
  /** @throws MarioError MODEL_MISMATCH on other names, shapes or lengths. */
  setState(state: OptimizerState): void;
  dispose(): void;
}

/** A variable and its moments. */
export interface AdamVariable {
  readonly variable: tf.Variable;
  readonly m: tf.Variable;
  readonly v: tf.Variable;
  /** Whether weight decay applies to it. */
  readonly decays: boolean;
}

/** Numbers of one step that are the same for every variable. */
export interface StepSizes {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** 1 − beta1^t and 1 − beta2^t: the bias corrections. */
  readonly correction1: number;
  readonly correction2: number;
  readonly maxGradientNorm: number;
  readonly globalClipping: boolean;
}

export function createAdam(options: AdamOptions): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, maxGradientNorm = 10 } = options;
  const { weightDecay = 0 } = options;
  const parameters = new Map<string, AdamVariable>();
  for (const [name, variable] of options.variables) {
    const zeros = (): tf.Variable =>
      tf.tidy(() => tf.variable(tf.tensor(new Float32Array(variable.size), variable.shape), false));
    parameters.set(name, { variable, m: zeros(), v: zeros(), decays: name.endsWith("/kernel") });
  }
  let updates = 0;
  const sizesOf = (learningRate: number): StepSizes => ({
    learningRate,
    beta1,
    beta2,
    epsilon,
    correction1: 1 - beta1 ** (updates + 1),
    correction2: 1 - beta2 ** (updates + 1),
    maxGradientNorm,
    globalClipping: options.clipping === "global",
  });

  /** @param update returns the norm, and changes nothing if that is not finite */
  function step(update: (steps: StepSizes) => number, learningRate: number): number {
    const norm = update(sizesOf(learningRate));
    if (!Number.isFinite(norm)) {
      throw new MarioError("NOT_FINITE", `The gradient's norm became ${norm}.`, {
        value: norm,
        remedy: "Lower the learning rate or the maximum gradient norm.",
      });
    }
    if (weightDecay > 0) decay([...parameters.values()], learningRate * weightDecay);
    updates++;
    return norm;
  }

  return {
    step: (gradients, learningRate) =>
      step((steps) => {
        const owners = [...parameters.values()];
        return tf.tidy(() =>
          hasKernel(CLIPPED_ADAM)
            ? fusedStep(owners, gradients, steps).dataSync()[0]
            : composedStep(owners, gradients, steps),
        );
      }, learningRate),
    stepInPlace: (update, learningRate) =>
      step((steps) => {
        const owners = [...parameters.values()];
        for (const owner of owners) ownBuffers(owner);
        return update(owners, steps);
      }, learningRate),
    stepDeferred(gradients, learningRate, loss) {
      const steps = { ...sizesOf(learningRate), weightDecay };
      updates++;
      return tf.tidy(() => fusedStep([...parameters.values()], gradients, steps, { loss }));
    },
    get moments() {
      return momentsOf(parameters);
    },
    get updates() {
      return updates;
    },
    getState: () => ({ updates, moments: copyValues(momentsOf(parameters)) }),
    setState(state) {
      const moments = momentsOf(parameters);
      requireSameTensors(new Map([...moments].map(([name, m]) => [name, m.shape])), state.moments);
      for (const [name, moment] of moments) {
        const { data } = state.moments.get(name)!;
        overwrite(moment, data);
      }
      updates = state.updates;
    },
    dispose() {
      for (const moment of momentsOf(parameters).values()) moment.dispose();
      parameters.clear();
    },
  };
}

function momentsOf(parameters: ReadonlyMap<string, AdamVariable>): Map<string, tf.Variable> {
  return new Map(
    [...parameters].flatMap(([name, { m, v }]): [string, tf.Variable][] => [
      [`${name}/m`, m],
      [`${name}/v`, v],
    ]),
  );
}

/** Takes a share off the kernels; after the step, so that a step that is refused changes nothing. */
function decay(parameters: readonly AdamVariable[], share: number): void {
  for (const { variable, decays } of parameters) {
    if (!decays) continue;
    tf.tidy(() => {
      variable.assign(tf.mul(variable, 1 - share));
    });
  }
}

/** One native call for all variables; the kernel itself leaves everything alone at a bad norm. */
function fusedStep(
  parameters: readonly AdamVariable[],
  gradients: tf.NamedTensorMap,
  steps: StepSizes,
  more: { readonly loss?: tf.Scalar } = {},
): tf.Scalar {
  const inputs: Record<string, tf.Tensor> = { ...more };
  for (const [i, parameter] of parameters.entries()) {
    const { variable, m, v } = parameter;
    ownBuffers(parameter);
    inputs[`variable${i}`] = variable;
    inputs[`gradient${i}`] = gradients[variable.name]!;
    inputs[`m${i}`] = m;
    inputs[`v${i}`] = v;
  }
  const decays = parameters.map((parameter) => parameter.decays);
  const attributes = { ...steps, count: parameters.length, decays };
  return runKernel(CLIPPED_ADAM, inputs, attributes) as tf.Scalar;
}

/**
 * Gives variables buffers that no other tensor shares. `tf.assign` and `tf.clone` share buffers, so
 * an in-place step would silently change whatever was assigned from the variable: a target network
 * would follow the online one.
 */
function ownBuffers({ variable, m, v }: AdamVariable): void {
  for (const owned of [variable, m, v]) {
    if (tf.backend().refCount(owned.dataId) === 1) continue;
    tf.tidy(() => {
      // Not by reading it, which not every backend can do at once.
      owned.assign(tf.mul(owned, 1));
    });
  }
}

function composedStep(
  parameters: readonly AdamVariable[],
  gradients: tf.NamedTensorMap,
  steps: StepSizes,
): number {
  const { learningRate, beta1, beta2, epsilon, correction1, correction2 } = steps;
  const squaredNorms = parameters.map(({ variable }) =>
    tf.sum(tf.square(gradients[variable.name])),
  );
  const norms = Array.from(tf.sqrt(tf.stack(squaredNorms)).dataSync());
  const globalNorm = Math.hypot(...norms);
  if (!Number.isFinite(globalNorm)) return globalNorm;
  for (const [i, { variable, m, v }] of parameters.entries()) {
    const norm = steps.globalClipping ? globalNorm : norms[i];
    const scale = norm > steps.maxGradientNorm ? steps.maxGradientNorm / norm : 1;
    tf.tidy(() => {
      const gradient = gradients[variable.name];
      const nextM = tf.add(tf.mul(m, beta1), tf.mul(gradient, scale * (1 - beta1)));
      const nextV = tf.add(
        tf.mul(v, beta2),
        tf.mul(tf.square(gradient), scale * scale * (1 - beta2)),
      );
      const denominator = tf.add(tf.sqrt(nextV), epsilon * Math.sqrt(correction2));
      const size = (learningRate * Math.sqrt(correction2)) / correction1;
      m.assign(nextM);
      v.assign(nextV);
      variable.assign(tf.sub(variable, tf.mul(tf.div(nextM, denominator), size)));
    });
  }
  return globalNorm;
}
