/** One convolution followed by ReLU. */
interface ConvolutionSpec {
  readonly filters: number;
  /** Side of the square kernel, pixels. */
  readonly size: number;
  /** Step in both directions, pixels. */
  readonly stride: number;
}

/** What one needs to know to build a Q-network, and to check weights that claim to be one's. */
export interface Architecture {
  readonly actionCount: number;
  /** Separate streams for value and advantage (Wang et al. 2016). */
  readonly dueling: boolean;
  readonly padding: "same" | "valid";
  /** `[height, width, channels]` */
  readonly inputShape: readonly [number, number, number];
  /** In order. */
  readonly convolutions: readonly ConvolutionSpec[];
  /** Units of each dense hidden layer. */
  readonly hiddenUnits: number;
}

/**
 * The network of Mnih et al. 2015, "Methods: Model architecture", but with 256 hidden units, as the
 * original tutorial has it, instead of 512.
 */
export const DQN_ARCHITECTURE = {
  inputShape: [84, 84, 4],
  convolutions: [
    { filters: 32, size: 8, stride: 4 },
    { filters: 64, size: 4, stride: 2 },
    { filters: 64, size: 3, stride: 1 },
  ],
  hiddenUnits: 256,
} as const satisfies Partial<Architecture>;

/**
 * Shapes of the weights by name (`conv1/kernel`, `hidden/bias`, …), in the order of the layers.
 * Kernels are `[height, width, in, out]` or `[in, out]`. "same" padding: 84 → 21 → 11 → 11;
 * "valid": 84 → 20 → 9 → 7.
 */
export function weightShapes(architecture: Architecture): Map<string, readonly number[]> {
  const { actionCount, convolutions, dueling, hiddenUnits, padding } = architecture;
  const shapes = new Map<string, readonly number[]>();
  const layer = (name: string, kernel: readonly number[]): void => {
    shapes.set(`${name}/kernel`, kernel);
    shapes.set(`${name}/bias`, kernel.slice(-1));
  };
  let [height, width, channels] = architecture.inputShape;
  for (const [i, { filters, size, stride }] of convolutions.entries()) {
    const uncovered = padding === "same" ? 0 : size - 1;
    layer(`conv${i + 1}`, [size, size, channels, filters]);
    height = Math.ceil((height - uncovered) / stride);
    width = Math.ceil((width - uncovered) / stride);
    channels = filters;
  }
  const features = height * width * channels;
  layer("hidden", [features, hiddenUnits]);
  layer("output", [hiddenUnits, actionCount]);
  if (dueling) {
    layer("valueHidden", [features, hiddenUnits]);
    layer("value", [hiddenUnits, 1]);
  }
  return shapes;
}
