/** Machine-readable reasons for failure; the command line maps `isUserError` to exit code 2. */
export type ErrorCode =
  | "INVALID_OPTION"
  | "ROM_NOT_FOUND"
  | "ROM_INVALID"
  | "ROM_UNSUPPORTED"
  | "STATE_INVALID"
  | "SHAPE_MISMATCH"
  | "MODEL_NOT_FOUND"
  | "MODEL_INVALID"
  | "MODEL_MISMATCH"
  | "BACKEND_UNAVAILABLE"
  | "NOT_WRITABLE"
  | "DISK_FULL"
  | "GAME_NOT_STARTED"
  | "PLAY_INVALID"
  | "REPLAY_DIFFERS"
  | "NOT_FINITE"
  | "DIVERGED";

export interface MarioErrorOptions {
  /** What was given, for logs; never printed raw. */
  readonly value?: unknown;
  /** What the reader can do about it, one sentence. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

/** Every error that we throw on purpose: a code, one clear sentence, and the remedy. */
export class MarioError extends Error {
  override readonly name = "MarioError";
  readonly code: ErrorCode;
  readonly value: unknown;
  readonly remedy: string | undefined;

  constructor(code: ErrorCode, message: string, options: MarioErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.value = options.value;
    this.remedy = options.remedy;
  }
}
