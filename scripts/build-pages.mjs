// Bundles the browser's side: each folder of src/viewer/web with a main.ts becomes a page in
// dist/viewer/web, with nothing left to fetch from elsewhere.
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, "src", "viewer", "web");
const target = join(root, "dist", "viewer", "web");

/** Two years of browsers: what jsnes and our pages are written in. */
const BROWSERS = ["chrome115", "firefox115", "safari16.4"];

async function buildPage(name) {
  const from = join(source, name);
  const to = join(target, name);
  const styles = readdirSync(from).filter((file) => file.endsWith(".css"));
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  await build({
    entryPoints: [join(from, "main.ts"), ...styles.map((file) => join(from, file))],
    outdir: to,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: BROWSERS,
    minify: true,
    // The libraries' licences go along, at the end of the file.
    legalComments: "eof",
    tsconfig: join(root, "tsconfig.web.json"),
    loader: { ".woff2": "file", ".svg": "dataurl", ".png": "dataurl" },
    logLevel: "warning",
  });
  for (const file of readdirSync(from)) {
    if (file.endsWith(".html")) copyFileSync(join(from, file), join(to, file));
  }
}

const pages = existsSync(source)
  ? readdirSync(source).filter((name) => existsSync(join(source, name, "main.ts")))
  : [];
try {
  await Promise.all(pages.map(buildPage));
} catch (error) {
  // esbuild has printed where.
  if (!("errors" in error)) throw error;
  process.exitCode = 1;
}
