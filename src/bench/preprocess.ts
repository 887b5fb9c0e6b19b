import { measureRounds, ROUNDS, type OnProgress, type Spread } from "./rounds.js";
import { FrameStack } from "../env/frame-stack.js";
import { FRAME_SIDE, Preprocessor } from "../env/preprocess.js";

export interface BenchPreprocessOptions {
  /** Pictures of play, `[240, 256] uint32` 0x00RRGGBB each; at least one. */
  readonly screens: readonly Uint32Array[];
  /** About how long to measure, s. */
  readonly seconds: number;
  readonly onProgress?: OnProgress;
}

/** Spreads are over rounds. */
export interface BenchPreprocessResult {
  readonly rounds: number;
  readonly screens: number;
  /** A picture to an 84 × 84 frame. */
  readonly msPerFrame: Spread;
  /** A frame onto the stack of four. */
  readonly msPerPush: Spread;
}

/** Times what lies between the emulator's picture and an observation, on different pictures in turn. */
export function benchPreprocess(options: BenchPreprocessOptions): BenchPreprocessResult {
  const { screens, seconds } = options;
  const preprocessor = new Preprocessor();
  const stack = new FrameStack(FRAME_SIDE * FRAME_SIDE);
  const each = (work: (screen: Uint32Array) => void) => () => {
    for (const screen of screens) work(screen);
    return screens.length;
  };
  const [msPerFrame, msPerPush] = measureRounds(
    [
      each((screen) => {
        preprocessor.frame(screen, stack.frame);
      }),
      each(() => {
        stack.push();
      }),
    ],
    seconds,
    options.onProgress,
  );
  return { rounds: ROUNDS, screens: screens.length, msPerFrame, msPerPush };
}
