import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { deflate, inflateSync } from "node:zlib";
import { z } from "zod";
import { MarioError } from "../../core/errors.js";
import { systemErrorCode } from "../../core/write-error.js";
import type { FrameStore } from "../../replay/frame-store.js";
import { writeFileAtomically } from "./atomic-file.js";

const count = z.number().int().min(0);

/**
 * A file of frames that were added between two resume points: of each environment those from id
 * `from` to before `to`, deflated, one environment after the other.
 */
export const frameChunkSchema = z.object({
  file: z.string().regex(/^frames-\d+\.bin$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  lanes: z.array(z.object({ from: count, to: count, bytes: count })).max(1024),
});

export type FrameChunk = z.infer<typeof frameChunkSchema>;

const compress = promisify(deflate);
const REMEDY = "Start a new run; the best model so far is kept in models/.";

/**
 * Writes the frames that came since the earlier chunks, as far as the stores still have them.
 * Pictures of a console deflate to about a ninth.
 * @throws MarioError DISK_FULL, NOT_WRITABLE
 */
export async function writeFrames(
  directory: string,
  step: number,
  stores: readonly FrameStore[],
  earlier: readonly FrameChunk[],
): Promise<FrameChunk> {
  const parts = await Promise.all(
    stores.map(async (store, lane) => {
      const written = earlier.at(-1)?.lanes[lane].to ?? 0;
      const from = Math.max(written, store.count - store.capacity, 0);
      const to = store.count;
      return { from, to, bytes: await compress(framesOf(store, from, to), { level: 1 }) };
    }),
  );
  const file = `frames-${step}.bin`;
  const hash = createHash("sha256");
  for (const { bytes } of parts) hash.update(bytes);
  writeFileAtomically(
    join(directory, file),
    parts.map(({ bytes }) => bytes),
  );
  return {
    file,
    sha256: hash.digest("hex"),
    lanes: parts.map(({ from, to, bytes }) => ({ from, to, bytes: bytes.length })),
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

function framesOf(store: FrameStore, from: number, to: number): Uint8Array {
  const bytes = new Uint8Array((to - from) * store.frameBytes);
  for (let id = from; id < to; id++) bytes.set(store.view(id), (id - from) * store.frameBytes);
  return bytes;
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
