import { startGame } from "../../env/game-start.js";
import { parseStage } from "../../env/stages.js";
import { Emulator } from "../../nes/emulator.js";
import { MarioError } from "../../core/errors.js";
import { endOf, type Play, type PlayEnd } from "./play-file.js";

/**
 * Plays a recording without showing it, in the dark but for its last frame.
 * @param rom bytes of the cartridge that it was made with.
 * @throws MarioError ROM_INVALID, ROM_UNSUPPORTED, GAME_NOT_STARTED.
 */
export function replay(play: Play, rom: Uint8Array): PlayEnd {
  const emulator = new Emulator(rom);
  if (play.stage !== undefined) startGame(emulator, parseStage(play.stage));
  let left = play.frames;
  for (const [count, buttons] of play.inputs) {
    for (let i = 0; i < count; i++) emulator.stepFrame(buttons, --left > 0 ? "dark" : "drawn");
  }
  return endOf(emulator);
}

/** @throws MarioError REPLAY_DIFFERS, when the file says how it ended and that is not how. */
export function requireSameEnd(play: Play, end: PlayEnd): void {
  if (play.end === undefined) return;
  const differs = (["ram", "picture"] as const).filter((part) => play.end?.[part] !== end[part]);
  if (differs.length === 0) return;
  throw new MarioError(
    "REPLAY_DIFFERS",
    `The replay does not end like the recording: different ${differs.join(" and ")}.`,
    { value: end, remedy: "The file was altered, or made by a program that emulates otherwise." },
  );
}
