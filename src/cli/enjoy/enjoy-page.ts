import { basename } from "node:path";
import type { WebSocket } from "ws";
import type { Agent } from "../../agent/agent.js";
import { createSaliency } from "../../agent/saliency.js";
import type { Rng } from "../../core/rng.js";
import type { MarioEnv } from "../../env/mario-env.js";
import { stageName } from "../../env/stages.js";
import { FRAME_RATE } from "../../nes/hardware.js";
import type { ComputeBackend } from "../../nn/backend.js";
import type { EpisodeSummary } from "../../trainer/episode.js";
import { summarise, type Evaluation } from "../../trainer/evaluation.js";
import { Audience } from "../../viewer/server/audience.js";
import { parseEnjoyCommand } from "../../viewer/protocol/commands.js";
import { connectViewer } from "../../viewer/server/connection.js";
import type { EnjoyCommand, EpisodeEntry } from "../../viewer/protocol/protocol.js";
import { WatchSession } from "../../viewer/enjoy/watch-session.js";
import { EnjoyGame } from "./enjoy-game.js";
import type { PageOptions } from "../page/page-options.js";
import { watchForInterrupt } from "../process/interrupt.js";
import { openPage } from "../page/page-server.js";
import type { SavedModel } from "../saved-model.js";

export interface EnjoyPageOptions extends PageOptions {
  readonly model: SavedModel;
  readonly romName: string;
  readonly environment: MarioEnv;
  readonly agent: Agent;
  readonly backend: ComputeBackend;
  readonly epsilon: number;
  /** Undefined: until it is stopped. */
  readonly episodes: number | undefined;
  readonly rng: Rng;
}

/** `mario enjoy`'s page asks for this port first. */
const USUAL_PORT = 8470;

/**
 * Plays on a page until the person stops it.
 * @returns figures of the episodes that the network played by itself
 */
export async function enjoyOnPage(options: EnjoyPageOptions): Promise<Evaluation> {
  const { model, environment, rng } = options;
  const { architecture } = model.metadata;
  const game = new EnjoyGame({
    ...options,
    rng: rng.split(),
    hello: helloOf(options),
    createSaliency: () =>
      createSaliency({ ...architecture, backend: options.backend, weights: model.weights }),
  });
  const seeds = rng.split();
  const summaries: EpisodeSummary[] = [];
  const session = new WatchSession({
    game,
    audience: new Audience(),
    nextSeed: () => seeds.nextUint32(),
    now: () => performance.now(),
    ...(options.episodes !== undefined && { episodes: options.episodes }),
    onEpisode: (entry) => {
      if (!entry.helped) summaries.push(summaryOf(entry));
    },
  });
  const onConnection = (socket: WebSocket): void => {
    connectViewer<EnjoyCommand>(socket, {
      parse: parseEnjoyCommand,
      onOpen: (viewer) => {
        session.join(viewer);
      },
      onCommand: (viewer, command) => {
        session.handle(viewer, command);
      },
      onWant: (picture) => {
        if (picture === "saliency") session.showSaliency();
      },
      onClose: (viewer) => {
        session.leave(viewer);
      },
    });
  };
  const server = await openPage({ name: "enjoy", usualPort: USUAL_PORT, onConnection }, options);
  const interrupt = watchForInterrupt(() => {
    session.stop();
  });
  try {
    await session.run();
  } finally {
    interrupt.dispose();
    await server.close();
    game.dispose();
    environment.onFrame = undefined;
  }
  const steps = summaries.reduce((sum, { steps }) => sum + steps, 0);
  // At the console's pace, with pauses: how fast it was says nothing.
  return summarise(summaries, steps, 0);
}

function helloOf({ model, romName, environment }: EnjoyPageOptions): EnjoyGame["hello"] {
  return {
    t: "hello",
    model: basename(model.path),
    rom: romName,
    stage: { name: stageName(environment.stage), distance: environment.stage.distance },
    actions: environment.actions.map(({ name }) => ({ name })),
    actionRepeat: model.environment.actionRepeat,
    frameRate: FRAME_RATE,
  };
}

function summaryOf(entry: EpisodeEntry): EpisodeSummary {
  const { distance, reward, steps, frames, ending } = entry;
  return {
    distance,
    reward,
    steps,
    frames,
    ending,
    completed: ending === "completed",
    truncated: ending === "cut",
  };
}
