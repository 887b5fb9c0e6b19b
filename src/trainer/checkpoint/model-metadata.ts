import { z } from "zod";
import { MarioError } from "../../core/errors.js";
import { architectureSchema } from "./architecture.js";

/** Raised when an older program could not make sense of a newer file. */
export const MODEL_FORMAT_VERSION = 1;

const REMEDY = "Use a file that this program wrote, or train again: mario train.";

const count = z.number().int().min(0);
const shortText = z.string().max(200);

/** Everything that is needed to play a model as it was trained, and to know where it came from. */
const modelMetadataSchema = z.object({
  formatVersion: z.literal(MODEL_FORMAT_VERSION),
  /** The run that wrote the file; a run removes only files of its own. */
  runId: shortText.min(1),
  architecture: architectureSchema,
  /** How a picture becomes an observation. */
  preprocessing: z.object({
    /** e.g. `luma-area`: luma of the 256×224 screen, area-averaged, truncated to uint8. */
    kind: shortText,
    /** Frames in one observation, newest last. */
    stackedFrames: count.min(1).max(64),
  }),
  /** e.g. `mario14`. */
  actionSet: shortText,
  /** Frames for which one decision's buttons are held. */
  actionRepeat: count.min(1).max(60),
  /** What the learner was paid for, e.g. `progress`; with it, where an episode ends. */
  reward: shortText,
  /** e.g. `1-1`. */
  stage: shortText,
  /** The cartridge played, if the run knew it. */
  rom: z.object({ name: shortText, sha1: z.string().regex(/^[0-9a-f]{40}$/) }).optional(),
  /** Environment steps (decisions) before the file was written. */
  steps: count,
  /** Episodes finished by then. */
  episodes: count,
  seed: z.number().int().min(0).max(0xffff_ffff),
  preset: shortText,
  /** What would learn the same again, and the commit of the program, where it was a clone. */
  command: z.string().max(4000).optional(),
  commit: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .optional(),
  /** Over the last 100 episodes (or all, if fewer), rounded to one decimal; unit of the reward. */
  meanReward: z.number(),
  versions: z.object({ mario: shortText, node: shortText, backend: shortText }),
  /** Play of this very model after training, if it was evaluated. */
  evaluation: z
    .object({
      episodes: count.min(1),
      /** Pixels. */
      meanDistance: z.number(),
      meanReward: z.number(),
      /** Episodes that finished the stage. */
      completed: count,
      /** These weights are the average of `--eval-average`, not those that acted in training. */
      averaged: z.boolean().optional(),
      /** In each frame, probability that the buttons of the frame before stayed held; left out: 0. */
      stickyActions: z.number().min(0).max(1).optional(),
    })
    .optional(),
  created: z.iso.datetime(),
});

export type ModelMetadata = z.infer<typeof modelMetadataSchema>;

/**
 * Reads the metadata's JSON text.
 * @throws MarioError MODEL_INVALID naming the first field that is wrong
 */
export function parseModelMetadata(json: string): ModelMetadata {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new MarioError("MODEL_INVALID", "The model's description is not JSON.", {
      remedy: REMEDY,
      cause,
    });
  }
  const version = z.object({ formatVersion: z.number() }).safeParse(value).data?.formatVersion;
  if (version !== undefined && version > MODEL_FORMAT_VERSION) {
    throw new MarioError(
      "MODEL_INVALID",
      `The model file has format ${version}; this program reads up to ${MODEL_FORMAT_VERSION}.`,
      { value: version, remedy: "Update this program." },
    );
  }
  const result = modelMetadataSchema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0];
  throw new MarioError(
    "MODEL_INVALID",
    `The model's description is wrong at ${path.join(".") || "its root"}: ${message}.`,
    { remedy: REMEDY, cause: result.error },
  );
}
