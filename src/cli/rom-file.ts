import { createHash } from "node:crypto";
import { readFileSync, readdirSync, existsSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { MarioError } from "../core/errors.js";
import { parseRom } from "../nes/rom.js";
import { packageRoot } from "./version.js";

/** The cartridge that the project ships. */
const SHIPPED_ROM = "fenn.nes";
/** Larger than any cartridge that jsnes plays; guards against reading a film by mistake. */
const MAX_ROM_BYTES = 8 * 1024 * 1024;

export interface RomFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Finds the cartridge: `--rom`, else `MARIO_ROM`, else the one that the user put into `roms/`, else
 * ours. A bare name is looked for in `roms/` too.
 * @param sha1 of the cartridge in `roms/` to prefer where none is named
 * @throws MarioError ROM_NOT_FOUND, ROM_INVALID, INVALID_OPTION.
 */
export function readRomFile(option: string | undefined, sha1?: string): RomFile {
  const named = option ?? (process.env["MARIO_ROM"] || undefined);
  const wanted = named === undefined && sha1 !== undefined ? inFolder(sha1) : undefined;
  const remedy =
    option === undefined && named !== undefined
      ? "MARIO_ROM names it: set it to a .nes file, or unset it to play the bundled cartridge."
      : "Name a .nes file with --rom, or leave it out to play the bundled cartridge.";
  return wanted ?? readAt(locate(named), remedy);
}

/** The full path of the file that `--rom` names: what a run that goes on elsewhere reads. */
export function romPath(option: string): string {
  return resolve(locate(option));
}

/** Of the file's bytes, in hexadecimal digits. */
export function sha1Of({ bytes }: RomFile): string {
  return createHash("sha1").update(bytes).digest("hex");
}

/**
 * What to tell of a cartridge for other televisions: by its header or, as most headers do not say,
 * by the mark in a dump's usual name, `(E)`, `(Europe)` or `(PAL)`. @returns undefined for others
 */
export function televisionNote({ name, bytes }: RomFile): string | undefined {
  if (!parseRom(bytes).is50Hz && !/\((?:E|Europe|PAL)[),]/i.test(name)) return undefined;
  return `${name} seems to be the European version (PAL, 50 Hz). It is played on an NTSC console, 60 Hz, for which its speeds are not made: do not compare its figures with those of other versions.`;
}

/** For commands without a log: on standard error. */
export function warnOfTelevision(rom: RomFile): void {
  const note = televisionNote(rom);
  if (note !== undefined) process.stderr.write(`mario: ${note}\n`);
}

/** @param remedy if there is none */
function readAt(path: string, remedy?: string): RomFile {
  let size: number;
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new MarioError("ROM_INVALID", `${path} is not a file.`);
    size = stat.size;
  } catch (error) {
    if (error instanceof MarioError) throw error;
    throw new MarioError("ROM_NOT_FOUND", `There is no cartridge at ${path}.`, {
      ...(remedy !== undefined && { remedy }),
      cause: error,
    });
  }
  if (size > MAX_ROM_BYTES) {
    throw new MarioError("ROM_INVALID", `${path} has ${size} bytes: too large for a cartridge.`);
  }
  try {
    return { name: basename(path), path, bytes: new Uint8Array(readFileSync(path)) };
  } catch (error) {
    throw new MarioError("ROM_NOT_FOUND", `${path} cannot be read.`, {
      remedy: "Check its permissions.",
      cause: error,
    });
  }
}

const FOLDER = join(packageRoot, "roms");

function romNames(): string[] {
  return readdirSync(FOLDER).filter((name) => name.toLowerCase().endsWith(".nes"));
}

function inFolder(sha1: string): RomFile | undefined {
  return romNames()
    .map((name) => readIfPossible(join(FOLDER, name)))
    .find((rom) => rom !== undefined && sha1Of(rom) === sha1);
}

/** Of several that were not asked for by name: one that cannot be read is not the one wanted. */
function readIfPossible(path: string): RomFile | undefined {
  try {
    return readAt(path);
  } catch (error) {
    if (error instanceof MarioError) return undefined;
    throw error;
  }
}

function locate(named: string | undefined): string {
  if (named !== undefined) {
    const found = join(FOLDER, named);
    return !existsSync(named) && existsSync(found) ? found : named;
  }
  const own = romNames().filter((name) => name !== SHIPPED_ROM);
  if (own.length > 1) {
    throw new MarioError(
      "INVALID_OPTION",
      `There are ${own.length} cartridges of yours in roms/.`,
      {
        remedy: `Choose one: --rom ${own[0]}`,
      },
    );
  }
  return join(FOLDER, own[0] ?? SHIPPED_ROM);
}
