/**
 * What the addon was built from and for: native/build/<name>.json, beside <name>.node. An addon of
 * other sources may lack a function that its callers expect; one for another processor may hold
 * instructions that this one lacks, and such a process is killed (SIGILL). Read by the build and,
 * before it loads the addon, by src/nn/onednn/native.ts; both need Node's built-ins only.
 */
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, readSync, readdirSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";

/** What of x86 a compiler uses by itself; the kernel's list tells much else, and that may change. */
const USED_BY_COMPILERS =
  /^(3dnow|abm|adx|aes|amx|avx|bmi|cmov|cx16|f16c|fma|gfni|lahf|mmx|mov|pclmul|pni|popcnt|prefetch|sha|sm[34]|sse|ssse|tbm|vaes|vpclmul|xop)/;

/** Editors' and macOS's own files begin with a dot. @returns none where the folder is not */
export function sourceNames(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^[^.].*\.(c|cpp|hpp)$/.test(name))
    .sort();
}

/**
 * @returns a digest of the addon's sources, 120 KB; undefined where they are not
 * @throws where they are there and cannot be read
 */
export function digestOfSources(folder) {
  const names = sourceNames(folder);
  if (names.length === 0) return undefined;
  const hash = createHash("sha256");
  for (const name of names) {
    hash.update(`${name}\0`).update(readFileSync(path.join(folder, name)));
  }
  return hash.digest("hex");
}

/** The first processor's part of Linux's list, empty elsewhere; the rest says the same again. */
function readProcessorList() {
  let file;
  try {
    file = openSync("/proc/cpuinfo");
    const bytes = Buffer.alloc(16384);
    return bytes.toString("latin1", 0, readSync(file, bytes));
  } catch {
    return "";
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** This processor; `instructions` is empty where the system does not list them. */
export function thisProcessor() {
  const list = readProcessorList();
  const field = (name) => list.match(new RegExp(`^${name}\\s*: (.*)$`, "m"))?.[1];
  const x86 = field("flags")?.split(" ");
  const instructions =
    x86?.filter((name) => USED_BY_COMPILERS.test(name)) ?? field("Features")?.split(" ") ?? [];
  const model = field("model name") ?? cpus()[0]?.model ?? "unknown";
  return { architecture: process.arch, model, instructions };
}

function runsOn(built, here) {
  if (built.architecture !== here.architecture) return false;
  if (built.instructions.length === 0) return built.model === here.model;
  return built.instructions.every((name) => here.instructions.includes(name));
}

/** @returns the record of an addon; undefined where it is missing or unreadable */
export function readRecord(folder, name) {
  try {
    return JSON.parse(readFileSync(path.join(folder, "build", `${name}.json`), "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * @param folder `native`, with `src` and `build`
 * @returns why an addon may not be loaded, to follow its name; undefined where it may
 */
export function misfitOf(folder, name) {
  const record = readRecord(folder, name);
  if (!record) return "comes without a record of what it was built from";
  // Where the sources are not, as in a package of the built program, there is nothing to compare.
  let sources;
  try {
    sources = digestOfSources(path.join(folder, "src"));
  } catch (error) {
    return `has sources that cannot be read (${error.code ?? error.message})`;
  }
  if (sources !== undefined && record.sources !== sources) return "was built from other sources";
  // Without tuning it runs on every processor.
  if (record.processor && !runsOn(record.processor, thisProcessor())) {
    return `was built for another processor (${record.processor.model})`;
  }
  return undefined;
}
