import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createDeflate, inflateSync } from "node:zlib";
import { z } from "zod";
import { MarioError } from "../../core/errors.js";
import { systemErrorCode } from "../../core/write-error.js";
import type { FrameStore } from "../../replay/frame-store.js";
import { writeFileAtomically } from "./atomic-file.js";

const count = z.number().int().min(0);

/**
 * A file of frames that were added between two resume points, all or some: of each environment those from id
 * `from` to before `to`, deflated, one environment after the other.
 */
export const frameChunkSchema = z.object({
  file: z.string().regex(/^frames-\d+(-\d+)?\.bin$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  lanes: z.array(z.object({ from: count, to: count, bytes: count })).max(1024),
});

export type FrameChunk = z.infer<typeof frameChunkSchema>;

/** Frames copied at a time, and bytes that come out at a time: saving takes little memory. */
const BLOCK_FRAMES = 64;
const DEFLATED_BYTES = 1 << 18;
/** Node reads files of up to 2 GiB, and inflates to no more than its largest buffer, 4 GiB. */
const FRAMES_IN_FILE = 65_536;

const REMEDY = "Start a new run; the best model so far is kept in models/.";

export interface FrameFilesOptions {
  /** Of all environments; default 65,536, which is 460 MB before deflation. */
  readonly framesInFile?: number;
}

/**
 * Writes the frames that came since the earlier chunks, as far as the stores still have them.
 * Pictures of a console deflate to about a ninth. No frame may be added meanwhile.
 * @returns none, with nothing written, where no frame came
 * @throws MarioError DISK_FULL, NOT_WRITABLE, with nothing left behind
 */
export async function writeFrames(
  directory: string,
  step: number,
  stores: readonly FrameStore[],
  earlier: readonly FrameChunk[],
  { framesInFile = FRAMES_IN_FILE }: FrameFilesOptions = {},
): Promise<FrameChunk[]> {
  const last = earlier.at(-1);
  const ranges = stores.map((store, lane) => {
    const written = last?.lanes[lane].to ?? 0;
    return { from: Math.max(written, store.count - store.capacity, 0), to: store.count };
  });
  const most = Math.max(0, ...ranges.map(({ from, to }) => to - from));
  const size = Math.max(1, Math.floor(framesInFile / stores.length));
  const chunks: FrameChunk[] = [];
  try {
    for (let done = 0; done < most; done += size) {
      const parts = ranges.map(({ from, to }) => ({
        from: Math.min(from + done, to),
        to: Math.min(from + done + size, to),
      }));
      const file = `frames-${step}${done === 0 ? "" : `-${done / size + 1}`}.bin`;
      chunks.push(await writeChunk(directory, file, stores, parts));
    }
  } catch (error) {
    removeFrames(directory, chunks);
    throw error;
  }
  return chunks;
}

export function removeFrames(directory: string, chunks: readonly FrameChunk[]): void {
  for (const { file } of chunks) rmSync(join(directory, file), { force: true });
}

async function writeChunk(
  directory: string,
  file: string,
  stores: readonly FrameStore[],
  ranges: readonly { readonly from: number; readonly to: number }[],
): Promise<FrameChunk> {
  const parts = await Promise.all(
    ranges.map(async ({ from, to }, lane) => ({
      from,
      to,
      deflated: await deflate(stores[lane], from, to),
    })),
  );
  const hash = createHash("sha256");
  const contents = parts.flatMap(({ deflated }) => deflated);
  for (const bytes of contents) hash.update(bytes);
  writeFileAtomically(join(directory, file), contents);
  return {
    file,
    sha256: hash.digest("hex"),
    lanes: parts.map(({ from, to, deflated }) => ({
      from,
      to,
      bytes: deflated.reduce((sum, { length }) => sum + length, 0),
    })),
  };
}

/** Whether a store of that state could still show a frame of the chunk. */
export function isNeeded(chunk: FrameChunk, stores: readonly FrameStore[]): boolean {
  return chunk.lanes.some(({ to }, lane) => to > stores[lane].count - stores[lane].capacity);
}

/** Puts a chunk's frames back in their places. @throws MarioError STATE_INVALID. */
export function readFrames(
  directory: string,
  chunk: FrameChunk,
  stores: readonly FrameStore[],
): void {
  const path = join(directory, chunk.file);
  const bytes = read(path);
  if (createHash("sha256").update(bytes).digest("hex") !== chunk.sha256) {
    throw invalid(`${path} was altered: its checksum is wrong.`);
  }
  let at = 0;
  for (const [lane, { from, to, bytes: length }] of chunk.lanes.entries()) {
    const store = stores[lane];
    const size = (to - from) * store.frameBytes;
    const frames = inflateSync(bytes.subarray(at, at + length), { maxOutputLength: size + 1 });
    if (frames.length !== size) throw invalid(`${path} holds another number of frames.`);
    for (let id = from; id < to; id++) {
      const start = (id - from) * store.frameBytes;
      store.view(id).set(frames.subarray(start, start + store.frameBytes));
    }
    at += length;
  }
}

/** @returns one zlib stream, in parts */
async function deflate(store: FrameStore, from: number, to: number): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  await pipeline(
    Readable.from(blocksOf(store, from, to)),
    createDeflate({ level: 1, chunkSize: DEFLATED_BYTES }),
    async (deflated: AsyncIterable<Uint8Array>) => {
      for await (const part of deflated) parts.push(part);
    },
  );
  return parts;
}

function* blocksOf(store: FrameStore, from: number, to: number): Generator<Uint8Array> {
  for (let start = from; start < to; start += BLOCK_FRAMES) {
    const end = Math.min(start + BLOCK_FRAMES, to);
    const block = new Uint8Array((end - start) * store.frameBytes);
    for (let id = start; id < end; id++) block.set(store.view(id), (id - start) * store.frameBytes);
    yield block;
  }
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw invalid(`${path} cannot be read (${systemErrorCode(error) ?? "unknown error"}).`);
  }
}

function invalid(message: string): MarioError {
  return new MarioError("STATE_INVALID", message, { remedy: REMEDY });
}
