import { MarioError } from "../core/errors.js";
import { STACK_FRAMES } from "../core/observation.js";
import { Rng } from "../core/rng.js";
import { Emulator } from "../nes/emulator.js";
import { actionSet, type MarioAction } from "./actions.js";
import { packEnvState, unpackEnvState } from "./env-state.js";
import type { EpisodeStart, RestartableEnvironment, StepResult } from "./environment.js";
import { closeStep, isOnStage, newEpisode, watchFrame, type Episode } from "./episode.js";
import { FrameStack } from "./frame-stack.js";
import { startGame } from "./game-start.js";
import { drawIdleFrames } from "./idle-frames.js";
import {
  completeOptions,
  type CompleteOptions,
  type MarioEnvOptions,
} from "./mario-env-options.js";
import { MarioRam, type PowerStatus } from "./mario-ram.js";
import { FRAME_SIDE, Preprocessor } from "./preprocess.js";
import { REWARDS } from "./reward.js";
import type { Stage } from "./stages.js";
import { StickyButtons } from "./sticky-buttons.js";
import { readTiles, TILE_COLUMNS, TILE_ROWS } from "./tiles.js";

/** Positions in pixels from the stage's left edge; world, stage and area one-based. */
export interface MarioInfo {
  readonly x: number;
  /** Furthest x; that in the classic's bonus rooms does not count. */
  readonly maxX: number;
  /**
   * What the last decision changed x by; 0 where the game put the player elsewhere, except within an
   * area of the classic: there it counts in full, so that nothing is won by going round in a maze.
   */
  readonly moved: number;
  readonly y: number;
  readonly score: number;
  readonly coins: number;
  /** Ticks left on the stage's clock. */
  readonly time: number;
  readonly lives: number;
  readonly status: PowerStatus;
  readonly world: number;
  readonly stage: number;
  readonly area: number;
  /** The flagpole was reached. */
  readonly flag: boolean;
  readonly completed: boolean;
  readonly died: boolean;
  /** The life was lost because the clock ran out. */
  readonly timeUp: boolean;
  /** The life was lost in a pit, or in whatever else is below the screen. */
  readonly fell: boolean;
  /** Emulator frames and decisions since the reset. */
  readonly frames: number;
  readonly steps: number;
}

/** One life on one stage is one episode. Single-threaded; owns one emulator. */
export class MarioEnv implements RestartableEnvironment<MarioInfo> {
  readonly actions: readonly MarioAction[];
  readonly actionCount: number;
  readonly observationShape: readonly number[];
  readonly stage: Stage;
  /** For tools; stepping it by hand breaks the episode's counters. */
  readonly emulator: Emulator;
  readonly ram: MarioRam;
  /** The stage's first moment of play, as an emulator save state. */
  readonly startState: Uint8Array;

  /**
   * Called after each emulator frame of a step, e.g. to film what a repeated action hides. Has every
   * frame drawn, which takes time.
   */
  onFrame: (() => void) | undefined;

  readonly #options: CompleteOptions;
  readonly #preprocessor = new Preprocessor();
  readonly #stack: FrameStack;
  readonly #previousScreen: Uint32Array;
  readonly #sticky: StickyButtons;
  /** Buttons of each frame of the last decision. */
  readonly #held: Uint8Array;
  #episode: Episode;

