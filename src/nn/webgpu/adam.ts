import { type TensorInfo, Variable } from "@tensorflow/tfjs-core";
import { ADAM_STEP, CLIP_FACTORS, squareGroups, SQUARES } from "./adam-shaders.js";
import { type GpuBuffer, USAGE } from "./gpu-api.js";
import type { Passes } from "./passes.js";

/** Attributes of the kernel, as src/nn/optimizer.ts gives them. */
interface StepAttributes {
  readonly count: number;
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly correction1: number;
  readonly correction2: number;
  readonly maxGradientNorm: number;
  readonly globalClipping: boolean;
  readonly weightDecay: number;
  /** Of each variable, whether weight decay applies to it. */
  readonly decays: readonly boolean[];
}

/** What belongs to one optimizer: as long as its first variable's moment lives. */
interface Scratch {
  readonly sums: GpuBuffer;
  readonly ends: GpuBuffer;
  readonly factors: GpuBuffer;
  readonly steps: GpuBuffer;
  /** Of each variable, what `PLACE` of the shaders says. */
  readonly places: readonly GpuBuffer[];
}

/** Numbers in the shaders' `Steps`. */
const STEP_SIZES = 7;

const scratches = new WeakMap<object, Scratch>();

/**
 * One clipped Adam step for all variables: two dispatches for each and one between them.
 * @returns the gradient's global norm, `[] float32`, before clipping
 */
export function clippedAdam(
  passes: Passes,
  inputs: Readonly<Record<string, TensorInfo>>,
  attributes: StepAttributes,
): TensorInfo {
  const { count } = attributes;
  const parameters = Array.from({ length: count }, (_, i) => {
    const variable = inputs[`variable${i}`];
    const size = variable.shape.reduce((product, side) => product * side, 1);
    const [gradient, m, v] = [inputs[`gradient${i}`], inputs[`m${i}`], inputs[`v${i}`]];
    const decays = attributes.decays[i];
    return { variable, gradient, m, v, size, decays, groups: squareGroups(size) };
  });
  const scratch = scratchOf(passes, parameters);
  writeSteps(passes, scratch, attributes);
  for (const [i, { gradient, groups }] of parameters.entries()) {
    passes.run(SQUARES, {}, [gradient, scratch.sums, scratch.places[i]], groups);
  }
  const norm = passes.output([]);
  const { maxGradientNorm } = attributes;
  passes.run(
    CLIP_FACTORS,
    {
      count,
      maxNorm: Number.isFinite(maxGradientNorm) ? maxGradientNorm : 0,
      globally: attributes.globalClipping ? 1 : 0,
    },
    [scratch.sums, scratch.ends, inputs["loss"], scratch.factors, norm],
    1,
  );
  for (const [index, { variable, gradient, m, v, size }] of parameters.entries()) {
    for (const changed of [variable, m, v]) passes.changes(changed);
    passes.runEach(
      ADAM_STEP,
      {},
      [gradient, variable, m, v, scratch.factors, scratch.steps, scratch.places[index]],
      size,
    );
  }
  // The next step's sizes may be written only after this one was handed over.
  passes.submit();
  return norm;
}

function scratchOf(
  passes: Passes,
  parameters: readonly {
    readonly m: TensorInfo;
    readonly groups: number;
    readonly decays: boolean;
  }[],
): Scratch {
  const owner = parameters[0].m;
  const known = scratches.get(owner);
  if (known) return known;
  const { device } = passes.backend;
  const usage = USAGE.storage | USAGE.copyDst;
  const storage = (length: number): GpuBuffer => device.createBuffer({ size: 4 * length, usage });
  let end = 0;
  const ends = Uint32Array.from(parameters, ({ groups }) => (end += groups));
  const uniform = USAGE.uniform | USAGE.copyDst;
  const places = parameters.map(({ decays, groups }, index) => {
    const place = device.createBuffer({ size: 12, usage: uniform });
    const numbers = Uint32Array.of(ends[index] - groups, index, decays ? 1 : 0);
    device.queue.writeBuffer(place, 0, numbers);
    return place;
  });
  const scratch: Scratch = {
    sums: storage(end),
    ends: storage(ends.length),
    factors: storage(ends.length),
    steps: device.createBuffer({ size: 4 * STEP_SIZES, usage: uniform }),
    places,
  };
  device.queue.writeBuffer(scratch.ends, 0, ends);
  if (owner instanceof Variable) scratches.set(owner, scratch);
  return scratch;
}

function writeSteps({ backend }: Passes, { steps }: Scratch, attributes: StepAttributes): void {
  const { learningRate, beta1, beta2, epsilon, correction1, correction2 } = attributes;
  const root = Math.sqrt(correction2);
  const values = [
    (learningRate * root) / correction1,
    beta1,
    1 - beta1,
    beta2,
    1 - beta2,
    epsilon * root,
    1 - learningRate * attributes.weightDecay,
  ];
  backend.device.queue.writeBuffer(steps, 0, Float32Array.from(values));
}
