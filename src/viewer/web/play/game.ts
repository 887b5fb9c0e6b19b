import { Browser } from "jsnes";
import { startGame } from "../../../env/game-start.js";
import { parseStage } from "../../../env/stages.js";
import { Emulator } from "../../../nes/emulator.js";
import { FRAME_RATE, SCREEN_HEIGHT, SCREEN_WIDTH } from "../../../nes/hardware.js";
import { sha1Hex } from "../../../nes/sha1.js";
import { Pace } from "./pace.js";
import { prepareSpeakers } from "./speakers.js";

/** Frames after power on in which a game has drawn its title. */
const TITLE_FRAMES = 90;
/** 50 ms: what the sound may be ahead of the picture's clock before it counts as running away. */
const LEAD_FRAMES = 3;

export interface GameOptions {
  /** Where jsnes puts its canvas. */
  readonly container: HTMLElement;
  readonly rom: Uint8Array;
  /** Begin where an environment of this stage begins; else at power on. */
  readonly stage: string | undefined;
  /** Buttons of the frame that is next, or undefined to stop before it. */
  readonly buttons: () => number | undefined;
  /** After each frame. */
  readonly onFrame: (buttons: number) => void;
  /** The game has paused itself: nothing is left to play, or it crashed. */
  readonly onEnd: (error?: unknown) => void;
}

/**
 * A cartridge in the page: our own console, with jsnes's canvas, sound and clock around it. So the
 * page plays exactly what an environment plays.
 */
export class Game {
  readonly canvas: HTMLCanvasElement;
  muted = false;
  readonly #options: GameOptions;
  readonly #browser: Browser;
  readonly #emulator: Emulator;
  /** Where a reset leads. */
  readonly #startState: Uint8Array;
  readonly #pace = new Pace(FRAME_RATE, LEAD_FRAMES);
  readonly #picture = new Uint32Array(SCREEN_WIDTH * SCREEN_HEIGHT);
  #running = false;
  #frames = 0;

  /** @throws MarioError for a ROM that cannot be played or a stage that cannot be begun. */
  constructor(options: GameOptions) {
    this.#options = options;
    this.#browser = new Browser({ container: options.container });
    // Its key handlers would swallow Enter and the arrow keys of the whole page.
    this.#browser.keyboard.keys = {};
    this.canvas = options.container.querySelector("canvas")!;
    const sampleRate = prepareSpeakers(this.#browser);
    const { _speakers: speakers } = this.#browser;
    this.#emulator = new Emulator(options.rom, {
      sampleRate,
      onAudioSample: (left, right) => {
        if (this.muted) speakers.writeSample(0, 0);
        else speakers.writeSample(left, right);
      },
    });
    if (options.stage !== undefined) startGame(this.#emulator, parseStage(options.stage));
    this.#startState = this.#emulator.saveState();
    this.#browser.nes = {
      frame: () => {
        if (this.#running && this.#pace.take(performance.now())) this.#frame();
      },
      getFPS: () => null,
      // A light gun would have to be recorded too.
      zapperMove: () => undefined,
      zapperFireDown: () => undefined,
      zapperFireUp: () => undefined,
    };
    const nextPicture = (): void => {
      this.#pace.picture();
      requestAnimationFrame(nextPicture);
    };
    nextPicture();
    if (options.stage === undefined) this.#showTitle();
    else this.#show();
  }

  get running(): boolean {
    return this.#running;
  }

  /** Since the start or the last reset. */
  get frames(): number {
    return this.#frames;
  }

  resume(): void {
    if (this.#running) return;
    this.#running = true;
    this.#pace.resume(performance.now());
    // A frame that stopped it, or one under way then, has set this back from "none yet" to a time
    // after the page's beginning: it would catch up on all that has passed since.
    this.#browser._frameTimer.lastFrameTime = false;
    this.#browser.start();
  }

  pause(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#browser.stop();
    this.#show();
  }

  /** One frame of a game that is paused. */
  step(): void {
    if (this.#running) return;
    this.#frame();
    this.#show();
  }

  /** Back to the start; goes on if it was running. */
  reset(): void {
    this.#emulator.restoreState(this.#startState);
    this.#frames = 0;
    this.#show();
  }

  /** As a recording's `end` has it. */
  end(): { readonly ram: string; readonly picture: string } {
    const { screen, ram } = this.#emulator;
    const bytes = new Uint8Array(screen.buffer, screen.byteOffset, screen.byteLength);
    return { ram: sha1Hex(ram), picture: sha1Hex(bytes) };
  }

  #frame(): void {
    const buttons = this.#options.buttons();
    if (buttons === undefined) {
      this.pause();
      this.#options.onEnd();
      return;
    }
    try {
      this.#emulator.stepFrame(buttons);
    } catch (error) {
      this.pause();
      this.#options.onEnd(error);
      return;
    }
    this.#frames++;
    this.#takePicture();
    this.#options.onFrame(buttons);
  }

  /** Something to look at before it begins; power on itself is black. */
  #showTitle(): void {
    for (let i = 1; i <= TITLE_FRAMES; i++) {
      this.#emulator.stepFrame(0, i < TITLE_FRAMES ? "dark" : "drawn");
    }
    this.#show();
    this.#emulator.restoreState(this.#startState);
  }

  #show(): void {
    this.#takePicture();
    this.#browser._screen.writeBuffer();
  }

  /** From 0x00RRGGBB, as our console has it, to the canvas's 0x00BBGGRR. */
  #takePicture(): void {
    const { screen } = this.#emulator;
    for (let i = 0; i < screen.length; i++) {
      const rgb = screen[i];
      this.#picture[i] = ((rgb & 0xff) << 16) | (rgb & 0xff00) | ((rgb >> 16) & 0xff);
    }
    this.#browser._screen.setBuffer(this.#picture);
  }
}
