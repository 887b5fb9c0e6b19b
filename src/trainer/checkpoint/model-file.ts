import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { MarioError } from "../../core/errors.js";
import type { NamedTensors } from "../../agent/agent.js";
import { systemErrorCode } from "../../core/write-error.js";
import { weightShapes } from "../../nn/architecture.js";
import { requireSameTensors } from "../../nn/named-tensors.js";
import { writeFileAtomically, type AtomicWriteOptions } from "./atomic-file.js";
import { type ModelMetadata, parseModelMetadata } from "./model-metadata.js";
import {
  decodeSafetensors,
  encodeSafetensors,
  MAX_HEADER_BYTES,
  safetensorsHeader,
} from "./safetensors.js";

/**
 * A safetensors file whose `__metadata__` has two entries: `mario`, the metadata as JSON text, and
 * `sha256`, the checksum of the whole file with these 64 digits set to `0`. So an altered byte
 * anywhere is found, and any tool can check it.
 */
export interface Model {
  /** By name, such as `conv1/kernel`. */
  readonly weights: NamedTensors;
  readonly metadata: ModelMetadata;
}

const METADATA_ENTRY = "mario";
const CHECKSUM_ENTRY = "sha256";
const UNSIGNED = "0".repeat(64);
/** The dueling network has some 16 MiB. */
const MAX_MODEL_BYTES = 512 * 1024 * 1024;
const REMEDY = "Use an undamaged copy of the file, or train again: mario train.";

/**
 * @returns the model file's bytes
 * @throws MarioError MODEL_MISMATCH when the weights are not those of the architecture, NOT_FINITE
 * when one is NaN or infinite, MODEL_INVALID when the metadata breaks its own rules
 */
export function encodeModel({ weights, metadata }: Model): Uint8Array {
  requireSameTensors(weightShapes(metadata.architecture), weights);
  for (const [name, { data }] of weights) {
    if (!data.every(Number.isFinite)) {
      throw new MarioError("NOT_FINITE", `The weights ${name} contain NaN or infinity.`, {
        remedy: "Learning diverged; lower the learning rate.",
      });
    }
  }
  const json = JSON.stringify(metadata);
  parseModelMetadata(json);
  const file = encodeSafetensors({
    tensors: weights,
    metadata: new Map([
      [METADATA_ENTRY, json],
      [CHECKSUM_ENTRY, UNSIGNED],
    ]),
  });
  const at = checksumOffset(file, UNSIGNED);
  new TextEncoder().encodeInto(checksum(file, at), file.subarray(at));
  return file;
}

/**
 * @param file untrusted bytes
 * @throws MarioError MODEL_INVALID when anything is wrong with the file, MODEL_MISMATCH when its
 * weights are not those of the architecture that it names
 */
export function decodeModel(file: Uint8Array): Model {
  const { tensors, metadata: entries } = decodeSafetensors(file);
  const sum = entries.get(CHECKSUM_ENTRY) ?? "";
  if (!/^[0-9a-f]{64}$/.test(sum)) refuse("The model file has no checksum.");
  if (checksum(file, checksumOffset(file, sum)) !== sum) {
    refuse("The model file was altered: its checksum is wrong.");
  }
  const metadata = parseModelMetadata(entries.get(METADATA_ENTRY) ?? "");
  requireSameTensors(weightShapes(metadata.architecture), tensors);
  return { weights: tensors, metadata };
}

/**
 * Writes a model file atomically: see {@link writeFileAtomically}.
 * @returns false if `overwrite` is false and the name was taken
 * @throws MarioError DISK_FULL, NOT_WRITABLE, and as {@link encodeModel}
 */
export function saveModel(path: string, model: Model, options?: AtomicWriteOptions): boolean {
  return writeFileAtomically(path, encodeModel(model), options);
}

/** @throws MarioError MODEL_NOT_FOUND, MODEL_INVALID, MODEL_MISMATCH */
export function loadModel(path: string): Model {
  const { bytes } = readStart(path, MAX_MODEL_BYTES);
  return named(path, () => decodeModel(bytes));
}

/**
 * The metadata alone, from the start of the file: for lists of models. The file's length is checked,
 * its checksum is not.
 * @throws MarioError MODEL_NOT_FOUND, MODEL_INVALID
 */
export function readModelMetadata(path: string): ModelMetadata {
  const { bytes, size } = readStart(path, MAX_HEADER_BYTES + 8, "cut");
  return named(path, () => {
    const { fileBytes, metadata } = safetensorsHeader(bytes);
    if (size !== fileBytes) {
      refuse(`The model file has ${size} bytes, but its header says ${fileBytes}.`);
    }
    return parseModelMetadata(metadata.get(METADATA_ENTRY) ?? "");
  });
}

function checksum(file: Uint8Array, at: number): string {
  return createHash("sha256")
    .update(file.subarray(0, at))
    .update(UNSIGNED)
    .update(file.subarray(at + UNSIGNED.length))
    .digest("hex");
}

/** Where the checksum's digits are. Quotes within JSON strings are escaped, so this finds no other. */
function checksumOffset(file: Uint8Array, sum: string): number {
  const { bodyOffset } = safetensorsHeader(file);
  const header = Buffer.from(file.buffer, file.byteOffset, bodyOffset);
  const key = `"${CHECKSUM_ENTRY}":"`;
  const at = header.indexOf(`${key}${sum}"`);
  if (at < 0) refuse("The model file has no checksum where one is due.");
  return at + key.length;
}

/** The file's first `limit` bytes and its size in bytes; a longer file is cut or refused. */
function readStart(
  path: string,
  limit: number,
  beyond: "cut" | "refuse" = "refuse",
): { bytes: Buffer; size: number } {
  let descriptor: number | undefined;
  try {
    // Asked before opening: opening a named pipe would wait for ever.
    if (!statSync(path).isFile()) refuse(`${path} is not a file.`);
    descriptor = openSync(path, "r");
    const { size } = fstatSync(descriptor);
    if (size > limit && beyond === "refuse") refuse(`${path} is too large to be a model.`);
    const bytes = Buffer.allocUnsafe(Math.min(size, limit));
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(descriptor, bytes, length, bytes.length - length, null);
      if (read === 0) break;
      length += read;
    }
    return { bytes: bytes.subarray(0, length), size };
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (cause instanceof MarioError || code === undefined) throw cause;
    throw new MarioError("MODEL_NOT_FOUND", `Cannot read the model file ${path} (${code}).`, {
      value: path,
      remedy: "Check the path given with --file, or train a model first: mario train.",
      cause,
    });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Puts the file's name in front of what is wrong with it. */
function named<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof MarioError)) throw cause;
    throw new MarioError(cause.code, `${path}: ${cause.message}`, {
      value: cause.value,
      ...(cause.remedy !== undefined && { remedy: cause.remedy }),
      cause,
    });
  }
}

function refuse(message: string): never {
  throw new MarioError("MODEL_INVALID", message, { remedy: REMEDY });
}
