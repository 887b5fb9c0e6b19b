import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { explainWriteErrors } from "../core/write-error.js";

/**
 * Creates the folder if need be and writes a byte in it: better to fail now than after an hour.
 * @throws MarioError NOT_WRITABLE, DISK_FULL.
 */
export function requireWritable(directory: string): void {
  explainWriteErrors(directory, () => {
    mkdirSync(directory, { recursive: true });
    const probe = join(directory, `.writable-${process.pid}`);
    writeFileSync(probe, "1");
    rmSync(probe);
  });
}
