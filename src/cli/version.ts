import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of package.json, wherever this file was built to. */
export const packageRoot = fileURLToPath(new URL("../..", import.meta.url));

/** Version in the package.json of a folder, by default of ours. */
export function version(root = packageRoot): string {
  const text = readFileSync(join(root, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
