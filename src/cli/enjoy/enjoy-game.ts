import type { Agent } from "../../agent/agent.js";
import { saliencyMap, type Saliency } from "../../agent/saliency.js";
import type { Rng } from "../../core/rng.js";
import type { MarioEnv, MarioInfo } from "../../env/mario-env.js";
import { EpisodeTally, type EpisodeEnding, type EpisodeTallyState } from "../../trainer/episode.js";
import { argmax } from "../../trainer/policy.js";
import type { EnjoyHello, Moment } from "../../viewer/protocol/protocol.js";
import type { Choice, WatchedGame } from "../../viewer/enjoy/watched-game.js";

export interface EnjoyGameOptions {
  readonly hello: EnjoyHello;
  readonly environment: MarioEnv;
  readonly agent: Agent;
  /** Share of random decisions. */
  readonly epsilon: number;
  readonly rng: Rng;
  /** Made when the overlay is first asked for. */
  readonly createSaliency: () => Saliency;
}

interface Suspended {
  readonly environment: Uint8Array;
  readonly tally: EpisodeTallyState;
}

/** A trained agent at the game, for {@link WatchedGame}'s audience. */
export class EnjoyGame implements WatchedGame {
  readonly hello: EnjoyHello;
  readonly buttons: readonly number[];
  readonly #options: EnjoyGameOptions;
  #saliency: Saliency | undefined;
  readonly #tally = new EpisodeTally();
  #info: MarioInfo;

  constructor(options: EnjoyGameOptions) {
    this.#options = options;
    this.hello = options.hello;
    this.buttons = options.environment.actions.map(({ buttons }) => buttons);
    this.#info = options.environment.info();
  }

  get observation(): Uint8Array {
    return this.#options.environment.observation;
  }

  screen(): Uint32Array {
    return this.#options.environment.screen();
  }

  held(): number {
    return this.#options.environment.heldButtons;
  }

  reset(seed: number): Moment {
    this.#info = this.#options.environment.reset(seed).info;
    this.#tally.start();
    return this.moment();
  }

  qValues(): Float32Array {
    return this.#options.agent.qValues(this.observation, 1);
  }

  decide(q: Float32Array): Omit<Choice, "q"> {
    const { agent, epsilon, rng } = this.#options;
    if (epsilon > 0 && rng.uniform() < epsilon) {
      return { action: rng.integer(agent.actionCount), by: "chance" };
    }
    return { action: argmax(q), by: "network" };
  }

  saliency(action: number): Uint8Array {
    this.#saliency ??= this.#options.createSaliency();
    return saliencyMap(this.#saliency.gradient(this.observation, action));
  }

  step(
    action: number,
    onFrame?: () => void,
  ): { readonly moment: Moment; readonly ending: EpisodeEnding | undefined } {
    const { environment } = this.#options;
    environment.onFrame = onFrame;
    const result = environment.step(action);
    const summary = this.#tally.add(result);
    this.#info = result.info;
    return { moment: this.moment(), ending: summary?.ending };
  }

  moment(): Moment {
    const { x, maxX, time, score, coins, steps, frames } = this.#info;
    const { isOnStage, ram } = this.#options.environment;
    // A room beside the stage is no part of its map.
    const left = isOnStage ? ram.screenLeft : -1;
    const { reward } = this.#tally.getState();
    return { x, maxX, time, score, coins, steps, frames, left, reward };
  }

  suspend(): Suspended {
    return { environment: this.#options.environment.getState(), tally: this.#tally.getState() };
  }

  resume({ environment, tally }: Suspended): void {
    this.#options.environment.setState(environment);
    this.#info = this.#options.environment.info();
    this.#tally.setState(tally);
  }

  dispose(): void {
    this.#saliency?.dispose();
  }
}
