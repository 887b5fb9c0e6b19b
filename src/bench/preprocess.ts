import { measureRounds, ROUNDS, type OnProgress, type Spread } from "./rounds.js";
import { FrameStack } from "../env/frame-stack.js";
import { FRAME_SIDE, Preprocessor } from "../env/preprocess.js";

export interface BenchPreprocessOptions {
  /** Pictures of play, `[240, 256] uint32` 0x00RRGGBB each; at least two. */
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
  /** The brighter of two pictures to a frame, as with max-pooling. */
  readonly msPerFrameOfTwo: Spread;
  /** A frame onto the stack of four. */
  readonly msPerPush: Spread;
}

/** Times what lies between the emulator's picture and an observation, on different pictures in turn. */
export function benchPreprocess(options: BenchPreprocessOptions): BenchPreprocessResult {
  const { screens, seconds } = options;
  const preprocessor = new Preprocessor();
  const stack = new FrameStack(FRAME_SIDE * FRAME_SIDE);
  const each = (work: (screen: Uint32Array, previous: Uint32Array) => void) => () => {
    screens.forEach((screen, i) => {
      work(screen, screens[i === 0 ? screens.length - 1 : i - 1]);
    });
    return screens.length;
  };
  const [msPerFrame, msPerFrameOfTwo, msPerPush] = measureRounds(
    [
      each((screen) => {
        preprocessor.frame(screen, stack.frame);
      }),
      each((screen, previous) => {
        preprocessor.frameOfTwo(screen, previous, stack.frame);
      }),
      each(() => {
        stack.push();
      }),
    ],
    seconds,
    options.onProgress,
  );
  return { rounds: ROUNDS, screens: screens.length, msPerFrame, msPerFrameOfTwo, msPerPush };
}
