import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import { MarioError } from "../../core/errors.js";
import { STAGE_PATTERN } from "../../env/stages.js";
import type { Emulator } from "../../nes/emulator.js";
import { sha1Hex } from "../../nes/sha1.js";

/** Larger than any play that a person sits through; checked before a file is read. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
/** Two days at 60 frames a second. */
const MAX_FRAMES = 10_000_000;

const sha1 = z.string().regex(/^[0-9a-f]{40}$/, "must be 40 lower-case hexadecimal digits");

/** Buttons (bit 0 A, 1 B, 2 Select, 3 Start, 4 Up, 5 Down, 6 Left, 7 Right), held for a while. */
export const runSchema = z.tuple([z.int().min(1).max(MAX_FRAMES), z.int().min(0).max(255)]);

/**
 * Where a play ended. `ram` is the SHA-1 of the console's 2,048 bytes; `picture` that of its 240 rows
 * of 256 pixels, each four bytes: blue, green, red, 0 (`Emulator.screen` in memory).
 */
export const endSchema = z.object({ ram: sha1, picture: sha1 });

const playSchema = z
  .object({
    format: z.literal("mario-play"),
    version: z.literal(1),
    /** SHA-1 of the ROM file. */
    rom: sha1,
    /**
     * Absent: the inputs count from power on. Else from the moment at which an environment of that
     * stage begins, the first tick of its clock (`startGame`).
     */
    stage: z
      .string()
      .regex(STAGE_PATTERN, "must be a world from 1 to 8 and a stage from 1 to 4: 1-1")
      .optional(),
    frames: z.int().min(0).max(MAX_FRAMES),
    /** `[frames, buttons]`, one after the other. */
    inputs: z.array(runSchema),
    end: endSchema.optional(),
  })
  .refine(({ frames, inputs }) => inputs.reduce((sum, [count]) => sum + count, 0) === frames, {
    path: ["inputs"],
    error: "do not add up to the number of frames",
  });

export type Run = z.infer<typeof runSchema>;
export type PlayEnd = z.infer<typeof endSchema>;
/** The inputs of a play, in a form that shows it again frame for frame. */
export type Play = z.infer<typeof playSchema>;

/** @throws MarioError PLAY_INVALID. */
export function readPlay(path: string): Play {
  let text: string;
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw invalid(path, "it is not a file");
    if (stat.size > MAX_FILE_BYTES) throw invalid(path, `it has ${stat.size} bytes`);
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (cause instanceof MarioError) throw cause;
    throw new MarioError("PLAY_INVALID", `There is no recording at ${path}.`, {
      cause,
      remedy: "Make one with mario play --record run.json.",
    });
  }
  return parsePlay(text, basename(path));
}

/** @param name for messages. @throws MarioError PLAY_INVALID. */
export function parsePlay(text: string, name: string): Play {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw invalid(name, "it is not JSON", cause);
  }
  const result = playSchema.safeParse(content);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0];
  throw invalid(name, `${path.length > 0 ? `${path.join(".")}: ` : ""}${message}`, result.error);
}

/** One line for each part, the inputs in one. */
export function encodePlay(play: Omit<Play, "format" | "version">): Uint8Array {
  const { rom, stage, frames, inputs, end } = play;
  const parts = { format: "mario-play", version: 1, rom, stage, frames, inputs, end };
  const lines = Object.entries(parts)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  return new TextEncoder().encode(`{\n${lines.join(",\n")}\n}\n`);
}

/** Where the emulator is now, after a drawn frame. */
export function endOf(emulator: Emulator): PlayEnd {
  const { buffer, byteOffset, byteLength } = emulator.screen;
  return {
    ram: sha1Hex(emulator.ram),
    picture: sha1Hex(new Uint8Array(buffer, byteOffset, byteLength)),
  };
}

/** @throws MarioError PLAY_INVALID when the recording is of another cartridge. */
export function requireSameRom(play: Play, rom: { readonly name: string; readonly sha1: string }) {
  if (play.rom === rom.sha1) return;
  throw new MarioError(
    "PLAY_INVALID",
    `The recording was made with another ROM: SHA-1 ${play.rom}, while ${rom.name} has ${rom.sha1}.`,
    { value: rom.sha1, remedy: "Name the ROM that it was made with: --rom." },
  );
}

function invalid(name: string, reason: string, cause?: unknown): MarioError {
  return new MarioError("PLAY_INVALID", `${name} is no recording of a play: ${reason}.`, {
    cause,
    remedy: "Give a file that mario play --record wrote.",
  });
}
