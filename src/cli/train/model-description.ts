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

/** What is the same of all models of a run. */
export interface DescribedRun {
  readonly settings: TrainSettings;
  readonly rom: RomInfo;
  readonly romName: string;
  readonly backend: BackendName;
  /** That would learn the same again. */
  readonly command: string;
}

/** @param weights copied @param step after which the run had them */
export type DescribeModel = (weights: NamedTensors, step: number) => CandidateModel;

/**
 * Adds to weights all that is needed to play them as they were trained. The program's version and
 * commit are read once, here: the checkout may change during a long run.
 * @param root folder of the program's package.json
 */
export function modelDescriber(run: DescribedRun, root = packageRoot): DescribeModel {
  const { settings, rom, romName, backend, command } = run;
  const { environment } = settings;
  const commit = commitOf(root);
  const versions = { mario: version(root), node: process.versions.node, backend };
  return (weights, step) => ({
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
      versions,
      created: new Date().toISOString(),
    },
  });
}
