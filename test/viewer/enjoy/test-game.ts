import { readFileSync } from "node:fs";
import { createDqnAgent } from "../../../src/agent/dqn-agent.js";
import { createSaliency } from "../../../src/agent/saliency.js";
import { EnjoyGame } from "../../../src/cli/enjoy/enjoy-game.js";
import { Rng } from "../../../src/core/rng.js";
import { createMarioEnv, type MarioEnv } from "../../../src/env/mario-env.js";
import { FRAME_RATE } from "../../../src/nes/hardware.js";
import { selectPlayingBackend } from "../../../src/nn/select-backend.js";

const ROM = new URL("../../../roms/fenn.nes", import.meta.url);

/** Keeps the books of every decision, shown or not. */
class LoggedGame extends EnjoyGame {
  readonly log: { readonly action: number; readonly x: number; readonly score: number }[] = [];

  override step(action: number, onFrame?: () => void): ReturnType<EnjoyGame["step"]> {
    const result = super.step(action, onFrame);
    this.log.push({ action, x: result.moment.x, score: result.moment.score });
    return result;
  }
}

export interface TestGame {
  readonly game: LoggedGame;
  readonly environment: MarioEnv;
  dispose(): void;
}

/** Our cartridge, and a network that has learned nothing yet. */
export async function createTestGame(
  options: {
    readonly epsilon?: number;
    readonly maxEpisodeSteps?: number;
    readonly stickyActions?: number;
  } = {},
): Promise<TestGame> {
  const backend = await selectPlayingBackend("auto", { threads: 1 });
  const environment = createMarioEnv({
    rom: new Uint8Array(readFileSync(ROM)),
    noopMaxFrames: 30,
    maxEpisodeSteps: options.maxEpisodeSteps ?? 0,
    stickyActions: options.stickyActions ?? 0,
  });
  const { actionCount } = environment;
  const agent = createDqnAgent({ backend, actionCount, seed: 5, learningRate: 1e-4 });
  const game = new LoggedGame({
    hello: {
      t: "hello",
      model: "test",
      rom: "fenn.nes",
      stage: { name: "1-1", distance: environment.stage.distance },
      actions: environment.actions.map(({ name }) => ({ name })),
      actionRepeat: 4,
      frameRate: FRAME_RATE,
    },
    environment,
    agent,
    epsilon: options.epsilon ?? 0,
    rng: new Rng(9),
    createSaliency: () => createSaliency({ backend, actionCount, weights: agent.getWeights() }),
  });
  return {
    game,
    environment,
    dispose: () => {
      game.dispose();
      agent.dispose();
    },
  };
}
