import { writeFile } from "node:fs/promises";
import { MarioError } from "../../core/errors.js";

/** @throws MarioError DISK_FULL or NOT_WRITABLE, naming the path. */
export async function saveFile(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(path, bytes);
  } catch (cause) {
    throw writeFailure(path, cause);
  }
}

/** A system's error on writing, as one for people. */
export function writeFailure(path: string, cause: unknown): MarioError {
  const isFull = (cause as NodeJS.ErrnoException).code === "ENOSPC";
  return new MarioError(isFull ? "DISK_FULL" : "NOT_WRITABLE", `Cannot write '${path}'.`, {
    value: path,
    cause,
    remedy: isFull ? "Free some space." : "Check that the folder exists and is writable.",
  });
}
