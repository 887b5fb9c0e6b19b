#!/usr/bin/env node
/**
 * Builds the oneDNN addon: native/build/mario_onednn.node and mario_environment.node.
 *
 *   node scripts/build-native.mjs [--sanitize] [--retry] [--force]
 *
 * Uses the system's C++ compiler directly and Node's built-in modules only; downloads nothing. Does
 * nothing when the sources, the compiler, its flags and the CPU are those of the last build
 * (Node-API is the same in every version of Node); with --retry it tries again where that failed,
 * with --force in any case. A missing compiler or library is no failure: the exit code is 0, one line
 * says what to install, and training falls back to WebAssembly unless the addon built before still
 * fits. --sanitize builds mario_onednn_sanitize.node with AddressSanitizer instead, and there a
 * failure is one.
 */
import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  digestOfSources,
  misfitOf,
  readRecord,
  sourceNames,
  thisProcessor,
} from "../native/record.mjs";
import { findCompiler, findOnednn } from "./find-onednn.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const nativeFolder = path.join(root, "native");
const sourceFolder = path.join(nativeFolder, "src");
const buildFolder = path.join(nativeFolder, "build");
const environmentFile = path.join(buildFolder, "mario_environment.node");
const sanitize = process.argv.includes("--sanitize");
const force = process.argv.includes("--force");
const retry = force || process.argv.includes("--retry");
const target = sanitize ? "mario_onednn_sanitize" : "mario_onednn";
const run = promisify(execFile);

const INSTALL = {
  linux: "sudo apt-get install g++ libdnnl-dev (Fedora: sudo dnf install gcc-c++ onednn-devel)",
  darwin: "xcode-select --install; brew install onednn",
};
const LOST = "Training will use WebAssembly, about 6 times slower per update.";

/** Of this addon, beside it: `.json` says what it is (native/record.mjs), `.failed.json` what did not build. */
const file = (suffix) => path.join(buildFolder, `${target}${suffix}`);
/** Of the addon that was built before; looked at only where it matters, since it takes a process. */
let doesLoad = true;
const isUsable = () =>
  [file(".node"), environmentFile].every(existsSync) && !misfitOf(nativeFolder, target);

/**
 * Ends the program: an incomplete system is not an error, except for the sanitizer's build.
 * @param tried whether a build failed just now, which is worth a line even if nothing is lost
 * @param remedy what to do about it, where that is known
 */
function giveUp(reason, { tried = false, failed = tried, remedy } = {}) {
  const again = failed ? " To try again: npm run setup -- --retry" : "";
  if (!sanitize && isUsable() && doesLoad) {
    if (tried || retry)
      console.log(`Native addon not built: ${reason} The last one fits and is used.${again}`);
    process.exit(0);
  }
  const help = remedy ? ` To have it: ${remedy}.` : "";
  console.log(`Native addon not built: ${reason} ${LOST}${help}${again}`);
  process.exit(sanitize ? 1 : 0);
}

function nodeApiFolders() {
  const require = createRequire(import.meta.url);
  const folder = (name) => path.dirname(require.resolve(`${name}/package.json`));
  return [folder("node-addon-api"), path.join(folder("node-api-headers"), "include")];
}

// Compiled where it runs, so for the CPU that it runs on; the record holds what that CPU can do.
const TUNED = process.arch === "x64" ? "-march=native" : "-mcpu=native";

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
  const fast = [...base, "-O3"];
  // Apple's clang has no OpenMP of its own: our loops are then serial, oneDNN's are not.
  return [[...fast, TUNED, "-fopenmp"], [...fast, TUNED], [...fast, "-fopenmp"], fast];
}

