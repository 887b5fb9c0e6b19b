import { constants } from "node:fs";
import { access, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { MarioError } from "../core/errors.js";
import { asWriteError, systemErrorCode } from "../core/write-error.js";

/** The name that a file has until it is whole. */
export function temporaryOf(path: string): string {
  return `${path}.part`;
}

/**
 * Writes a whole file or nothing: a file of that name stays as it was when the disk is full.
 * @throws MarioError DISK_FULL or NOT_WRITABLE, naming the path.
 */
export async function saveFile(path: string, contents: Uint8Array | string): Promise<void> {
  const temporary = temporaryOf(path);
  try {
    await writeFile(temporary, contents);
    await rename(temporary, path);
  } catch (error) {
    await removeTemporary(path);
    throw asWriteError(error, path);
  }
}

/** Never throws: the error that led here matters more than a file that cannot be removed. */
export async function removeTemporary(path: string): Promise<void> {
  await rm(temporaryOf(path), { force: true }).catch(() => undefined);
}

/**
 * Everything that can be known to be wrong with a file's name before the file is written.
 * @throws MarioError NOT_WRITABLE unless `path` is in a writable folder and is not a folder itself
 */
export async function requireFileName(path: string): Promise<void> {
  const folder = dirname(path);
  try {
    if (!(await stat(folder)).isDirectory()) {
      throw notWritable(path, `${folder} is not a folder`, "Choose a folder that exists.");
    }
    await access(folder, constants.W_OK);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") {
      throw notWritable(path, `there is no folder ${folder}`, "Choose a folder that exists.");
    }
    throw asWriteError(error, path);
  }
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory()) {
    throw notWritable(path, "there is a folder of that name", "Choose another name.");
  }
}

function notWritable(path: string, reason: string, remedy: string): MarioError {
  return new MarioError("NOT_WRITABLE", `Cannot write ${path}: ${reason}.`, {
    value: path,
    remedy,
  });
}
