import type { DqnAgent } from "../agent/dqn-agent.js";
import type { TrainSettings } from "../config/schema.js";
import type { RomInfo } from "../nes/rom.js";
import { DQN_ARCHITECTURE } from "../nn/architecture.js";
import type { ComputeBackend } from "../nn/backend.js";
import { STACK_FRAMES } from "../replay/transition.js";
import type { CandidateModel } from "../trainer/checkpoint/best-model.js";
import { MODEL_FORMAT_VERSION } from "../trainer/checkpoint/model-metadata.js";
import { version } from "./version.js";

export interface ModelDescription {
  readonly agent: DqnAgent;
  readonly settings: TrainSettings;
  readonly rom: RomInfo;
  readonly romName: string;
  readonly backend: ComputeBackend;
  readonly step: number;
}

/** The agent's weights, copied, and all that is needed to play them as they were trained. */
export function describeModel(description: ModelDescription): CandidateModel {
  const { agent, settings, rom, romName, backend, step } = description;
  const { environment, network } = settings;
  return {
    weights: agent.getWeights(),
    metadata: {
      formatVersion: MODEL_FORMAT_VERSION,
      architecture: {
        ...network,
        actionCount: agent.actionCount,
        ...DQN_ARCHITECTURE,
      },
      preprocessing: { kind: "luma-area", stackedFrames: STACK_FRAMES },
      actionSet: environment.actionSet,
      actionRepeat: environment.actionRepeat,
      reward: environment.reward,
      stage: environment.stage,
      rom: { name: romName, sha1: rom.sha1 },
      steps: step,
      seed: settings.seed,
      preset: settings.preset,
      versions: { mario: version(), node: process.versions.node, backend: backend.name },
      created: new Date().toISOString(),
    },
  };
}