async function compile(compiler, onednn, flags, record) {
  const [command, ...args] = compiler;
  const includes = [...nodeApiFolders().flatMap((folder) => ["-I", folder]), ...onednn.include];
  mkdirSync(buildFolder, { recursive: true });
  const scratch = mkdtempSync(path.join(buildFolder, `${target}.`));
  try {
    const shared = [
      "-shared",
      // Node closes an addon when the last thread that loaded it ends. It must stay all the same:
      // the thread's OpenMP helpers are still on their way out, in the runtime that came with it.
      ...(process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : ["-Wl,-z,nodelete"]),
    ];
    const link = flags.filter((flag) => /^-f(openmp|sanitize)/.test(flag));
    const sources = sourceNames(sourceFolder).filter((name) => name.endsWith(".cpp"));
    const objects = sources.map((name) => path.join(scratch, `${name}.o`));
    await inParallel(sources.length, (i) => {
      const source = path.join(sourceFolder, sources[i]);
      return run(command, [...args, ...flags, ...includes, "-c", source, "-o", objects[i]]);
    });
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
    if (!sanitize) await requireLoads(environment, addon);
    const description = path.join(scratch, `${target}.json`);
    writeFileSync(description, JSON.stringify(record));
    // A rename replaces the file as a whole: a running program keeps the one that it has loaded. Without
    // its record an addon is never loaded: killed in between, nothing has the wrong one.
    rmSync(file(".json"), { force: true });
    renameSync(environment, environmentFile);
    renameSync(addon, file(".node"));
    renameSync(description, file(".json"));
    rmSync(file(".failed.json"), { force: true });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * As many at a time as there are cores, at most four: a compiler takes hundreds of megabytes. After a failure none is
 * begun, and it throws when the last one has ended, so that no compiler writes into a folder that went.
 */
async function inParallel(count, work) {
  let next = 0;
  let failure;
  const worker = async () => {
    while (next < count && failure === undefined) {
      try {
        await work(next++);
      } catch (error) {
        failure ??= error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker));
  if (failure !== undefined) throw failure;
}

/** What builds left that were interrupted, an hour ago or more. */
function removeLeftOvers() {
  for (const name of existsSync(buildFolder) ? readdirSync(buildFolder) : []) {
    if (!/^mario_onednn(_sanitize)?\.\w+$/.test(name)) continue;
    const folder = path.join(buildFolder, name);
    try {
      const { mtimeMs } = statSync(folder);
      const isOld = Date.now() - mtimeMs > 3_600_000;
      // An addon itself has such a name, too.
      if (isOld && !/\.(node|json)$/.test(name)) rmSync(folder, { recursive: true });
    } catch {
      // Another user's, or gone meanwhile: it is in nobody's way.
    }
  }
}

/**
 * What links need not load: a library may lie where only the linker looks. (The sanitizer's build
 * loads only with its runtime preloaded.)
 */
async function requireLoads(...addons) {
  const script = "for (const path of process.argv.slice(1)) require(path);";
  try {
    await run(process.execPath, ["-e", script, ...addons]);
  } catch (error) {
    const [, reason] = /^Error: (.*)$/m.exec(error.stderr) ?? [undefined, error.message];
    throw new Error(`error: it was built but does not load: ${reason}`, { cause: error });
  }
}

/** Whether the addon that was built before loads: its library may have gone. */
async function loads() {
  try {
    await requireLoads(environmentFile, file(".node"));
    return true;
  } catch {
    return false;
  }
}

/** Of all that a build depends on; another one, another result. */
function digestOfBuild(sources, ...setup) {
  const { architecture, model, instructions } = thisProcessor();
  const processor = [architecture, model, instructions];
  return createHash("sha256")
    .update(JSON.stringify([sources, flagSets(), processor, ...setup]))
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .digest("hex");
}

function readFailure() {
  try {
    return JSON.parse(readFileSync(file(".failed.json"), "utf8"));
  } catch {
    return undefined;
  }
}

function writeFailure(failure) {
  try {
    mkdirSync(buildFolder, { recursive: true });
    writeFileSync(file(".failed.json"), JSON.stringify(failure));
  } catch {
    // Where nobody may write it is tried each time.
  }
}

/** The line of a compiler's output that says most. */
function reasonOf(error) {
  const lines = String(error.stderr || error.message).split("\n");
  return (lines.find((line) => /error|cannot find/.test(line)) ?? lines[0]).trim();
}

async function main() {
  if (process.platform === "win32") giveUp("Windows is not supported.");
  let sources;
  try {
    sources = digestOfSources(sourceFolder);
  } catch (error) {
    giveUp(`its sources cannot be read (${error.code ?? error.message}).`);
  }
  if (sources === undefined) giveUp("its sources (native/src) are not here.");
  if (!sanitize && retry && isUsable()) doesLoad = await loads();
  const compiler = findCompiler();
  const install = INSTALL[process.platform];
  if (!compiler) giveUp("no C++ compiler (g++ or clang++) was found.", { remedy: install });
  const [command, ...args] = compiler;
  const compilerVersion = execFileSync(command, [...args, "--version"], { encoding: "utf8" });
  const onednn = findOnednn(compiler);
  if (!onednn) {
    giveUp("oneDNN's headers (dnnl.hpp) were not found; DNNLROOT may name its folder.", {
      remedy: install,
    });
  }
  const [major, minor] = onednn.version;
  const digest = digestOfBuild(sources, compiler, compilerVersion, onednn);
  if (major < 2 || (major === 2 && minor < 6)) {
    const reason = `oneDNN ${major}.${minor} is older than 2.6`;
    writeFailure({ digest, reason: `${reason} (DNNLROOT may name the folder of a newer one)` });
    giveUp(`${reason}.`, {
      remedy: "install or build a newer one, and name its folder in DNNLROOT",
    });
  }
  const isCurrent = isUsable() && doesLoad && readRecord(nativeFolder, target).digest === digest;
  if (!force && isCurrent) return;
  const before = readFailure();
  if (!sanitize && !retry && before?.digest === digest) {
    if (isUsable()) doesLoad = await loads();
    giveUp(`its build failed before (${before.reason}).`, { failed: true });
  }

  removeLeftOvers();
  // Of the last set, the plainest: those before may fail for a flag alone.
  let failure;
  for (const flags of flagSets()) {
    const processor = flags.includes(TUNED) ? thisProcessor() : undefined;
    try {
      await compile(compiler, onednn, flags, { digest, sources, processor });
      const without = flags.includes("-fopenmp") ? "" : ", without OpenMP: fewer threads compute";
      console.log(
        `Native addon built: oneDNN ${major}.${minor}, ${compilerVersion.split("\n", 1)[0]}${without}`,
      );
      return;
    } catch (error) {
      failure = error;
    }
  }
  const reason = reasonOf(failure);
  writeFailure({ digest, reason });
  if (!sanitize && isUsable()) doesLoad = await loads();
  giveUp(`its build failed (${reason}).`, { tried: true });
}

await main();