  /** @throws MarioError INVALID_OPTION, ROM_INVALID, ROM_UNSUPPORTED, GAME_NOT_STARTED, STATE_INVALID. */
  constructor(options: MarioEnvOptions) {
    this.#options = completeOptions(options);
    this.actions = actionSet(this.#options.actions);
    this.actionCount = this.actions.length;
    this.#sticky = new StickyButtons(this.#options.stickyActions);
    this.#held = new Uint8Array(this.#options.actionRepeat);
    const isPixels = this.#options.observation === "pixels";
    const [height, width] = isPixels ? [FRAME_SIDE, FRAME_SIDE] : [TILE_ROWS, TILE_COLUMNS];
    this.observationShape = [height, width, STACK_FRAMES];
    this.#stack = new FrameStack(height * width);
    this.stage = this.#options.stage;
    this.emulator = new Emulator(options.rom);
    this.ram = new MarioRam(this.emulator.ram);
    if (options.startState === undefined) {
      startGame(this.emulator, this.stage);
      this.startState = this.emulator.saveState();
    } else {
      this.startState = options.startState;
      this.emulator.restoreState(this.startState);
    }
    this.#previousScreen = this.emulator.screen.slice();
    this.#episode = newEpisode(this.ram, this.stage);
    this.reset(0);
  }

  /** `[84, 84] uint8` (or `[13, 16]` tiles), live. */
  get frame(): Uint8Array {
    return this.#stack.frame;
  }

  /** `[height, width, 4] uint8`, newest last, live. */
  get observation(): Uint8Array {
    return this.#stack.observation;
  }

  /** Newest full-colour picture, `[240, 256] uint32` 0x00RRGGBB, live. */
  screen(): Uint32Array {
    return this.emulator.screen;
  }

  /** Buttons of the last frame, an OR: with sticky actions not always those of the decision. */
  get heldButtons(): number {
    return this.#sticky.held;
  }

  /** Whether x and the screen show a place of the stage: not so in the classic's side rooms. */
  get isOnStage(): boolean {
    return isOnStage(this.#episode, this.ram);
  }

  reset(seed: number): EpisodeStart<MarioInfo> {
    this.emulator.restoreState(this.startState);
    const rng = new Rng(seed);
    this.#idle(drawIdleFrames(rng, this.#options.noopMaxFrames));
    this.#sticky.start(rng);
    this.#previousScreen.set(this.emulator.screen);
    this.#episode = newEpisode(this.ram, this.stage);
    this.#look();
    this.#stack.fill();
    return { observation: this.observation, info: this.info() };
  }

  /** @throws MarioError STATE_INVALID. */
  restart(state: Uint8Array): EpisodeStart<MarioInfo> {
    const { rng } = this.#sticky.getState();
    this.setState(state);
    // Another try has other chances, or what failed would be stuck to in the same decisions again.
    this.#sticky.setState({ ...this.#sticky.getState(), rng });
    this.#stack.fill();
    return { observation: this.observation, info: this.info() };
  }

  /** @throws MarioError INVALID_OPTION for an action out of range or after the episode's end. */
  step(action: number): StepResult<MarioInfo> {
    const { reward } = this.#options;
    const episode = this.#episode;
    this.#checkStep(action);
    const { buttons } = this.actions[action];
    const frames = this.#hold(buttons);
    closeStep(episode, this.ram, this.stage, frames);
    const terminated = episode.completed || episode.died;
    episode.truncated = !terminated && this.#isCut();
    this.#look();
    this.#stack.push();
    return {
      observation: this.observation,
      reward: REWARDS[reward](episode),
      terminated,
      truncated: episode.truncated,
      info: this.info(),
    };
  }

  info(): MarioInfo {
    const { ram } = this;
    const { x, maxX, moved, flag, completed, died, timeUp, frames, steps } = this.#episode;
    return {
      x,
      maxX,
      moved,
      y: ram.y,
      score: ram.score,
      coins: ram.coins,
      time: ram.time,
      lives: ram.lives,
      status: ram.status,
      world: ram.world,
      stage: ram.stage,
      area: ram.area,
      flag,
      completed,
      died,
      timeUp,
      fell: died && ram.belowScreen,
      frames,
      steps,
    };
  }

  /** Emulator, frame stack and counters in one block: continues exactly here, also in a new process. */
  getState(): Uint8Array {
    return packEnvState({
      episode: this.#episode,
      sticky: this.#sticky.getState(),
      observation: this.#stack.getState(),
      emulator: this.emulator.saveState(),
    });
  }

  /** @throws MarioError STATE_INVALID for a state of another ROM, observation kind or version. */
  setState(state: Uint8Array): void {
    const { episode, sticky, observation, emulator } = unpackEnvState(
      state,
      this.observation.length,
    );
    this.emulator.restoreState(emulator);
    this.#stack.setState(observation);
    this.#episode = episode;
    this.#sticky.setState(sticky);
    this.#previousScreen.set(this.emulator.screen);
  }

  /**
   * Holds the buttons until the decision or the episode is over. Only the frames that are looked at
   * are drawn: the last, with `maxPool` the last two. @returns the frames it took.
   */
  #hold(wanted: number): number {
    const { actionRepeat, endAt, maxPool } = this.#options;
    const episode = this.#episode;
    const looked = maxPool ? 2 : 1;
    const firstDrawn = this.onFrame === undefined ? actionRepeat - looked : 0;
    if (firstDrawn > 0) this.emulator.mark();
    let frames = 0;
    while (frames < actionRepeat && !episode.completed && !episode.died) {
      this.#held[frames] = this.#sticky.next(wanted);
      this.#stepFrame(this.#held[frames], frames >= firstDrawn);
      frames++;
      this.onFrame?.();
      watchFrame(episode, this.ram, this.stage, endAt);
    }
    if (firstDrawn > 0 && frames < actionRepeat) {
      // It ended in the dark. The same frames again, now that it is known which is the last.
      this.emulator.rewind();
      for (let i = 0; i < frames; i++) this.#stepFrame(this.#held[i], i >= frames - looked);
    }
    return frames;
  }

  #stepFrame(buttons: number, drawn: boolean): void {
    if (drawn && this.#options.maxPool) this.#previousScreen.set(this.emulator.screen);
    this.emulator.stepFrame(buttons, drawn ? "drawn" : "dark");
  }

  /** Lets the game run untouched; falls back to the start should that kill the player. */
  #idle(frames: number): void {
    for (let i = 0; i < frames; i++) {
      this.emulator.stepFrame(0, i === frames - 1 ? "drawn" : "dark");
      if (this.ram.dying) {
        this.emulator.restoreState(this.startState);
        return;
      }
    }
  }

