import { randomUUID } from "node:crypto";
import { existsSync, renameSync } from "node:fs";
import { basename, dirname, extname, join, sep } from "node:path";
import { z } from "zod";
import { MarioError } from "../../core/errors.js";
import { explainWriteErrors } from "../../core/write-error.js";
import { FRAME_RATE } from "../../nes/hardware.js";
import { writeFileAtomically } from "../../trainer/checkpoint/atomic-file.js";
import {
  encodePlay,
  endSchema,
  readPlay,
  runSchema,
  type Play,
  type PlayEnd,
  type Run,
} from "./play-file.js";
import { requireWritable } from "../writable.js";

/** What a page sends: the inputs from frame `from` on, and where the play is after them. */
const messageSchema = z.object({
  /** The program that served the page. */
  program: z.string().max(64),
  /** Chosen by the page; stays the same when it connects anew. */
  page: z.string().min(1).max(64),
  /** Counts the page's new beginnings. */
  take: z.int().min(0),
  from: z.int().min(0),
  runs: z.array(runSchema).min(1),
  end: endSchema,
});

interface Take {
  readonly name: string;
  readonly inputs: [number, number][];
  frames: number;
  end: PlayEnd;
}

/**
 * A play that is being recorded, as the page tells it. The file is whole at any time; a take that is
 * begun anew goes into the same file, and the one before it is kept under another name.
 */
export class PlayRecording {
  /** Of this process, to be told to its pages: one of an earlier program plays something else. */
  readonly program = randomUUID();
  readonly #path: string;
  readonly #start: { readonly rom: string; readonly stage?: string };
  #take: Take | undefined;
  /** Takes that others have followed before they were saved. */
  #ended: Take[] = [];
  /** The page that is recorded, and its connection while there is one. */
  #page: string | undefined;
  #connection: unknown;
  #savedTake: string | undefined;
  /** In the file, whoever wrote it. */
  #savedFrames = 0;

  /**
   * @param path overwritten if it holds a recording, which then replaces `<name>.previous.json`.
   * @param start the ROM's SHA-1 and the stage, if not power on.
   * @throws MarioError PLAY_INVALID when another kind of file is there; NOT_WRITABLE, DISK_FULL.
   */
  constructor(path: string, start: { readonly rom: string; readonly stage?: string }) {
    this.#path = path;
    this.#start = start;
    if (path.endsWith("/") || path.endsWith(sep)) {
      throw new MarioError("NOT_WRITABLE", `Cannot write ${path}: it names a folder.`, {
        value: path,
        remedy: "Name a file in it.",
      });
    }
    requireWritable(dirname(path));
    if (existsSync(path)) this.#savedFrames = readRecording(path).frames;
    if (existsSync(this.#previousPath)) readRecording(this.#previousPath);
  }

  /**
   * Takes a message from a page; one that is no message of ours is dropped.
   * @param connection whatever stands for the connection that it came by.
   * @returns why this page is not recorded, to be told to it.
   */
  receive(connection: unknown, text: string): string | undefined {
    const message = parseMessage(text);
    if (message === undefined) return "The program does not understand this page: reload it.";
    const { program, page, take, from, runs, end } = message;
    if (program !== this.program) return "mario was started anew: reload this page to record it.";
    if (this.#connection !== undefined && this.#page !== page) {
      return "Another page is being recorded: close it and reload this one.";
    }
    this.#connection = connection;
    this.#page = page;
    const name = `${page} ${take}`;
    if (from === 0) {
      this.#keepEnded(name);
      this.#take = { name, inputs: [], frames: 0, end };
    } else if (this.#take?.name !== name || this.#take.frames !== from) {
      return "Some of what was played did not arrive: it is recorded up to there.";
    }
    append(this.#take, runs);
    this.#take.end = end;
    return undefined;
  }

  /** The page's connection has ended; the same page may come back, or another. */
  leave(connection: unknown): void {
    if (this.#connection === connection) this.#connection = undefined;
  }

  /** Writes what there is, if anything is new. @throws MarioError NOT_WRITABLE, DISK_FULL. */
  save(): void {
    const saved = this.#ended.find(({ name }) => name === this.#savedTake);
    if (saved) this.#saveTake(saved);
    // The file before keeps a name only until the next but one: that of them is to be the longest.
    const longest = this.#ended.reduce<Take | undefined>(
      (best, take) => (take.frames > (best?.frames ?? this.#savedFrames) ? take : best),
      undefined,
    );
    if (longest) this.#saveTake(longest);
    this.#ended = [];
    if (this.#take !== undefined) this.#saveTake(this.#take);
  }

  /** The take so far is over if another begins: what of it is not in the file yet is to get there. */
  #keepEnded(next: string): void {
    const take = this.#take;
    // The same take comes again, from its beginning, when the page connects anew.
    if (take !== undefined && take.name !== next) this.#ended.push(take);
  }

  #saveTake(take: Take): void {
    if (take.name === this.#savedTake && take.frames === this.#savedFrames) return;
    if (take.name !== this.#savedTake && existsSync(this.#path)) {
      explainWriteErrors(this.#path, () => {
        renameSync(this.#path, this.#previousPath);
      });
    }
    const { inputs, frames, end } = take;
    writeFileAtomically(this.#path, encodePlay({ ...this.#start, frames, inputs, end }));
    this.#savedTake = take.name;
    this.#savedFrames = frames;
  }

  /** One line on what was saved. */
  summary(): string {
    if (this.#savedTake === undefined) return "nothing was played: nothing was recorded";
    const seconds = (this.#savedFrames / FRAME_RATE).toFixed(1);
    return `recorded ${this.#savedFrames} frames (${seconds} s): ${this.#path}`;
  }

  get #previousPath(): string {
    const extension = extname(this.#path);
    const name = basename(this.#path, extension);
    return join(dirname(this.#path), `${name}.previous${extension}`);
  }
}

/** Guards against the slip of naming a file that one wants to keep. */
function readRecording(path: string): Play {
  try {
    return readPlay(path);
  } catch (cause) {
    throw new MarioError("PLAY_INVALID", `${path} is there already and is no recording.`, {
      cause,
      remedy: "Choose another name.",
    });
  }
}

function parseMessage(text: string): z.infer<typeof messageSchema> | undefined {
  try {
    return messageSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function append(take: Take, runs: readonly Run[]): void {
  for (const [count, buttons] of runs) {
    const last = take.inputs.at(-1);
    if (last?.[1] === buttons) last[0] += count;
    else take.inputs.push([count, buttons]);
    take.frames += count;
  }
}
