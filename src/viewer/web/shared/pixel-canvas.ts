import { paint, type DecodedPicture } from "./picture.js";

/** Enlarged by whole pixels first and scaled smoothly then, pixels stay sharp and equal in size. */
const ENLARGEMENT = 4;

/** A canvas of whatever CSS size that shows small pictures with sharp pixels. */
export class PixelCanvas {
  readonly #context: CanvasRenderingContext2D;
  readonly #small: CanvasRenderingContext2D;
  readonly #image: ImageData;

  constructor(
    canvas: HTMLCanvasElement,
    readonly width: number,
    readonly height: number,
  ) {
    canvas.width = width * ENLARGEMENT;
    canvas.height = height * ENLARGEMENT;
    this.#context = canvas.getContext("2d", { alpha: false })!;
    this.#small = new OffscreenCanvas(width, height).getContext("2d", {
      alpha: false,
    }) as unknown as CanvasRenderingContext2D;
    this.#image = this.#small.createImageData(width, height);
  }

  /** What was drawn last, pixel for pixel. */
  get picture(): CanvasImageSource {
    return this.#small.canvas;
  }

  draw(picture: DecodedPicture, frame = 0): void {
    paint(picture, this.#image, frame);
    this.#small.putImageData(this.#image, 0, 0);
    this.copy(this.#small.canvas);
  }

  /** @param source something of this canvas's own pixels. */
  copy(source: CanvasImageSource): void {
    this.#context.imageSmoothingEnabled = false;
    this.#context.drawImage(source, 0, 0, this.width * ENLARGEMENT, this.height * ENLARGEMENT);
  }

  /** For what is drawn over the picture, in its own pixels. */
  overlay(drawOver: (context: CanvasRenderingContext2D) => void): void {
    this.#context.save();
    this.#context.scale(ENLARGEMENT, ENLARGEMENT);
    drawOver(this.#context);
    this.#context.restore();
  }
}
