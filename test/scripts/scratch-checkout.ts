import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Stands for g++ and oneDNN's headers. File `tools/onednn`: it finds them; `tools/broken`: it
 * compiles nothing; `tools/no-openmp`: nothing with OpenMP; `tools/compiler` is its version.
 */
const COMPILER = `
case "$*" in
  *--version*) cat "$tools/compiler"; exit 0 ;;
  "-E "*)
    cat > /dev/null # else who writes to it fails
    [ -e "$tools/onednn" ] || exit 1
    if [ -e "$tools/old-onednn" ]; then major=1; else major=3; fi
    printf "#define DNNL_VERSION_MAJOR $major\\n#define DNNL_VERSION_MINOR 5\\n"
    exit 0 ;;
esac
echo "compile" >> "$tools/log"
case "$*" in *-fopenmp*)
  if [ -e "$tools/no-openmp" ]; then echo "error: unsupported option '-fopenmp'" >&2; exit 1; fi ;;
esac
if [ -e "$tools/broken" ]; then echo "addon.cpp:1: error: no luck" >&2; exit 1; fi
while [ $# -gt 1 ]; do [ "$1" = -o ] && echo built > "$2"; shift; done
`;
/** Stands for the system's loader, to which no text is an addon. `tools/unloadable`: it lacks a library. */
const LOADER = `
const { existsSync } = require("node:fs");
require.extensions[".node"] = () => {
  if (existsSync(__dirname + "/unloadable")) throw new Error("libdnnl.so.3: cannot open shared object file");
};
`;
const NPM = `echo "npm $*" >> "$tools/log"`;
const APT_GET = `echo "apt-get $*" >> "$tools/log"; touch "$tools/onednn"`;

/** Stands for TypeScript's compiler. */
const TSC = `
const { mkdirSync, writeFileSync } = require("node:fs");
mkdirSync("dist/cli", { recursive: true });
writeFileSync("dist/cli/main.js", "");
`;

/** A checkout that holds the set-up's own scripts, and programs of the system that do next to nothing. */
export class ScratchCheckout {
  readonly root = mkdtempSync(join(tmpdir(), "mario-setup-"));

  constructor() {
    for (const name of ["setup", "setup-lock", "build-native", "find-onednn"]) {
      cpSync(join(root, "scripts", `${name}.mjs`), join(this.root, "scripts", `${name}.mjs`));
    }
    cpSync(join(root, "native", "record.mjs"), join(this.root, "native", "record.mjs"));
    this.write("scripts/build-pages.mjs", "");
    this.write("native/src/addon.cpp", "// one");
    this.write("native/src/environment.c", "// one");
    this.write("src/one.ts", "");
    for (const name of ["package-lock", "tsconfig", "tsconfig.build", "tsconfig.web"]) {
      this.write(`${name}.json`, "{}");
    }
    for (const name of ["node-addon-api", "node-api-headers"]) {
      this.write(`node_modules/${name}/package.json`, "{}");
    }
    this.write("node_modules/typescript/bin/tsc", TSC);
    this.write("tools/compiler", "compiler 1");
    this.write("tools/onednn", "");
    this.write("tools/loader.cjs", LOADER);
    const tools = { "c++": COMPILER, npm: NPM, "apt-get": APT_GET };
    for (const [name, body] of Object.entries(tools)) this.writeTool(name, body);
  }

  /** A program that stands for the system's own. @param body of a shell script; `$tools`: their folder */
  writeTool(name: string, body: string): void {
    const head = `#!/bin/sh\ntools=${join(this.root, "tools")}\n`;
    writeFileSync(join(this.root, "tools", name), head + body, { mode: 0o755 });
  }

  write(path: string, text: string): void {
    const folder = join(this.root, path, "..");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), "utf8");
  }

  has(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true, force: true });
  }

  /** Starts one of its scripts. */
  start(script: string) {
    const child = spawn(process.execPath, [join(this.root, "scripts", `${script}.mjs`)], {
      env: this.#environment({}),
      detached: true,
    });
    let output = "";
    child.stderr.on("data", (data: Buffer) => (output += data.toString()));
    return {
      output: () => output,
      /** Its exit code; null where it was killed. */
      ended: new Promise<number | null>((resolve) => child.once("exit", resolve)),
      /** With what it has started. */
      kill: () => process.kill(-child.pid!, "SIGKILL"),
    };
  }

  #environment(env: Record<string, string>) {
    const tools = join(this.root, "tools");
    return {
      ...process.env,
      PATH: `${tools}:${process.env["PATH"] ?? ""}`,
      CXX: join(tools, "c++"),
      DNNLROOT: "",
      ...env,
      NODE_OPTIONS: `--require ${join(tools, "loader.cjs")} ${env["NODE_OPTIONS"] ?? ""}`,
    };
  }

  /** Runs one of its scripts. @returns exit code, what it printed, and what it called meanwhile */
  run(script: string, args: readonly string[] = [], env: Record<string, string> = {}) {
    this.write("tools/log", "");
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(this.root, "scripts", `${script}.mjs`), ...args],
      { encoding: "utf8", env: this.#environment(env) },
    );
    const calls = this.read("tools/log").split("\n").filter(Boolean);
    return { status, output: stdout + stderr, calls };
  }
}
