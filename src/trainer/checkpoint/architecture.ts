import { z } from "zod";

const side = z.number().int().positive().max(4096);

/** What one needs to know to build the network that a file's weights belong to. */
export const architectureSchema = z.object({
  /** Separate streams for value and advantage (Wang et al. 2016). */
  dueling: z.boolean(),
  padding: z.enum(["same", "valid"]),
  actionCount: side,
  /** `[height, width, channels]` */
  inputShape: z.tuple([side, side, side]).readonly(),
  /** In order; `size` and `stride` in pixels. */
  convolutions: z
    .array(z.object({ filters: side, size: side, stride: side }))
    .max(16)
    .readonly(),
  /** Filters of each residual section after them; files of before there were any leave it out. */
  residualSections: z.array(side).max(16).readonly().optional(),
  /** Units of each dense hidden layer. */
  hiddenUnits: side,
  layerNorm: z.boolean().optional(),
  noisy: z.boolean().optional(),
  /** What the outputs for an action are; left out: its Q-value. */
  head: z
    .discriminatedUnion("kind", [
      z.object({ kind: z.literal("scalar") }),
      z.object({ kind: z.literal("c51"), atoms: side, vMin: z.number(), vMax: z.number() }),
      z.object({ kind: z.literal("quantile"), atoms: side }),
    ])
    .optional(),
});
