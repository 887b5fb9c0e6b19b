import { MarioError } from "../core/errors.js";
import type { Emulator } from "../nes/emulator.js";
import { Button } from "../nes/hardware.js";
import { MarioRam, Mode, PLAY_STEP } from "./mario-ram.js";
import { stageName, type Stage } from "./stages.js";

/** Frames before the first press: the game clears its memory and draws the title. */
const BOOT_FRAMES = 30;
/** Start counts on its edge, so it is let go again: held for 4 frames of every 16. */
const PRESS_FRAMES = 4;
const PRESS_PERIOD = 16;
/** Twenty seconds; the classic needs about five from power on to the first tick. */
const MAX_FRAMES = 1_200;

/**
 * Plays from power on to the moment when the chosen stage's clock first ticks down, which is when
 * the game begins to listen to the player.
 * @param emulator just powered on.
 * @throws MarioError GAME_NOT_STARTED when that does not happen within 1,200 frames.
 */
export function startGame(emulator: Emulator, stage: Stage): void {
  const ram = new MarioRam(emulator.ram);
  let reached = "never left its title screen when Start was pressed";
  let timeBefore = 0;
  for (let frame = 0; frame < MAX_FRAMES; frame++) {
    const pressing = frame >= BOOT_FRAMES && frame % PRESS_PERIOD < PRESS_FRAMES;
    const atTitle = ram.mode !== Mode.play;
    emulator.stepFrame(atTitle && pressing ? Button.start : 0);
    if (ram.mode !== Mode.play || ram.modeStep < PLAY_STEP) {
      // The classic fixes which area to load in the very frame of Start, so write from the title on.
      if (frame >= BOOT_FRAMES) ram.writeStage(stage.world, stage.stage, stage.area);
      if (ram.mode === Mode.play) reached = "started but never finished loading the stage";
      timeBefore = 0;
      continue;
    }
    reached = "loaded the stage but its clock never ran";
    if (ram.world !== stage.world || ram.stage !== stage.stage) {
      throw notStarted(`loaded ${stageName(ram)} instead of ${stageName(stage)}`);
    }
    // While the player is being placed, the classic's clock still is the title screen's.
    const time = ram.isPlacing ? 0 : ram.time;
    if (time < timeBefore) return;
    timeBefore = time;
  }
  throw notStarted(reached);
}

function notStarted(what: string): MarioError {
  return new MarioError("GAME_NOT_STARTED", `The game ${what}.`, {
    remedy:
      "Use a dump of Super Mario Bros. (World) or the cartridge that comes with this program.",
  });
}
