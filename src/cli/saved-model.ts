import { join } from "node:path";
import type { Agent } from "../agent/agent.js";
import { createDqnAgent } from "../agent/dqn-agent.js";
import type { EnvironmentSettings } from "../config/schema.js";
import { environmentSettingsSchema } from "../config/schema.js";
import { MarioError } from "../core/errors.js";
import { actionSet } from "../env/actions.js";
import { STACK_FRAMES } from "../core/observation.js";
import { FRAME_SIDE, PREPROCESSING_KIND } from "../env/preprocess.js";
import type { ComputeBackend } from "../nn/backend.js";
import { bestModelIn, type Wanted } from "../trainer/checkpoint/best-in-folder.js";
import { MODEL_DIRECTORY } from "../trainer/checkpoint/best-model.js";
import { loadModel, type Model } from "../trainer/checkpoint/model-file.js";
import { packageRoot } from "./version.js";

export interface SavedModel extends Model {
  readonly path: string;
  /** The environment as in training. */
  readonly environment: EnvironmentSettings;
}

/**
 * Reads the named model, else the best one in `models/` here, else the bundled one.
 * @param play what is not as in training: a stage instead of the model's; idle frames at most at the
 * start and sticky actions, default none; SHA-1 of the cartridge that a model not named should know
 * @throws MarioError MODEL_NOT_FOUND, MODEL_INVALID, MODEL_MISMATCH.
 */
export function openModel(
  file: string | undefined,
  play: {
    readonly stage?: string | undefined;
    readonly noops?: number;
    readonly sticky?: number;
    readonly rom?: string | undefined;
  },
): SavedModel {
  const path =
    file ?? bestModelPath({ stage: play.stage, rom: play.rom, stickyActions: play.sticky });
  const model = loadModel(path);
  const { metadata } = model;
  requireSameObservations(path, metadata);
  const settings: Record<keyof EnvironmentSettings, unknown> = {
    stage: play.stage ?? metadata.stage,
    actionSet: metadata.actionSet,
    actionRepeat: metadata.actionRepeat,
    reward: metadata.reward,
    // The game's own clock ends what goes nowhere.
    stallSteps: 0,
    stickyActions: play.sticky ?? 0,
    noopMaxFrames: play.noops ?? 0,
  };
  const environment = environmentSettingsSchema.safeParse(settings);
  if (!environment.success) {
    throw new MarioError("MODEL_MISMATCH", `${path} was trained in an environment unknown here.`, {
      remedy: "Use the version of this program that wrote it.",
    });
  }
  const actions = actionSet(environment.data.actionSet).length;
  if (actions !== metadata.architecture.actionCount) {
    throw new MarioError(
      "MODEL_MISMATCH",
      `${path} chooses among ${metadata.architecture.actionCount} actions, the set ${metadata.actionSet} has ${actions}.`,
      { remedy: "Use an undamaged file of this program." },
    );
  }
  return { ...model, path, environment: environment.data };
}

/** The network must see what the environment shows. @throws MarioError MODEL_MISMATCH */
function requireSameObservations(path: string, metadata: Model["metadata"]): void {
  const describe = (shape: readonly number[], kind: string, frames: number): string =>
    `${shape.join(" × ")} (${kind}, ${frames} frames)`;
  const { kind, stackedFrames } = metadata.preprocessing;
  const learned = describe(metadata.architecture.inputShape, kind, stackedFrames);
  const here = describe([FRAME_SIDE, FRAME_SIDE, STACK_FRAMES], PREPROCESSING_KIND, STACK_FRAMES);
  if (learned === here) return;
  throw new MarioError(
    "MODEL_MISMATCH",
    `${path} was trained on observations of ${learned}, and this program's are ${here}.`,
    {
      value: learned,
      remedy: "Use the version of this program that wrote it, or train again: mario train.",
    },
  );
}

function bestModelPath(wanted: Wanted): string {
  const best =
    bestModelIn(MODEL_DIRECTORY, wanted) ?? bestModelIn(join(packageRoot, MODEL_DIRECTORY), wanted);
  if (best !== undefined) return best;
  throw new MarioError("MODEL_NOT_FOUND", `There is no model in ${MODEL_DIRECTORY} yet.`, {
    value: MODEL_DIRECTORY,
    remedy: "Train one first (mario train), or name a file with --file.",
  });
}

/** What of a model it takes to play it. */
export interface PlayableModel {
  readonly weights: Model["weights"];
  readonly metadata: Pick<Model["metadata"], "architecture">;
}

/** An agent with the model's network and weights. @throws MarioError MODEL_MISMATCH. */
export function agentFor(model: PlayableModel, backend: ComputeBackend): Agent {
  const { actionCount, ...architecture } = model.metadata.architecture;
  const agent = createDqnAgent({
    backend,
    actionCount,
    architecture,
    // Neither matters: the weights come from the file and nothing is learned.
    seed: 0,
    learningRate: 1e-4,
  });
  agent.setWeights(model.weights);
  return agent;
}
