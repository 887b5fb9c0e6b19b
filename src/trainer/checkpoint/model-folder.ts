import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { MarioError } from "../../core/errors.js";
import { asWriteError, systemErrorCode } from "../../core/write-error.js";
import { readModelMetadata } from "./model-file.js";

/** Names in a folder; one that does not exist has none. */
export function fileNamesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return [];
  }
}

/** Paths of a run's own models with a name of that pattern; damaged files are nobody's. */
export function ownModelFiles(directory: string, name: RegExp, runId: string): string[] {
  return fileNamesIn(directory)
    .filter((candidate) => name.test(candidate))
    .map((candidate) => join(directory, candidate))
    .filter((path) => isOf(path, runId));
}

function isOf(path: string, runId: string): boolean {
  try {
    return readModelMetadata(path).runId === runId;
  } catch (error) {
    // Damaged, gone meanwhile, or not a model at all: not ours to touch.
    if (error instanceof MarioError) return false;
    throw error;
  }
}

/** Of a model, beside it. */
export function filmOf(path: string): string {
  return `${path.replace(/\.safetensors$/, "")}.webp`;
}

/** And its film, if it has one. @throws MarioError NOT_WRITABLE */
export function removeModel(path: string): void {
  try {
    rmSync(path, { force: true });
    rmSync(filmOf(path), { force: true });
  } catch (error) {
    throw asWriteError(error, path);
  }
}
