import * as tf from "@tensorflow/tfjs-core";
import { type ConvolutionShape, shapeOf as sizesOf } from "../primitives.js";
import { isFloat, type NativeKernel } from "./native-kernel.js";

interface ConvolutionAttributes {
  readonly strides: [number, number] | number;
  readonly pad: Parameters<typeof tf.backend_util.computeConv2DInfo>[4];
  readonly dataFormat?: string;
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly activation?: string;
  readonly filterShape?: [number, number, number, number];
  readonly inputShape?: [number, number, number, number];
}

type Shape4D = [number, number, number, number];

/** The sizes of a convolution, or `undefined` where oneDNN is not set up for it (dilation, NCHW). */
function shapeOf(
  inputShape: readonly number[],
  filterShape: readonly number[],
  attrs: ConvolutionAttributes,
): { shape: ConvolutionShape; outShape: number[] } | undefined {
  const { strides, pad, dataFormat = "NHWC", dilations = 1, dimRoundingMode } = attrs;
  if (
    dataFormat !== "NHWC" ||
    !tf.util.arraysEqual(
      [dilations].flat(),
      [dilations].flat().map(() => 1),
    )
  )
    return undefined;
  const info = tf.backend_util.computeConv2DInfo(
    inputShape as Shape4D,
    filterShape as Shape4D,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  if (tf.util.sizeFromShape(info.outShape) === 0 || info.batchSize === 0) return undefined;
  return { shape: sizesOf(info), outShape: info.outShape };
}

const forward: NativeKernel = ({ inputs, attrs, backend }) => {
  const { x, filter } = inputs;
  const bias = inputs["bias"] as tf.TensorInfo | undefined;
  const attributes = attrs as unknown as ConvolutionAttributes;
  const { activation = "linear" } = attributes;
  if (!isFloat(x, filter, bias) || (activation !== "linear" && activation !== "relu")) {
    return undefined;
  }
  if (bias !== undefined && !tf.util.arraysEqual(bias.shape, [filter.shape[3]])) return undefined;
  const convolution = shapeOf(x.shape, filter.shape, attributes);
  if (convolution === undefined) return undefined;
  const y = backend.take(tf.util.sizeFromShape(convolution.outShape));
  backend.kernels.convolutionForward(
    convolution.shape,
    backend.floats(x),
    backend.floats(filter),
    bias === undefined ? null : backend.floats(bias),
    y,
    activation === "relu",
    backend.weightsVersion(filter),
  );
  return backend.output(convolution.outShape, y);
};

const backpropInput: NativeKernel = ({ inputs, attrs, backend }) => {
  const { dy, filter } = inputs;
  const attributes = attrs as unknown as ConvolutionAttributes;
  const inputShape = attributes.inputShape!;
  const convolution = shapeOf(inputShape, filter.shape, attributes);
  if (!isFloat(dy, filter) || convolution === undefined) return undefined;
  const dx = backend.take(tf.util.sizeFromShape(inputShape));
  backend.kernels.convolutionBackwardData(
    convolution.shape,
    backend.floats(dy),
    backend.floats(filter),
    dx,
    backend.weightsVersion(filter),
  );
  return backend.output(inputShape, dx);
};

const backpropFilter: NativeKernel = ({ inputs, attrs, backend }) => {
  const { x, dy } = inputs;
  const attributes = attrs as unknown as ConvolutionAttributes;
  const filterShape = attributes.filterShape!;
  const convolution = shapeOf(x.shape, filterShape, attributes);
  if (!isFloat(x, dy) || convolution === undefined) return undefined;
  const dw = backend.take(tf.util.sizeFromShape(filterShape));
  backend.kernels.convolutionBackwardWeights(
    convolution.shape,
    backend.floats(x),
    backend.floats(dy),
    dw,
  );
  return backend.output(filterShape, dw);
};

export const convolutionKernels: readonly (readonly [string, NativeKernel])[] = [
  [tf.Conv2D, forward],
  [tf.FusedConv2D, forward],
  [tf.Conv2DBackpropInput, backpropInput],
  [tf.Conv2DBackpropFilter, backpropFilter],
];
