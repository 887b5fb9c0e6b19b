#!/usr/bin/env node
/**
 * Builds the oneDNN addon: native/build/mario_onednn.node and mario_environment.node.
 *
 *   node scripts/build-native.mjs [--sanitize] [--force]
 *
 * Uses the system's C++ compiler directly and Node's built-in modules only; downloads nothing. Does
 * nothing when the sources, the compiler, its flags, the CPU and Node's ABI are those of the last
 * build. A missing compiler or library is no failure: the exit code is 0, one line says what to
 * install, and training falls back to WebAssembly. --sanitize builds mario_onednn_sanitize.node
 * with AddressSanitizer instead, and there a failure is one.
 */
import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findCompiler, findOnednn } from "./find-onednn.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const sourceFolder = path.join(root, "native", "src");
const buildFolder = path.join(root, "native", "build");
const sanitize = process.argv.includes("--sanitize");
const force = process.argv.includes("--force");
const target = sanitize ? "mario_onednn_sanitize" : "mario_onednn";
const run = promisify(execFile);

const INSTALL = {
  linux: "sudo apt-get install g++ libdnnl-dev  (Fedora: sudo dnf install gcc-c++ onednn-devel)",
  darwin: "xcode-select --install; brew install onednn",
};
const LOST = "Training will use WebAssembly, about 6 times slower per update.";

/** Ends the program: an incomplete system is not an error, except for the sanitizer's build. */
function giveUp(reason) {
  const install = INSTALL[process.platform];
  const remedy = install ? ` To have it: ${install}` : "";
  console.log(`Native addon not built: ${reason} ${LOST}${remedy}`);
  process.exit(sanitize ? 1 : 0);
}

function readSources() {
  const files = readdirSync(sourceFolder).sort();
  return files.map((name) => [name, readFileSync(path.join(sourceFolder, name))]);
}

function nodeApiFolders() {
  const require = createRequire(import.meta.url);
  const folder = (name) => path.dirname(require.resolve(`${name}/package.json`));
  return [folder("node-addon-api"), path.join(folder("node-api-headers"), "include")];
}

/** Flags to try in turn: every system lacks something else. */
function flagSets() {
  const base = [
    "-std=c++17",
    "-fPIC",
    "-fvisibility=hidden",
    "-DNAPI_CPP_EXCEPTIONS",
    "-fexceptions",
  ];
  base.push("-Wall", "-Wextra", "-fno-math-errno", "-fno-trapping-math");
  if (sanitize) {
    const checks = "-fsanitize=address,undefined";
    return [[...base, "-O1", "-g", "-fno-omit-frame-pointer", checks, "-fopenmp"]];
  }
  // Compiled where it runs, so for the CPU that it runs on; the stamp holds that CPU's name.
  const tuned = process.arch === "x64" ? "-march=native" : "-mcpu=native";
  const fast = [...base, "-O3"];
  // Apple's clang has no OpenMP of its own: our loops are then serial, oneDNN's are not.
  return [[...fast, tuned, "-fopenmp"], [...fast, tuned], [...fast, "-fopenmp"], fast];
}

async function compile(compiler, onednn, flags) {
  const [command, ...args] = compiler;
  const includes = [...nodeApiFolders().flatMap((folder) => ["-I", folder]), ...onednn.include];
  const scratch = path.join(buildFolder, `${target}.${process.pid}`);
  mkdirSync(scratch, { recursive: true });
  try {
    const shared = [
      "-shared",
      // Node closes an addon when the last thread that loaded it ends. It must stay all the same:
      // the thread's OpenMP helpers are still on their way out, in the runtime that came with it.
      ...(process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : ["-Wl,-z,nodelete"]),
    ];
    const link = flags.filter((flag) => /^-f(openmp|sanitize)/.test(flag));
    const objects = await Promise.all(
      readSources()
        .filter(([name]) => name.endsWith(".cpp"))
        .map(async ([name]) => {
          const object = path.join(scratch, `${name}.o`);
          const source = path.join(sourceFolder, name);
          await run(command, [...args, ...flags, ...includes, "-c", source, "-o", object]);
          return object;
        }),
    );
    const folders = onednn.libraries.flatMap((folder) => ["-L", folder, `-Wl,-rpath,${folder}`]);
    const addon = path.join(scratch, `${target}.node`);
    await run(command, [
      ...args,
      ...shared,
      ...link,
      ...objects,
      ...folders,
      "-ldnnl",
      "-o",
      addon,
    ]);
    const environment = path.join(scratch, "mario_environment.node");
    const environmentSource = path.join(sourceFolder, "environment.c");
    const c = ["-x", "c", "-std=gnu11", "-O2", "-fPIC", ...includes, environmentSource];
    await run(command, [
      ...args,
      ...shared,
      ...c,
      ...(process.platform === "linux" ? ["-ldl"] : []),
      "-o",
      environment,
    ]);
    // A rename replaces the file as a whole: a running program keeps the one that it has loaded.
    renameSync(environment, path.join(buildFolder, "mario_environment.node"));
    renameSync(addon, path.join(buildFolder, `${target}.node`));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function main() {
  if (process.platform === "win32") giveUp("Windows is not supported.");
  const compiler = findCompiler();
  if (!compiler) giveUp("no C++ compiler (g++ or clang++) was found.");
  const [command, ...args] = compiler;
  const compilerVersion = execFileSync(command, [...args, "--version"], { encoding: "utf8" });
  const onednn = findOnednn(compiler);
  if (!onednn) giveUp("oneDNN's headers (dnnl.hpp) were not found; DNNLROOT may name its folder.");
  const [major, minor] = onednn.version;
  if (major < 2 || (major === 2 && minor < 6))
    giveUp(`oneDNN ${major}.${minor} is older than 2.6.`);

  const hash = createHash("sha256");
  for (const [name, contents] of readSources()) hash.update(`${name}\0`).update(contents);
  const setup = [compiler, compilerVersion, onednn, flagSets(), os.cpus()[0]?.model];
  hash.update(JSON.stringify([...setup, process.arch, process.versions.modules]));
  hash.update(readFileSync(fileURLToPath(import.meta.url)));
  const digest = hash.digest("hex");
  const stamp = path.join(buildFolder, `${target}.stamp`);
  const built = [`${target}.node`, "mario_environment.node"];
  const complete = built.every((name) => existsSync(path.join(buildFolder, name)));
  if (!force && complete && existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;

  mkdirSync(buildFolder, { recursive: true });
  let failure;
  for (const flags of flagSets()) {
    try {
      await compile(compiler, onednn, flags);
      writeFileSync(stamp, digest);
      console.log(
        `Native addon built: oneDNN ${major}.${minor}, ${compilerVersion.split("\n", 1)[0]}`,
      );
      return;
    } catch (error) {
      failure ??= error;
    }
  }
  const lines = String(failure.stderr || failure.message).split("\n");
  giveUp(
    `the compiler failed (${(lines.find((line) => line.includes("error")) ?? lines[0]).trim()}).`,
  );
}

await main();
