/** One convolution followed by ReLU. */
interface ConvolutionSpec {
  readonly filters: number;
  /** Side of the square kernel, pixels. */
  readonly size: number;
  /** Step in both directions, pixels. */
  readonly stride: number;
}

/** What the outputs for an action are. */
export type HeadSpec =
  /** Its Q-value. */
  | { readonly kind: "scalar" }
  /** Logits of a distribution over `atoms` returns from vMin to vMax (Bellemare et al. 2017). */
  | { readonly kind: "c51"; readonly atoms: number; readonly vMin: number; readonly vMax: number }
  /** Quantiles of the return (Dabney et al. 2018). */
  | { readonly kind: "quantile"; readonly atoms: number };

/** What one needs to know to build a Q-network, and to check weights that claim to be one's. */
export interface Architecture {
  readonly actionCount: number;
  /** Separate streams for value and advantage (Wang et al. 2016). */
  readonly dueling: boolean;
  /** Of {@link convolutions}. */
  readonly padding: "same" | "valid";
  /** `[height, width, channels]` */
  readonly inputShape: readonly [number, number, number];
  /** In order. */
  readonly convolutions: readonly ConvolutionSpec[];
  /**
   * Filters of each residual section after the convolutions (Espeholt et al. 2018, IMPALA, figure 3,
   * right): a 3×3 convolution, 3×3 maxima with stride 2, two residual blocks. Default none.
   */
  readonly residualSections?: readonly number[] | undefined;
  /** Units of each dense hidden layer. */
  readonly hiddenUnits: number;
  /**
   * Layer normalization (Ba et al. 2016) before the ReLU of each convolution and hidden layer and
   * after each residual section; over the channels of each place, as PQN has it (Gallici et al. 2024).
   */
  readonly layerNorm?: boolean | undefined;
  /** Dense layers with learned noise (Fortunato et al. 2018). */
  readonly noisy?: boolean | undefined;
  /** Default scalar. */
  readonly head?: HeadSpec | undefined;
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

/** The encoder of IMPALA's deep network (Espeholt et al. 2018, figure 3, right), without its LSTM. */
const IMPALA_ENCODER = {
  convolutions: [],
  residualSections: [16, 32, 32],
} as const satisfies Partial<Architecture>;

/** A network as people choose one; see `networkSchema` in src/config/schema.ts. */
export interface NetworkChoice {
  readonly encoder: "nature" | "impala";
  readonly hiddenUnits: number;
  readonly dueling: boolean;
  readonly padding: "same" | "valid";
  readonly layerNorm: boolean;
  readonly noisy: boolean;
  readonly head: HeadSpec["kind"];
  /** Of a distributional head. */
  readonly atoms: number;
  /** Of a c51 head. */
  readonly vMin: number;
  readonly vMax: number;
}

/** The architecture of a choice; what is at its default is left out, as older model files have it. */
export function networkArchitecture(choice: NetworkChoice, actionCount: number): Architecture {
  const { dueling, padding, hiddenUnits, atoms, vMin, vMax } = choice;
  return {
    ...DQN_ARCHITECTURE,
    ...(choice.encoder === "impala" && IMPALA_ENCODER),
    actionCount,
    dueling,
    padding,
    hiddenUnits,
    ...(choice.layerNorm && { layerNorm: true }),
    ...(choice.noisy && { noisy: true }),
    ...(choice.head === "quantile" && { head: { kind: "quantile", atoms } }),
    ...(choice.head === "c51" && { head: { kind: "c51", atoms, vMin, vMax } }),
  };
}

/**
 * Whether it has only convolutions, hidden layers, one or two streams, and any head: what backends
 * have native updates for.
 */
export function isPlainDqn(architecture: Architecture): boolean {
  const { convolutions, residualSections = [], layerNorm = false, noisy = false } = architecture;
  return convolutions.length > 0 && residualSections.length === 0 && !layerNorm && !noisy;
}

/** Outputs for each action. */
export function atomsOf({ head }: Pick<Architecture, "head">): number {
  return head === undefined || head.kind === "scalar" ? 1 : head.atoms;
}

/** Residual blocks in a section, each of two convolutions. */
export const BLOCKS_PER_SECTION = 2;

/**
 * Shapes of the weights by name (`conv1/kernel`, `hidden/bias`, …), in the order of the layers.
 * Kernels are `[height, width, in, out]` or `[in, out]`. "same" padding: 84 → 21 → 11 → 11;
 * "valid": 84 → 20 → 9 → 7; three residual sections: 84 → 42 → 21 → 11.
 */
export function weightShapes(architecture: Architecture): Map<string, readonly number[]> {
  const { actionCount, convolutions, dueling, hiddenUnits, padding } = architecture;
  const { residualSections = [], layerNorm = false, noisy = false } = architecture;
  const shapes = new Map<string, readonly number[]>();
  const layer = (name: string, kernel: readonly number[], normalized = false): void => {
    shapes.set(`${name}/kernel`, kernel);
    shapes.set(`${name}/bias`, kernel.slice(-1));
    if (normalized) normalization(name, kernel.at(-1)!);
  };
  const normalization = (name: string, units: number): void => {
    shapes.set(`${name}/gain`, [units]);
    shapes.set(`${name}/shift`, [units]);
  };
  const dense = (name: string, inUnits: number, outUnits: number, normalized = false): void => {
    layer(name, [inUnits, outUnits], normalized);
    if (!noisy) return;
    shapes.set(`${name}/kernelSigma`, [inUnits, outUnits]);
    shapes.set(`${name}/biasSigma`, [outUnits]);
  };
  let [height, width, channels] = architecture.inputShape;
  for (const [i, { filters, size, stride }] of convolutions.entries()) {
    const uncovered = padding === "same" ? 0 : size - 1;
    layer(`conv${i + 1}`, [size, size, channels, filters], layerNorm);
    height = Math.ceil((height - uncovered) / stride);
    width = Math.ceil((width - uncovered) / stride);
    channels = filters;
  }
  for (const [i, filters] of residualSections.entries()) {
    const section = `section${i + 1}`;
    layer(`${section}/conv`, [3, 3, channels, filters]);
    for (let block = 1; block <= BLOCKS_PER_SECTION; block++) {
      layer(`${section}/block${block}/conv1`, [3, 3, filters, filters]);
      layer(`${section}/block${block}/conv2`, [3, 3, filters, filters]);
    }
    if (layerNorm) normalization(section, filters);
    height = Math.ceil(height / 2);
    width = Math.ceil(width / 2);
    channels = filters;
  }
  const features = height * width * channels;
  const atoms = atomsOf(architecture);
  dense("hidden", features, hiddenUnits, layerNorm);
  dense("output", hiddenUnits, actionCount * atoms);
  if (dueling) {
    dense("valueHidden", features, hiddenUnits, layerNorm);
    dense("value", hiddenUnits, atoms);
  }
  return shapes;
}
