import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { venvs } from "./plan.mjs";
import { lastLine } from "./worker.mjs";

const here = import.meta.dirname;

export const pythonOf = (folder, venv) => join(folder, venv, "bin", "python");

/**
 * Makes the Python environments that are not there yet.
 * @param pipArguments passed on to every `pip install`
 * @returns for each requirement file that could not be installed, in which environment and why.
 */
export function install(folder, python, pipArguments) {
  const failures = [];
  for (const [venv, requirements] of Object.entries(venvs)) {
    if (!existsSync(pythonOf(folder, venv))) {
      const made = spawnSync(python, ["-m", "venv", join(folder, venv)], { encoding: "utf8" });
      if (made.status !== 0) {
        const reason = lastLine(made.error?.message ?? made.stderr + made.stdout);
        failures.push({ venv, name: "venv", reason });
        continue;
      }
    }
    for (const name of requirements) {
      const reason = pipInstall(pythonOf(folder, venv), name, join(folder, venv), pipArguments);
      if (reason) failures.push({ venv, name, reason });
    }
  }
  return failures;
}

/** @returns why it failed, if it did. */
function pipInstall(python, name, venv, pipArguments) {
  const file = join(here, "requirements", `${name}.txt`);
  const wanted = readFileSync(file, "utf8");
  const stamp = join(venv, `${name}.installed`);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return undefined;
  console.error(`installing ${name} …`);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  const { status, stderr } = spawnSync(python, [...pip, ...pipArguments, "-r", file], {
    encoding: "utf8",
  });
  if (status !== 0) {
    const errors = stderr.split("\n").filter((line) => line.startsWith("ERROR:"));
    return errors.at(-1) ?? lastLine(stderr);
  }
  writeFileSync(stamp, wanted);
  return undefined;
}
