import type { MarioEnv } from "../../env/mario-env.js";
import { StagePicture } from "../../picture/stage-picture.js";
import { beginTrace, type EpisodeTrace } from "../film/episode-trace.js";

/** Pixels behind the castle's door that may be seen as well. */
const BEYOND = 512;

/**
 * Draws the stage as far as some episodes saw it, by playing them again.
 * @param environment in which they were played
 */
export async function surveyStage(
  environment: MarioEnv,
  traces: readonly EpisodeTrace[],
): Promise<StagePicture> {
  const maxWidth = environment.stage.distance + BEYOND;
  // A picture may show the camera of its own frame or of the one before: the game decides when it
  // sets the scroll. The right guess is the one with which the screens agree.
  const guesses = [new StagePicture(maxWidth), new StagePicture(maxWidth)];
  for (const trace of traces) await replay(environment, trace, guesses);
  return guesses[1].agreement > guesses[0].agreement ? guesses[1] : guesses[0];
}

async function replay(
  environment: MarioEnv,
  trace: EpisodeTrace,
  [now, oneLate]: readonly StagePicture[],
): Promise<void> {
  beginTrace(environment, trace);
  let before = environment.ram.screenLeft;
  environment.onFrame = () => {
    if (!environment.isOnStage) return;
    const { screenLeft } = environment.ram;
    now.add(environment.screen(), screenLeft);
    oneLate.add(environment.screen(), before);
    before = screenLeft;
  };
  try {
    for (const [i, action] of trace.actions.entries()) {
      environment.step(action);
      if (i % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    environment.onFrame = undefined;
  }
}
