import { endianness } from "node:os";
import { MarioError } from "../../core/errors.js";
import type { NamedTensors } from "../../agent/agent.js";

/**
 * The safetensors format: `uint64 n` (little-endian) · JSON header of n bytes · tensor bytes.
 * Source: github.com/huggingface/safetensors, README "Format". It runs no code and other tools read
 * it. We use float32 tensors and the header's string-to-string `__metadata__`.
 */
export interface SafetensorsContents {
  readonly tensors: NamedTensors;
  readonly metadata: ReadonlyMap<string, string>;
}

const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
const FLOAT_BYTES = 4;
/** Far beyond any network of ours (a header has some 2 KiB), far below what would hurt. */
export const MAX_HEADER_BYTES = 1024 * 1024;
const MAX_TENSORS = 4096;
const MAX_RANK = 8;
const METADATA_KEY = "__metadata__";
const LITTLE_ENDIAN = endianness() === "LE";

/**
 * @returns the file's bytes; tensors in the order of the map, each aligned to 8 bytes as long as
 * the element counts before it are even
 * @throws MarioError SHAPE_MISMATCH when a tensor's data is not as long as its shape says
 */
export function encodeSafetensors({ tensors, metadata }: SafetensorsContents): Uint8Array {
  const entries: [string, unknown][] = [];
  if (metadata.size > 0) entries.push([METADATA_KEY, Object.fromEntries(metadata)]);
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    if (name === METADATA_KEY || elementCount(shape) !== data.length) {
      throw new MarioError(
        "SHAPE_MISMATCH",
        `Tensor ${name} has ${data.length} values, but its shape is [${shape.join(", ")}].`,
      );
    }
    const begin = end;
    end += data.length * FLOAT_BYTES;
    entries.push([name, { dtype: "F32", shape, data_offsets: [begin, end] }]);
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)), "utf8");
  const headerBytes = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const file = Buffer.alloc(LENGTH_BYTES + headerBytes + end);
  file.writeBigUInt64LE(BigInt(headerBytes), 0);
  file.fill(" ", LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  json.copy(file, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerBytes;
  for (const { data } of tensors.values()) {
    file.set(littleEndianBytes(data), at);
    at += data.length * FLOAT_BYTES;
  }
  return file;
}

/**
 * Reads a file that may be cut, altered or made to harm: nothing is allocated on its word alone.
 * Tensors are copied out of `file`.
 *
 * @throws MarioError MODEL_INVALID with the reason in one sentence
 */
export function decodeSafetensors(file: Uint8Array): SafetensorsContents {
  const header = safetensorsHeader(file);
  const body = file.subarray(header.bodyOffset);
  const tensors = new Map<string, { shape: number[]; data: Float32Array }>();
  let end = 0;
  for (const { name, shape, begin, end: tensorEnd } of header.tensors) {
    if (begin !== end) refuse("its tensors overlap or leave a gap");
    if (tensorEnd > body.length) refuse("it is shorter than its header says");
    tensors.set(name, { shape, data: floats(body.subarray(begin, tensorEnd)) });
    end = tensorEnd;
  }
  if (end !== body.length) refuse("it is longer than its header says");
  return { tensors, metadata: header.metadata };
}

interface HeaderTensor {
  readonly name: string;
  readonly shape: number[];
  /** Bytes from `bodyOffset`. */
  readonly begin: number;
  readonly end: number;
}

interface SafetensorsHeader {
  readonly metadata: ReadonlyMap<string, string>;
  /** By place in the file. */
  readonly tensors: readonly HeaderTensor[];
  /** Bytes from the start of the file. */
  readonly bodyOffset: number;
  /** Bytes of the whole file. */
  readonly fileBytes: number;
}

/**
 * Reads the header alone; `file` may be a file's first bytes, as long as the header is whole.
 * @throws MarioError MODEL_INVALID
 */
export function safetensorsHeader(file: Uint8Array): SafetensorsHeader {
  const headerBytes = headerLength(file);
  const bodyOffset = LENGTH_BYTES + headerBytes;
  if (bodyOffset > file.length) refuse("it is shorter than its header's length");
  const json = parseJson(file.subarray(LENGTH_BYTES, bodyOffset));
  const metadata = new Map<string, string>();
  const tensors: HeaderTensor[] = [];
  for (const [name, value] of Object.entries(json)) {
    if (name !== METADATA_KEY) tensors.push(headerTensor(name, value));
    else {
      for (const [key, text] of Object.entries(asObject(value))) {
        if (typeof text !== "string") refuse("its metadata holds something that is not text");
        metadata.set(key, text);
      }
    }
  }
  if (tensors.length > MAX_TENSORS) refuse(`it has more than ${MAX_TENSORS} tensors`);
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  const fileBytes = bodyOffset + Math.max(0, ...tensors.map(({ end }) => end));
  return { metadata, tensors, bodyOffset, fileBytes };
}

/** Bytes of the JSON header that a file announces; checked against our limit only. */
function headerLength(file: Uint8Array): number {
  if (file.length < LENGTH_BYTES) refuse("it is too short to hold a header");
  const view = new DataView(file.buffer, file.byteOffset, LENGTH_BYTES);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) refuse("its header is too long to be a model's");
  return Number(length);
}

function parseJson(bytes: Uint8Array): Record<string, unknown> {
  // The format demands this first byte; it spares a JSON parser most files that are something else.
  if (bytes[0] !== 0x7b) refuse("its header is not JSON");
  try {
    return asObject(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch (error) {
    if (error instanceof MarioError) throw error;
    return refuse("its header is not JSON");
  }
}

function asObject(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refuse("its header is not built as the format demands");
  }
  return value as Record<string, unknown>;
}

function headerTensor(name: string, value: unknown): HeaderTensor {
  const { dtype, shape, data_offsets: offsets } = asObject(value);
  if (dtype !== "F32") refuse("it holds a tensor that is not float32");
  if (!isSizes(shape) || shape.length > MAX_RANK) return refuse("it holds an impossible shape");
  if (!isSizes(offsets) || offsets.length !== 2) return refuse("it holds impossible offsets");
  const [begin, end] = offsets;
  if (end < begin || elementCount(shape) * FLOAT_BYTES !== end - begin) {
    return refuse("a tensor's bytes do not fit its shape");
  }
  return { name, shape, begin, end };
}

function isSizes(value: unknown): value is number[] {
  return (
    Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && Number(size) >= 0)
  );
}

/** May exceed the safe integers, and then equals no length. */
function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function littleEndianBytes(data: Float32Array): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return LITTLE_ENDIAN ? bytes : Buffer.from(bytes).swap32();
}

/** Copies, because a view of float32 must lie on a multiple of four bytes. */
function floats(bytes: Uint8Array): Float32Array {
  const copy = new Uint8Array(bytes);
  if (!LITTLE_ENDIAN) Buffer.from(copy.buffer).swap32();
  return new Float32Array(copy.buffer);
}

function refuse(reason: string): never {
  throw new MarioError("MODEL_INVALID", `This is not a usable model file: ${reason}.`, {
    remedy: "Use an undamaged copy of the file, or train again: mario train.",
  });
}
