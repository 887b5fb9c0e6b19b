import { existsSync, readFileSync } from "node:fs";
import os from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { groups } from "./plan.mjs";
import { hasMarks } from "./report.mjs";

const root = join(import.meta.dirname, "..", "..");

/** Reads the command line, described in run.mjs. @throws Error for what it cannot mean. */
export function readOptions() {
  const { values } = parseArgs({
    options: {
      venvs: { type: "string", default: join(os.tmpdir(), "mario-peers") },
      python: { type: "string", default: "python3" },
      pip: { type: "string", default: "" },
      only: { type: "string", default: "" },
      rounds: { type: "string", default: "5" },
      scale: { type: "string", default: "1" },
      json: { type: "string" },
      docs: { type: "string" },
      anyway: { type: "boolean", default: false },
    },
  });
  const venvs = resolve(values.venvs);
  const options = {
    venvs,
    python: values.python,
    pipArguments: values.pip.split(" ").filter(Boolean),
    groups: groups.filter(({ name }) => name.includes(values.only)),
    rounds: Number(values.rounds),
    scale: Number(values.scale),
    json: values.json ?? join(venvs, "peers.json"),
    docs: values.docs,
    anyway: values.anyway,
    rom: resolve(process.env.MARIO_ROM || join(root, "roms", "fenn.nes")),
  };
  check(options, values);
  return options;
}

/** Before minutes are spent. */
function check({ groups: chosen, rounds, scale, docs, rom }, { only }) {
  if (chosen.length === 0) {
    const names = groups.map(({ name }) => name).join("; ");
    throw new Error(`No group's name contains "${only}". They are: ${names}.`);
  }
  if (!(Number.isInteger(rounds) && rounds > 0)) {
    throw new Error("--rounds is a whole number above 0.");
  }
  if (!(scale > 0 && scale < Infinity)) throw new Error("--scale is a number above 0.");
  if (docs !== undefined && !(existsSync(docs) && hasMarks(readFileSync(docs, "utf8")))) {
    throw new Error(`${docs} is no document with the two marks for the table.`);
  }
  if (!existsSync(rom)) throw new Error(`There is no cartridge at ${rom}.`);
  if (!existsSync(join(root, "dist", "cli", "main.js"))) {
    throw new Error("Ours is not built: npm run build.");
  }
}
