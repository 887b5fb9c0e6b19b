import type { ForwardPass } from "../network-update.js";
import type { ConvolutionShape } from "../primitives.js";
import { checkConvolution, checkFloats, checkSizes, fail } from "./checks.js";
import type { DeferredAddon } from "./deferred-addon.js";
import { type AdamSettings, packAdam, packConvolution } from "./packing.js";

/** What a network update is built for. */
export interface UpdateShape {
  readonly dueling: boolean;
  readonly hiddenUnits: number;
  readonly actionCount: number;
  readonly atoms: number;
  /** At least one, each on what the one before it gives; their batch is not looked at. */
  readonly convolutions: readonly ConvolutionShape[];
}

/** One variable of a step; all three hold the same number of values. */
export interface UpdateParameter {
  readonly variable: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
}

const NETWORKS = { online: 0, target: 1 } as const;

/**
 * The addon's network update behind checks, as CheckedKernels are. Every method throws MarioError
 * SHAPE_MISMATCH.
 */
export class CheckedUpdate {
  readonly #addon: DeferredAddon;
  readonly #shape: UpdateShape;
  /** Values of each weight, in the order of the layers. */
  readonly #weightSizes: readonly number[];
  readonly #observationBytes: number;
  readonly #id: number;
  /** Of the last forward pass; 0 before it. */
  #batch = 0;
  #isDisposed = false;

  constructor(addon: DeferredAddon, shape: UpdateShape) {
    const { dueling, hiddenUnits, actionCount, atoms, convolutions } = shape;
    checkSizes({ hiddenUnits, actionCount, atoms, convolutions: convolutions.length }, 1);
    this.#addon = addon;
    this.#shape = shape;
    this.#weightSizes = weightSizes(shape);
    const { inHeight, inWidth, inChannels } = convolutions[0];
    this.#observationBytes = inHeight * inWidth * inChannels;
    const packed = Int32Array.of(
      ...[+dueling, hiddenUnits, actionCount, atoms],
      ...convolutions.flatMap((convolution) => [...packConvolution(convolution).subarray(0, 13)]),
    );
    this.#id = addon.now((native) => native.createUpdate(packed));
  }

  /** @returns of each pass `[batch, actionCount · atoms]` */
  forward(
    passes: readonly ForwardPass[],
    batch: number,
    weights: Readonly<Record<ForwardPass["network"], readonly Float32Array[]>>,
  ): Float32Array[] {
    if (this.#isDisposed) fail("an update that was disposed of", this.#id);
    checkSizes({ batch, passes: passes.length }, 1);
    if (passes[0].network !== "online") fail("the first pass is not the online network's", passes);
    for (const { observations } of passes) this.#checkObservations(observations, batch);
    for (const network of ["online", "target"] as const) this.#checkWeights(weights[network]);
    const size = batch * this.#shape.actionCount * this.#shape.atoms;
    checkSizes({ values: size * passes.length }, 1);
    const outputs = new Float32Array(size * passes.length);
    this.#batch = 0;
    this.#addon.now((native) => {
      native.updateForward(
        this.#id,
        Int32Array.from(passes, ({ network }) => NETWORKS[network]),
        passes.map(({ observations }) => observations),
        [weights.online, weights.target],
        outputs,
        batch,
      );
    });
    this.#batch = batch;
    return passes.map((_, i) => outputs.slice(i * size, (i + 1) * size));
  }

  /**
   * @param observations of the last {@link forward}'s first pass
   * @param gradient by its outputs
   * @returns the global gradient norm before clipping; nothing has changed if it is not finite
   */
  backward(
    observations: Uint8Array,
    gradient: Float32Array,
    parameters: readonly UpdateParameter[],
    settings: AdamSettings,
  ): number {
    const batch = this.#batch;
    if (batch === 0) fail("a gradient without a forward pass before it", batch);
    this.#batch = 0;
    this.#checkObservations(observations, batch);
    checkFloats("gradient", gradient, batch * this.#shape.actionCount * this.#shape.atoms);
    for (const part of ["variable", "m", "v"] as const) {
      this.#checkWeights(parameters.map((parameter) => parameter[part]));
    }
    const arrays = parameters.flatMap(({ variable, m, v }) => [variable, m, v]);
    const numbers = packAdam(settings);
    return this.#addon.now((native) =>
      native.updateBackward(this.#id, observations, gradient, arrays, numbers),
    );
  }

  dispose(): void {
    this.#batch = 0;
    this.#isDisposed = true;
    this.#addon.now((native) => {
      native.endUpdate(this.#id);
    });
  }

  #checkObservations(observations: Uint8Array, batch: number): void {
    if (!(observations instanceof Uint8Array)) fail("observations are no Uint8Array", observations);
    if (observations.length === batch * this.#observationBytes) return;
    fail(`observations hold ${observations.length} bytes`, batch);
  }

  #checkWeights(arrays: readonly Float32Array[]): void {
    const sizes = this.#weightSizes;
    if (arrays.length !== sizes.length) fail(`${arrays.length} weights`, sizes.length);
    for (const [i, array] of arrays.entries()) checkFloats(`weight ${i}`, array, sizes[i]);
  }
}

/** Kernel and bias of each layer: convolutions, hidden, output and, if dueling, the value's two. */
function weightSizes(shape: UpdateShape): number[] {
  const { convolutions, dueling, hiddenUnits, actionCount, atoms } = shape;
  const sizes: number[] = [];
  let input: readonly number[] | undefined;
  for (const convolution of convolutions) {
    const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = convolution;
    const given = [inHeight, inWidth, inChannels];
    if (input !== undefined && given.some((side, i) => side !== input?.[i])) {
      fail("a convolution does not take what the one before it gives", convolution);
    }
    sizes.push(checkConvolution(convolution).weights, outChannels);
    input = [outHeight, outWidth, outChannels];
  }
  const features = input!.reduce((a, b) => a * b);
  for (const outputs of dueling ? [actionCount * atoms, atoms] : [actionCount * atoms]) {
    sizes.push(features * hiddenUnits, hiddenUnits, hiddenUnits * outputs, outputs);
  }
  for (const size of sizes) checkSizes({ size }, 1);
  return sizes;
}
