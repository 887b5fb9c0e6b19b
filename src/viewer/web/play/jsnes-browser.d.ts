/** What jsnes brings for browsers, beside its console (src/nes/jsnes.d.ts): the parts that we use. */
declare module "jsnes" {
  interface BrowserScreen {
    /** Takes a picture over: `[240, 256] uint32`, 0x00BBGGRR. */
    setBuffer(buffer: Uint32Array): void;
    /** Draws it. */
    writeBuffer(): void;
  }

  interface BrowserSpeakers {
    start(): Promise<void>;
    stop(): void;
    flush(): void;
    /** −1 to 1. Dropped while the speakers are off. */
    writeSample(left: number, right: number): void;
  }

  /** A canvas, a sound worklet and a clock around a console. */
  export class Browser {
    constructor(options: {
      readonly container: HTMLElement;
      readonly onError?: (error: unknown) => void;
    });
    /** The console; its `frame` is called 60.098 times a second between `start` and `stop`. */
    nes: {
      frame(): void;
      getFPS(): number | null;
      zapperMove(x: number, y: number): void;
      zapperFireDown(): void;
      zapperFireUp(): void;
    };
    readonly keyboard: { keys: Readonly<Record<number, unknown>> };
    readonly _screen: BrowserScreen;
    readonly _speakers: BrowserSpeakers;
    /** Up to when it has shown frames, ms; false: none yet. */
    readonly _frameTimer: { lastFrameTime: number | false };
    start(): void;
    stop(): void;
  }
}
