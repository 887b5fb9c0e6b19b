import { STACK_FRAMES } from "../../core/observation.js";
import { SCREEN_HEIGHT, SCREEN_WIDTH } from "../../nes/hardware.js";
import type { Audience } from "../server/audience.js";
import { encodePicture, Indexer, planar } from "../protocol/frame-encoding.js";
import { PictureKind } from "../protocol/protocol.js";
import type { Choice, WatchedGame } from "./watched-game.js";

/** A message of which only the newest of its kind matters. */
export type Message = readonly [kind: string, message: string | Uint8Array];

const STACK_SIDE = 84;
const STACK = { source: 0, width: STACK_SIDE, height: STACK_SIDE, left: -1 };
const GREY = new Uint8Array(0);

/** Puts what there is to see of a game into messages. */
export class GameView {
  readonly #game: WatchedGame;
  readonly #indexer = new Indexer();

  constructor(game: WatchedGame) {
    this.#game = game;
  }

  screen(): [kind: string, message: Uint8Array] {
    const { left } = this.#game.moment();
    const header = {
      kind: PictureKind.screen,
      source: 0,
      width: SCREEN_WIDTH,
      height: SCREEN_HEIGHT,
      left,
      held: this.#game.held(),
    };
    return ["screen", encodePicture(header, this.#indexer.index(this.#game.screen()))];
  }

  /** Everything but the screen; pictures that nobody wants are not computed. */
  decision(choice: Choice, audience: Audience): Message[] {
    const decision = {
      t: "decision",
      ...this.#game.moment(),
      q: Array.from(choice.q, (value) => Number(value.toPrecision(5))),
      action: choice.action,
      by: choice.by,
    };
    const messages: Message[] = [["decision", JSON.stringify(decision)]];
    if (audience.wants("stack")) {
      const indices = planar(this.#game.observation, STACK_FRAMES);
      const header = { ...STACK, kind: PictureKind.stack, frames: STACK_FRAMES };
      messages.push(["stack", encodePicture(header, { indices, palette: GREY })]);
    }
    if (audience.wants("saliency")) messages.push(this.saliency(choice.action));
    return messages;
  }

  /** Of the observation as it is now. */
  saliency(action: number): Message {
    const indices = this.#game.saliency(action);
    const header = { ...STACK, kind: PictureKind.saliency };
    return ["saliency", encodePicture(header, { indices, palette: GREY })];
  }
}
