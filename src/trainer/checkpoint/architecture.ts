import { z } from "zod";

const side = z.number().int().positive().max(4096);

/** What one needs to know to build the network that a file's weights belong to. */
export const architectureSchema = z.object({
  /** Separate streams for value and advantage (Wang et al. 2016). */
  dueling: z.boolean(),
  padding: z.enum(["same", "valid"]),
  actionCount: side,
  /** `[height, width, channels]` */
  inputShape: z.tuple([side, side, side]),
  /** In order; `size` and `stride` in pixels. */
  convolutions: z.array(z.object({ filters: side, size: side, stride: side })).max(16),
  /** Units of each dense hidden layer. */
  hiddenUnits: side,
});

export type Architecture = z.infer<typeof architectureSchema>;

/**
 * Shapes of the network's weights by name: kernels `[height, width, in, out]` or `[in, out]`.
 * Says in the file format's terms what src/nn/q-network.ts builds; a test holds the two together.
 */
export function weightShapes(architecture: Architecture): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  const layer = (name: string, kernel: readonly number[]): void => {
    shapes.set(`${name}/kernel`, kernel);
    shapes.set(`${name}/bias`, kernel.slice(-1));
  };
  let [height, width, channels] = architecture.inputShape;
  for (const [i, { filters, size, stride }] of architecture.convolutions.entries()) {
    const uncovered = architecture.padding === "same" ? 0 : size - 1;
    layer(`conv${i + 1}`, [size, size, channels, filters]);
    height = Math.ceil((height - uncovered) / stride);
    width = Math.ceil((width - uncovered) / stride);
    channels = filters;
  }
  const features = height * width * channels;
  layer("hidden", [features, architecture.hiddenUnits]);
  layer("output", [architecture.hiddenUnits, architecture.actionCount]);
  if (architecture.dueling) {
    layer("valueHidden", [features, architecture.hiddenUnits]);
    layer("value", [architecture.hiddenUnits, 1]);
  }
  return shapes;
}
