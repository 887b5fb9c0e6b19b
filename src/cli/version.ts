import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Folder of package.json, wherever this file was built to. */
export const packageRoot = fileURLToPath(new URL("../..", import.meta.url));

/** Version in package.json. */
export function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
