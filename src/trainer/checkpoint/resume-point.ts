import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { z } from "zod";
import { trainSettingsSchema, type TrainSettings } from "../../config/schema.js";
import { MarioError } from "../../core/errors.js";
import { PRECISIONS, type Precision } from "../../nn/backend.js";
import { systemErrorCode } from "../../core/write-error.js";
import type { FrameStore } from "../../replay/frame-store.js";
import { WEIGHT_CHOICES, type PeriodicEvaluationState } from "../periodic-evaluation.js";
import type { LoopState } from "../train-loop.js";
import type { TrainSessionState } from "../train-session.js";
import type { ThreadsState } from "../workers/training-threads.js";
import { writeFileAtomically } from "./atomic-file.js";
import {
  type FrameChunk,
  frameChunkSchema,
  type FrameFilesOptions,
  isNeeded,
  readFrames,
  removeFrames,
  writeFrames,
} from "./resume-frames.js";

/**
 * Raised when a newer program would not go on from a point as an older one. 2: sticky actions per frame.
 * 3: new ground is counted in each area, and stages begin at the first tick of their clock.
 */
const VERSION = 3;
const POINT_FILE = "point.bin";
const CHECKSUM_BYTES = 32;
/** A memory of a million transitions has some 60 MB besides its frames. */
const MAX_POINT_BYTES = 2e9;

/** What a run needs to go on as if it had never stopped, but for the frames. */
export interface RunState {
  readonly settings: TrainSettings;
  readonly rom: { readonly name: string; readonly sha1: string };
  /** See `BestModel`. */
  readonly runId: string;
  /** The command that began the run. */
  readonly command?: string | undefined;
  /** What decides the last bits of the arithmetic. */
  readonly arithmetic: {
    /** The learner's. */
    readonly backend: string;
    readonly threads: number;
    readonly precision: Precision;
    /** Library, version, instruction set or device: of the learner, of the actors. */
    readonly learner: string;
    readonly actors: string;
  };
  /** Plain data of who calls, to find again. */
  readonly options?: unknown;
  readonly loop: LoopState;
  readonly session: TrainSessionState;
  readonly evaluation?: PeriodicEvaluationState | undefined;
  readonly threads: ThreadsState;
}

export interface ResumePoint extends RunState {
  readonly chunks: readonly FrameChunk[];
}

const pointSchema = z.object({
  version: z.literal(VERSION),
  settings: trainSettingsSchema,
  rom: z.object({ name: z.string(), sha1: z.string() }),
  runId: z.string().min(1).max(200),
  command: z.string().max(4000).optional(),
  arithmetic: z.object({
    backend: z.string(),
    // None on a GPU.
    threads: z.number().int().min(0),
    precision: z.enum(PRECISIONS),
    learner: z.string(),
    actors: z.string(),
  }),
  options: z.unknown().optional(),
  loop: z.object({
    step: z.number().int().min(0),
    index: z.number().int().min(0),
    incoming: z.array(z.unknown()),
  }),
  evaluation: z
    .object({
      owed: z
        .object({
          window: z.object({
            index: z.number().int().min(0),
            after: z.number().int().min(0),
            last: z.number().int().min(0),
          }),
          choices: z.array(z.enum(WEIGHT_CHOICES)),
          isConfirmation: z.boolean().optional(),
        })
        .optional(),
      best: z
        .object({
          // Checked when it is written.
          unsaved: z.unknown().optional(),
          merit: z.object({ completedPercent: z.number(), meanDistance: z.number() }).optional(),
        })
        .optional(),
    })
    .optional(),
  chunks: z.array(frameChunkSchema),
  // What the parts check for themselves when they are set to it.
  session: z.unknown(),
  threads: z.unknown(),
});

/** Where a run's resume point is, in the folder of its logs. */
export function resumeDirectory(runDirectory: string): string {
  return join(runDirectory, "resume");
}

/** Keeps the latest resume point of one run. */
export class ResumeWriter {
  readonly #directory: string;
  readonly #options: FrameFilesOptions;
  #chunks: readonly FrameChunk[];

