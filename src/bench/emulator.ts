import { measureRounds, perSecond, ROUNDS, type OnProgress, type Spread } from "./rounds.js";
import { Emulator } from "../nes/emulator.js";
import { Button } from "../nes/hardware.js";

export interface BenchEmulatorOptions {
  /** Bytes of an iNES file. */
  readonly rom: Uint8Array;
  /** A moment of play, to which each round returns. */
  readonly startState: Uint8Array;
  /** About how long to measure, s. */
  readonly seconds: number;
  /** One decision of an environment of the same ROM, observation included. */
  readonly step: () => void;
  readonly onProgress?: OnProgress;
}

/** Medians over the rounds. */
export interface BenchEmulatorResult {
  /** Frames a second of plain jsnes, every picture drawn. */
  readonly stockFps: number;
  /** Frames a second of the turbo as an environment uses it. */
  readonly turboFps: number;
  readonly ratio: number;
  /** Decisions a second. */
  readonly stepsPerSecond: number;
  readonly rounds: number;
  /** Over the rounds, of the three rates. */
  readonly spread: Readonly<Record<"stockFps" | "turboFps" | "stepsPerSecond", Spread>>;
}

/** Work between two looks at the clock. */
const BATCH_FRAMES = 8;
/** Each round plays at most this far from the start, so that all see the same scenes. */
const STRETCH_FRAMES = 400;

/**
 * Measures in rounds that alternate, so that what else the machine does meets all alike. The player
 * runs and jumps.
 */
export function benchEmulator(options: BenchEmulatorOptions): BenchEmulatorResult {
  const { rom, startState, step } = options;
  const [stockFps, turboFps, stepsPerSecond] = measureRounds(
    [
      frames(new Emulator(rom, { turbo: false }), startState, false),
      frames(new Emulator(rom), startState, true),
      () => (step(), 1),
    ],
    options.seconds,
    options.onProgress,
  ).map(perSecond);
  return {
    stockFps: stockFps.median,
    turboFps: turboFps.median,
    ratio: turboFps.median / stockFps.median,
    stepsPerSecond: stepsPerSecond.median,
    rounds: ROUNDS,
    spread: { stockFps, turboFps, stepsPerSecond },
  };
}

/**
 * @param darkly draws every fourth frame only, as an environment does.
 * @returns a function that plays a few frames and says how many.
 */
function frames(emulator: Emulator, startState: Uint8Array, darkly: boolean): () => number {
  let played = STRETCH_FRAMES;
  return () => {
    if (played >= STRETCH_FRAMES) {
      emulator.restoreState(startState);
      played = 0;
    }
    for (let i = 0; i < BATCH_FRAMES; i++, played++) {
      const look = darkly && played % 4 !== 3 ? "dark" : "drawn";
      const jump = played % 48 < 24 ? Button.a : 0;
      emulator.stepFrame(Button.right | Button.b | jump, look);
    }
    return BATCH_FRAMES;
  };
}
