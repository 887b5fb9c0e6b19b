import { MarioError } from "../core/errors.js";
import type { ActionSetName } from "./actions.js";
import type { StageEnd } from "./episode.js";
import { REWARD_KINDS, type RewardKind } from "./reward.js";
import { parseStage, stageOf, type Stage } from "./stages.js";

/** What the network sees: `[84, 84, 4]` luma, or `[13, 16, 4]` cells (see `Tile`). */
type ObservationKind = "pixels" | "tiles";

export interface MarioEnvOptions {
  /** Bytes of an iNES file: the classic game or a cartridge with the same RAM contract. */
  readonly rom: Uint8Array;
  /** e.g. `1-1`. Default `1-1`. */
  readonly stage?: string | Pick<Stage, "world" | "stage">;
  /** Default `full`, the 14 actions. */
  readonly actions?: ActionSetName;
  /** Frames that a decision is held. Default 4. */
  readonly actionRepeat?: number;
  /** Default `progress`. */
  readonly reward?: RewardKind;
  /** Default `flag` with reward `progress`, `castle` (the tutorial's) with `distance`. */
  readonly endAt?: StageEnd;
  /** Decisions after which an episode is truncated. Default 0: never, the game's clock ends it. */
  readonly maxEpisodeSteps?: number;
  /** Decisions without new farthest x after which an episode is truncated. Default 0: never. */
  readonly stallSteps?: number;
  /** At reset, 0 to this many frames without input, chosen by the seed. Default 0. */
  readonly noopMaxFrames?: number;
  /**
   * In each frame, probability with which the buttons of the frame before are held on instead of the
   * decision's (sticky actions, Machado et al. 2018, section 5; they use 0.25). Default 0.
   */
  readonly stickyActions?: number;
  readonly observation?: ObservationKind;
  /** Look at the brighter of the last two frames, pixel by pixel. Default false. */
  readonly maxPool?: boolean;
  /**
   * `startState` of another environment with the same ROM and stage, to save the second that it
   * takes to play through the title screen.
   */
  readonly startState?: Uint8Array;
}

/** All options with their values; the ROM and the start state go elsewhere. */
export interface CompleteOptions extends Required<
  Omit<MarioEnvOptions, "rom" | "startState" | "stage">
> {
  readonly stage: Stage;
}

/** @throws MarioError INVALID_OPTION. Action sets are checked where they are looked up. */
export function completeOptions(options: MarioEnvOptions): CompleteOptions {
  const reward = options.reward ?? "progress";
  const complete: CompleteOptions = {
    stage: toStage(options.stage ?? "1-1"),
    actions: options.actions ?? "full",
    actionRepeat: options.actionRepeat ?? 4,
    reward,
    endAt: options.endAt ?? (reward === "distance" ? "castle" : "flag"),
    maxEpisodeSteps: options.maxEpisodeSteps ?? 0,
    stallSteps: options.stallSteps ?? 0,
    noopMaxFrames: options.noopMaxFrames ?? 0,
    stickyActions: options.stickyActions ?? 0,
    observation: options.observation ?? "pixels",
    maxPool: options.maxPool ?? false,
  };
  checkChoice("reward", reward, REWARD_KINDS);
  checkChoice("endAt", complete.endAt, ["flag", "castle"]);
  checkChoice("observation", complete.observation, ["pixels", "tiles"]);
  checkCount("actionRepeat", complete.actionRepeat, 1);
  checkCount("maxEpisodeSteps", complete.maxEpisodeSteps, 0);
  checkCount("stallSteps", complete.stallSteps, 0);
  checkCount("noopMaxFrames", complete.noopMaxFrames, 0);
  checkProbability("stickyActions", complete.stickyActions);
  return complete;
}

function toStage(stage: string | Pick<Stage, "world" | "stage">): Stage {
  return typeof stage === "string" ? parseStage(stage) : stageOf(stage.world, stage.stage);
}

function checkChoice(name: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return;
  throw new MarioError("INVALID_OPTION", `${name} cannot be '${value}'.`, {
    value,
    remedy: `Choose one of: ${choices.join(", ")}.`,
  });
}

function checkCount(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new MarioError("INVALID_OPTION", `${name} cannot be ${value}.`, {
    value,
    remedy: `Choose a whole number from ${least} up.`,
  });
}

function checkProbability(name: string, value: number): void {
  if (value >= 0 && value <= 1) return;
  throw new MarioError("INVALID_OPTION", `${name} cannot be ${value}.`, {
    value,
    remedy: "Choose a probability from 0 to 1.",
  });
}