  /** @param earlier of the point from which the run goes on */
  constructor(
    directory: string,
    earlier: readonly FrameChunk[] = [],
    options: FrameFilesOptions = {},
  ) {
    this.#directory = directory;
    this.#chunks = earlier;
    this.#options = options;
  }

  /**
   * Saves a point; the one before goes only after that.
   * @returns bytes written
   * @throws MarioError DISK_FULL, NOT_WRITABLE; the point before is then still whole
   */
  async save(state: RunState, stores: readonly FrameStore[]): Promise<number> {
    const { step } = state.loop;
    const fresh = await writeFrames(this.#directory, step, stores, this.#chunks, this.#options);
    const needed = this.#chunks.filter((chunk) => isNeeded(chunk, stores));
    const chunks = [...needed, ...fresh];
    const body = serialize({ version: VERSION, ...state, chunks });
    const checksum = createHash("sha256").update(body).digest();
    try {
      writeFileAtomically(join(this.#directory, POINT_FILE), [checksum, body]);
    } catch (error) {
      // Of no use without the point, and in the way of the next attempt where the disk is full.
      removeFrames(this.#directory, fresh);
      throw error;
    }
    this.#chunks = chunks;
    this.#removeOthers();
    const parts = fresh.flatMap(({ lanes }) => lanes);
    return body.length + parts.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The run is over: there is nothing to resume. */
  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #removeOthers(): void {
    const kept = new Set([POINT_FILE, ...this.#chunks.map(({ file }) => file)]);
    for (const name of readdirSync(this.#directory)) {
      if (!kept.has(name)) rmSync(join(this.#directory, name), { force: true });
    }
  }
}

/**
 * @param runDirectory folder of the run's logs
 * @throws MarioError STATE_INVALID when there is none, or it cannot be read, is damaged or of another
 * version
 */
export function readResumePoint(runDirectory: string): ResumePoint {
  const path = join(resumeDirectory(runDirectory), POINT_FILE);
  const file = readPointFile(path);
  if (file === undefined) {
    throw new MarioError("STATE_INVALID", `There is no resume point in ${runDirectory}.`, {
      remedy:
        "Name the folder of a run's logs (tensorboard/deepq/…). A run that reached its end has none (but with --keep-resume-point), nor has one that was killed before its first, in its first minutes.",
    });
  }
  const body = file.subarray(CHECKSUM_BYTES);
  const checksum = createHash("sha256").update(body).digest();
  if (!checksum.equals(file.subarray(0, CHECKSUM_BYTES)))
    throw damaged(path, "its checksum is wrong");
  const parsed = pointSchema.safeParse(decode(path, body));
  if (!parsed.success) throw damaged(path, "it is of another version of this program");
  return parsed.data as unknown as ResumePoint;
}

/** @returns undefined when there is no such file */
function readPointFile(path: string): Buffer | undefined {
  try {
    if (statSync(path).size > MAX_POINT_BYTES) throw damaged(path, "it is too large");
    return readFileSync(path);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === undefined) throw error;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new MarioError("STATE_INVALID", `${path} cannot be read (${code}).`, {
      value: path,
      remedy: "Check that it is a file, and that you have permission to read it.",
      cause: error,
    });
  }
}

function decode(path: string, body: Uint8Array): unknown {
  try {
    return deserialize(body);
  } catch {
    throw damaged(path, "its content is not a saved state");
  }
}

/** Puts the point's frames into the stores. @throws MarioError STATE_INVALID. */
export function restoreFrames(
  runDirectory: string,
  { chunks }: ResumePoint,
  stores: readonly FrameStore[],
): void {
  for (const chunk of chunks) readFrames(resumeDirectory(runDirectory), chunk, stores);
}

function damaged(path: string, reason: string): MarioError {
  return new MarioError("STATE_INVALID", `${path} cannot be resumed from: ${reason}.`, {
    remedy: "Start a new run; the best model so far is kept in models/.",
  });
}
