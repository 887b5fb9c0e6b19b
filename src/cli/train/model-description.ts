import type { NamedTensors } from "../../agent/agent.js";
import type { TrainSettings } from "../../config/schema.js";
import { STACK_FRAMES } from "../../core/observation.js";
import { PREPROCESSING_KIND } from "../../env/preprocess.js";
import type { RomInfo } from "../../nes/rom.js";
import type { BackendName } from "../../nn/backend.js";
import type { CandidateModel } from "../../trainer/checkpoint/best-model.js";
import { MODEL_FORMAT_VERSION } from "../../trainer/checkpoint/model-metadata.js";
import { architectureOf } from "../../trainer/agent-options.js";
import { commitOf } from "../commit.js";
import { packageRoot, version } from "../version.js";

export interface ModelDescription {
  /** Copied. */
  readonly weights: NamedTensors;
  readonly settings: TrainSettings;
  readonly rom: RomInfo;
  readonly romName: string;
  readonly backend: BackendName;
  readonly step: number;
  /** That would learn the same again. */
  readonly command: string;
}

/** Weights and all that is needed to play them as they were trained. */
export function describeModel(description: ModelDescription): CandidateModel {
  const { weights, settings, rom, romName, backend, step, command } = description;
  const { environment } = settings;
  const commit = commitOf(packageRoot);
  return {
    weights,
    metadata: {
      formatVersion: MODEL_FORMAT_VERSION,
      architecture: architectureOf(settings),
      preprocessing: { kind: PREPROCESSING_KIND, stackedFrames: STACK_FRAMES },
      actionSet: environment.actionSet,
      actionRepeat: environment.actionRepeat,
      reward: environment.reward,
      stage: environment.stage,
      rom: { name: romName, sha1: rom.sha1 },
      steps: step,
      seed: settings.seed,
      preset: settings.preset,
      command,
      ...(commit !== undefined && { commit }),
      versions: { mario: version(), node: process.versions.node, backend },
      created: new Date().toISOString(),
    },
  };
}
