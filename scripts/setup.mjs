// Makes a fresh clone ready: dependencies, oneDNN, native addon, TypeScript build. Node's built-ins
// only, since nothing else is here yet. Does nothing, quickly, when nothing is to do.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { findCompiler, findOnednn } from "./find-onednn.mjs";
import { lockSetup } from "./setup-lock.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamps = join(root, "node_modules", ".mario-setup");
const retry = process.argv.includes("--retry");

const say = (line) => process.stderr.write(`setup: ${line}\n`);

/** Runs a command; its output is shown only when it fails, or as it comes where `loud`. */
function run(command, args, { loud = false, env = {} } = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    // Standard output is the command's that follows.
    stdio: loud ? ["ignore", 2, 2] : ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    env: { ...process.env, ...env },
    shell: process.platform === "win32" && command === "npm",
  });
  const started = result.error ? `${command}: ${result.error.message}\n` : "";
  const output = `${started}${result.stdout ?? ""}${result.stderr ?? ""}`;
  return { ok: result.status === 0, output };
}

function readStamp(name) {
  try {
    return readFileSync(join(stamps, name), "utf8");
  } catch {
    return "";
  }
}

function writeStamp(name, value) {
  try {
    mkdirSync(stamps, { recursive: true });
    writeFileSync(join(stamps, name), value);
  } catch {
    // Where nobody may write, it is looked at again each time.
  }
}

function fail(line, output = "") {
  if (output) process.stderr.write(output);
  say(line);
  process.exit(1);
}

/** As "engines" in package.json: what the test runner, its bundler and the linter need. */
function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const isSupported = major > 22 || (major === 22 && minor >= 13) || (major === 20 && minor >= 19);
  if (isSupported) return;
  say(
    `Node ${process.versions.node} is not supported: install Node 20.19+ (20.x) or 22.13 or newer.`,
  );
  process.exit(2);
}

/** Packages bring programs for one system; a folder may be mounted into another. */
function systemName() {
  const libc = process.report.getReport().header.glibcVersionRuntime ? "glibc" : "other-libc";
  return `${process.platform}-${process.arch}${process.platform === "linux" ? `-${libc}` : ""}`;
}

function installDependencies() {
  const lockFile = join(root, "package-lock.json");
  // Installed as somebody's package: its dependencies came with it.
  if (!existsSync(lockFile)) return;
  const lock = createHash("sha256").update(readFileSync(lockFile)).digest("hex");
  const stamp = `${lock} ${systemName()}`;
  if (readStamp("dependencies") === stamp) return;
  say("installing the dependencies (npm ci), about a minute ...");
  const result = run("npm", [
    "ci",
    // Whatever NODE_ENV and npm's settings leave out: compiler and bundler are among them.
    "--include=dev",
    "--include=optional",
    // No dependency needs its install script; tfjs-node-gpu's would download hundreds of megabytes,
    // so it runs below, only where there is a GPU for it.
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ]);
  if (!result.ok) {
    const isNetwork = /E(AI_AGAIN|CONN|HOSTUNREACH|NETUNREACH|NOTFOUND|TIMEDOUT)/.test(
      result.output,
    );
    const hint = isNetwork ? " Is the npm registry within reach?" : "";
    fail(`npm ci failed (above).${hint}`, result.output);
  }
  writeStamp("dependencies", stamp);
}

/** Gives tfjs-node-gpu its libtensorflow where an NVIDIA GPU is to be seen; it may fail. */
function installTensorflow() {
  const packageFolder = join(root, "node_modules", "@tensorflow", "tfjs-node-gpu");
  // For other processors it has only libraries without CUDA.
  const hasGpu =
    process.arch === "x64" && (existsSync("/dev/nvidia0") || run("nvidia-smi", ["-L"]).ok);
  if (!hasGpu || !existsSync(packageFolder) || hasBinding(packageFolder)) return;
  if (readStamp("tensorflow") === "failed" && !retry) return;
  say("NVIDIA GPU found: downloading libtensorflow for @tensorflow/tfjs-node-gpu ...");
  const result = run("npm", [
    "explore",
    "@tensorflow/tfjs-node-gpu",
    "--",
    // Without "gpu" it would take the library for the processor.
    "node scripts/install.js gpu download",
  ]);
  writeStamp("tensorflow", result.ok ? "done" : "failed");
  if (!result.ok) {
    say(
      "libtensorflow could not be downloaded: the GPU stays unused, everything else works. Try again: npm run setup -- --retry",
    );
  }
}

/** What its install script ends with; libtensorflow alone may be there, or half of it. */
function hasBinding(packageFolder) {
  const folders = join(packageFolder, "lib");
  return (
    existsSync(folders) &&
    readdirSync(folders).some((name) => existsSync(join(folders, name, "tfjs_binding.node")))
  );
}

/** Installs oneDNN where it may and where the build below would not find it. */
function installOneDnn() {
  const hasApt = process.platform === "linux" && existsSync("/usr/bin/apt-get");
  if (process.getuid?.() !== 0 || !hasApt) return;
  // Without a compiler it would be of no use; the build says what to install.
  const compiler = findCompiler();
  if (!compiler || findOnednn(compiler)) return;
  if (readStamp("onednn") === "failed" && !retry) return;
  say("installing libdnnl-dev (apt-get) ...");
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const install = () => run("apt-get", ["install", "-y", "-q", "libdnnl-dev"], { env });
  const ok = install().ok || (run("apt-get", ["update", "-q"], { env }).ok && install().ok);
  writeStamp("onednn", ok ? "done" : "failed");
}

/** It says itself what it lacks, and then training falls back to WebAssembly. */
function buildNative() {
  const args = retry ? ["--retry"] : [];
  run(process.execPath, [join("scripts", "build-native.mjs"), ...args], { loud: true });
}

/** Of contents and names below the folder: a copy elsewhere is the same. Editors' own begin with a dot. */
function sourceStamp(folder) {
  const hash = createHash("sha256");
  const visit = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const child = join(path, entry.name);
      if (entry.name.startsWith(".")) continue;
      if (entry.isDirectory()) visit(child);
      else hash.update(`${relative(folder, child)}\0`).update(readFileSync(child));
    }
  };
  visit(folder);
  for (const name of [
    "tsconfig.json",
    "tsconfig.build.json",
    "tsconfig.web.json",
    join("scripts", "build-pages.mjs"),
  ])
    hash.update(readFileSync(join(root, name)));
  return hash.digest("hex");
}

function buildTypeScript() {
  // Installed as somebody's package: it came compiled.
  if (!existsSync(join(root, "src"))) return;
  const stamp = sourceStamp(join(root, "src"));
  const main = join(root, "dist", "cli", "main.js");
  if (readStamp("build") === stamp && existsSync(main)) return;
  say("compiling the TypeScript ...");
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const result = run(process.execPath, [tsc, "-p", "tsconfig.build.json"]);
  if (!result.ok) fail("the TypeScript build failed (above).", result.output);
  const pages = run(process.execPath, [join("scripts", "build-pages.mjs")]);
  if (!pages.ok) fail("the build of the pages failed (above).", pages.output);
  chmodSync(main, 0o755);
  writeStamp("build", stamp);
}

checkNode();
await lockSetup(root, () => {
  say("another set-up of this folder is running: waiting for it ...");
});
installDependencies();
installTensorflow();
installOneDnn();
buildNative();
buildTypeScript();
