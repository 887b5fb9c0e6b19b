import { readFileSync, readdirSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MarioError } from "../../core/errors.js";
import type { Asset } from "./local-server.js";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
  ".webmanifest": "application/manifest+json",
};

/** Content type by a file's extension; bytes of no known kind otherwise. */
export function contentType(name: string): string {
  return TYPES[extname(name).toLowerCase()] ?? "application/octet-stream";
}

/** Where `scripts/build-pages.mjs` puts the page of that name. */
export function pageFolder(page: string): string {
  return fileURLToPath(new URL(`../web/${page}/`, import.meta.url));
}

/**
 * A built page, by file name: a few small files, read whole. Subfolders are left out.
 * @throws MarioError INVALID_OPTION when it has not been built.
 */
export function readPage(folder: string): Map<string, Asset> {
  try {
    const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    const assets = new Map(
      names.map(({ name }) => [
        name,
        { body: new Uint8Array(readFileSync(join(folder, name))), type: contentType(name) },
      ]),
    );
    if (assets.has("index.html")) return assets;
  } catch (cause) {
    throw notBuilt(folder, cause);
  }
  throw notBuilt(folder);
}

function notBuilt(folder: string, cause?: unknown): MarioError {
  return new MarioError("INVALID_OPTION", `There is no built page in ${folder}.`, {
    cause,
    remedy: "Run npm run build.",
  });
}
