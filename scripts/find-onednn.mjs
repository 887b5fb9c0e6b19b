/** Where the C++ compiler and oneDNN are: one answer for the set-up and for the addon's build. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

function works(command, args) {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/**
 * @returns the C++ compiler as a command and its leading arguments ($CXX may hold both); undefined
 *   where there is none
 */
export function findCompiler() {
  const named = process.env.CXX?.trim().split(/\s+/);
  const candidates = [...(named ? [named] : []), ["c++"], ["g++"], ["clang++"]];
  return candidates.find(([command, ...args]) => works(command, [...args, "--version"]));
}

/**
 * @param compiler as {@link findCompiler} returns it
 * @returns oneDNN's version, and the flags and folders to add for its headers and libraries (empty
 *   for the compiler's own); undefined where it is not found
 */
export function findOnednn(compiler) {
  const prefixes = [
    process.env.DNNLROOT,
    // Compilers and linkers look there by themselves, but not every system's loader does.
    "/usr/local",
    "", // the compiler's own folders
    "/opt/homebrew/opt/onednn",
    "/usr/local/opt/onednn",
    "/home/linuxbrew/.linuxbrew/opt/onednn",
  ].filter((prefix) => prefix !== undefined);
  for (const prefix of prefixes) {
    const include = prefix ? ["-I", path.join(prefix, "include")] : [];
    if (prefix && !existsSync(path.join(prefix, "include", "dnnl.hpp"))) continue;
    const version = versionOf(compiler, include);
    if (!version) continue;
    const libraries = ["lib", "lib64"]
      .map((folder) => path.join(prefix, folder))
      .filter((folder) => prefix && existsSync(folder));
    return { version, include, libraries };
  }
  return undefined;
}

/** Asks the preprocessor rather than the file system: it knows its own folders. */
function versionOf([command, ...args], include) {
  try {
    const output = execFileSync(command, [...args, "-E", "-dM", "-x", "c++", ...include, "-"], {
      input: "#include <dnnl_version.h>\n",
      encoding: "utf8",
      stdio: ["pipe", "pipe", "ignore"],
    });
    const [major, minor] = ["MAJOR", "MINOR"].map((name) =>
      Number(output.match(new RegExp(`DNNL_VERSION_${name} (\\d+)`))?.[1]),
    );
    return Number.isNaN(major) ? undefined : [major, minor];
  } catch {
    return undefined;
  }
}
