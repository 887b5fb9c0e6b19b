import { make } from "../shared/dom.js";
import { paint, type DecodedPicture } from "../shared/picture.js";

const SIDE = 84;
const DEPTH = 4;

/** The observation: four small pictures, the newest last. */
export class StackView {
  readonly #canvases: readonly CanvasRenderingContext2D[];
  readonly #image = new ImageData(SIDE, SIDE);

  constructor(into: HTMLElement) {
    const canvases = Array.from({ length: DEPTH }, () =>
      make("canvas", { width: String(SIDE), height: String(SIDE) }),
    );
    this.#canvases = canvases.map((canvas) => canvas.getContext("2d", { alpha: false })!);
    into.replaceChildren(
      ...canvases.map((canvas, i) => {
        const age = DEPTH - 1 - i;
        const caption = make("figcaption", {}, age === 0 ? "now" : `−${age}`);
        return make("figure", {}, canvas, caption);
      }),
    );
  }

  show(picture: DecodedPicture): void {
    if (picture.header.width !== SIDE || picture.header.frames !== DEPTH) return;
    this.#canvases.forEach((context, frame) => {
      paint(picture, this.#image, frame);
      context.putImageData(this.#image, 0, 0);
    });
  }
}
