import type { MarioEnv } from "../../env/mario-env.js";
import type { Film } from "../../viewer/film/film.js";
import { Overlay } from "../../viewer/overlay/overlay.js";
import { nesPicture } from "../../picture/picture.js";
import { beginTrace, type EpisodeTrace } from "./episode-trace.js";

export interface FilmEpisodeOptions {
  /** The environment in which the episode was played, or one of the same options. */
  readonly environment: MarioEnv;
  readonly trace: EpisodeTrace;
  readonly film: Film;
  readonly framesPerPicture: number;
  /** The film's pictures are 128 wider. */
  readonly overlay?: boolean;
  /** For the overlay: Q of each action for one observation; undefined where no network plays. */
  readonly qValues?: ((observation: Uint8Array) => ArrayLike<number>) | undefined;
  /** Emulator frames to film; default all. */
  readonly maxFrames?: number;
  /** Asked after each step. */
  readonly shouldStop?: () => boolean;
  readonly onPicture?: () => void;
}

/** Plays a traced episode again and films it, other things being done between its steps. */
export async function filmEpisode(options: FilmEpisodeOptions): Promise<void> {
  const { environment, trace, film, framesPerPicture, maxFrames = Infinity } = options;
  const buttons = environment.actions.map((action) => action.buttons);
  const overlay = options.overlay === true ? new Overlay(buttons) : undefined;
  let frames = 0;
  let action = trace.actions[0];
  let seen = environment.frame.slice();
  let qValues: ArrayLike<number> | undefined;
  beginTrace(environment, trace);
  environment.onFrame = () => {
    if (frames++ % framesPerPicture !== 0 || frames > maxFrames) return;
    const screen = environment.screen();
    const held = environment.heldButtons;
    film.add(overlay?.draw(screen, { frame: seen, qValues, action, held }) ?? nesPicture(screen));
    options.onPicture?.();
  };
  try {
    for (action of trace.actions) {
      if (overlay) {
        seen = environment.frame.slice();
        qValues = options.qValues?.(environment.observation);
      }
      environment.step(action);
      await film.ready();
      await new Promise((resolve) => setImmediate(resolve));
      if (frames >= maxFrames || options.shouldStop?.()) break;
    }
  } finally {
    environment.onFrame = undefined;
  }
}

/** Pictures that {@link filmEpisode} will take. */
export function picturesIn(frames: number, framesPerPicture: number): number {
  return Math.ceil(frames / framesPerPicture);
}
