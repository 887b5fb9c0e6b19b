import { backend_util, type Variable } from "@tensorflow/tfjs-core";
import { type Architecture, atomsOf, isPlainDqn, weightShapes } from "../architecture.js";
import type { NetworkUpdate, UpdatedNetworks } from "../network-update.js";
import { type ConvolutionShape, shapeOf } from "../primitives.js";
import type { OnednnBackend } from "./onednn-backend.js";

/** Weights of a convolution are numbered, in three digits of 256, on their way into oneDNN's layout. */
const MAX_KERNEL = 2 ** 24;

/** Whether updates of such a network are native: those that preset `fast` and the papers have. */
function covers(architecture: Architecture): boolean {
  if (!isPlainDqn(architecture)) return false;
  return [...weightShapes(architecture)].every(
    ([, shape]) => shape.length !== 4 || shape.reduce((a, b) => a * b) < MAX_KERNEL,
  );
}

/** @returns undefined for a network whose layers are not all covered */
export function createNetworkUpdate(
  backend: OnednnBackend,
  networks: UpdatedNetworks,
): NetworkUpdate | undefined {
  const { architecture } = networks;
  if (!covers(architecture)) return undefined;
  const { dueling, hiddenUnits, actionCount } = architecture;
  const update = backend.kernels.createUpdate({
    dueling,
    hiddenUnits,
    actionCount,
    atoms: atomsOf(architecture),
    convolutions: convolutionShapes(architecture),
  });
  const weights = (variables: ReadonlyMap<string, Variable>): Float32Array[] =>
    Array.from(variables.values(), (variable) => backend.floats(variable));
  let observations: Uint8Array = new Uint8Array();
  return {
    forward: (passes, batch) => {
      observations = passes[0].observations;
      return update.forward(passes, batch, {
        online: weights(networks.online),
        target: weights(networks.target),
      });
    },
    backward: (gradient, parameters, steps) =>
      update.backward(
        observations,
        gradient,
        parameters.map(({ variable, m, v }) => ({
          variable: backend.ownFloats(variable),
          m: backend.ownFloats(m),
          v: backend.ownFloats(v),
        })),
        steps,
      ),
    dispose: () => {
      update.dispose();
    },
  };
}

/** Of a batch of 1. */
function convolutionShapes(architecture: Architecture): ConvolutionShape[] {
  let input: [number, number, number, number] = [1, ...architecture.inputShape];
  return architecture.convolutions.map(({ filters, size, stride }) => {
    const kernel: typeof input = [size, size, input[3], filters];
    const info = backend_util.computeConv2DInfo(input, kernel, stride, 1, architecture.padding);
    input = info.outShape;
    return shapeOf(info);
  });
}