  #look(): void {
    if (this.#options.observation === "tiles") readTiles(this.ram, this.frame);
    else if (this.#options.maxPool) {
      this.#preprocessor.frameOfTwo(this.emulator.screen, this.#previousScreen, this.frame);
    } else this.#preprocessor.frame(this.emulator.screen, this.frame);
  }

  #isCut(): boolean {
    const { maxEpisodeSteps, stallSteps } = this.#options;
    const { steps, stalledSteps } = this.#episode;
    return (
      (maxEpisodeSteps > 0 && steps >= maxEpisodeSteps) ||
      (stallSteps > 0 && stalledSteps >= stallSteps)
    );
  }

  #checkStep(action: number): void {
    if (!Number.isInteger(action) || action < 0 || action >= this.actionCount) {
      throw new MarioError("INVALID_OPTION", `There is no action ${action}.`, {
        value: action,
        remedy: `Choose a whole number from 0 to ${this.actionCount - 1}.`,
      });
    }
    const { completed, died, truncated } = this.#episode;
    if (completed || died || truncated) {
      throw new MarioError("INVALID_OPTION", "The episode is over.", {
        remedy: "Call reset(seed) before the next step.",
      });
    }
  }
}

/**
 * Builds the environment and plays to the stage's start (about a second, unless `startState` is
 * given).
 * @throws MarioError INVALID_OPTION, ROM_INVALID, ROM_UNSUPPORTED, GAME_NOT_STARTED, STATE_INVALID.
 */
export function createMarioEnv(options: MarioEnvOptions): MarioEnv {
  return new MarioEnv(options);
}

export type { MarioEnvOptions } from "./mario-env-options.js";
