import { SCREEN_WIDTH } from "../../../nes/hardware.js";
import { cssColour } from "./theme.js";

export interface EpisodeEnd {
  /** Pixels from the stage's left edge. */
  readonly distance: number;
  /** A CSS colour, or the name of one of the style sheet. */
  readonly colour: string;
}

/** The status bar at the top belongs to no place of the stage. */
const STAGE_TOP = 32;
const STAGE_BOTTOM = 232;
/** Stage behind the castle. */
const BEYOND = 128;
/** A block of the stage. */
const BIN = 16;
/** Share of the height for the histogram, below the stage. */
const HISTOGRAM_SHARE = 0.42;
const GAP = 6;

/** The stage from end to end, as far as it came into view, and below it where episodes ended. */
export class StageMap {
  readonly #canvas: HTMLCanvasElement;
  readonly #stage: OffscreenCanvasRenderingContext2D;
  readonly #length: number;
  /** Pixels from the stage's left edge to its end. */
  readonly distance: number;
  /** Of each column. */
  readonly #seen: Uint8Array;
  #hasSeen = false;
  #x: number | undefined;
  #ends: readonly EpisodeEnd[] = [];
  #isDue = false;
  readonly #resizes = new ResizeObserver(() => {
    this.redraw();
  });

  /** @param distance pixels from the stage's left edge to its end. */
  constructor(canvas: HTMLCanvasElement, distance: number) {
    this.#canvas = canvas;
    this.distance = distance;
    this.#length = distance + BEYOND;
    this.#seen = new Uint8Array(this.#length);
    const picture = new OffscreenCanvas(this.#length, STAGE_BOTTOM - STAGE_TOP);
    this.#stage = picture.getContext("2d", { alpha: true })!;
    this.#resizes.observe(canvas);
  }

  /** Leaves the canvas to another map. */
  dispose(): void {
    this.#resizes.disconnect();
  }

  /**
   * Takes in the columns of the screen that were not seen before; what a pipe or a door skipped stays
   * open, for a later screen.
   * @param left its place, in pixels from the stage's left edge; negative: none
   */
  look(screen: CanvasImageSource, left: number): void {
    if (left < 0) return;
    const height = STAGE_BOTTOM - STAGE_TOP;
    const end = Math.min(left + SCREEN_WIDTH, this.#length);
    for (let from = left; from < end; from++) {
      if (this.#seen[from] === 1) continue;
      let to = from;
      while (to < end && this.#seen[to] === 0) this.#seen[to++] = 1;
      this.#stage.drawImage(
        screen,
        ...[from - left, STAGE_TOP, to - from, height],
        ...([from, 0, to - from, height] as const),
      );
      this.#hasSeen = true;
      this.redraw();
      from = to;
    }
  }

  /** @param x the player's, pixels; undefined: nobody is there. */
  place(x: number | undefined): void {
    this.#x = x;
    this.redraw();
  }

  ends(episodes: readonly EpisodeEnd[]): void {
    this.#ends = episodes;
    this.redraw();
  }

  /** Once before the next repaint, however often it is asked for. */
  redraw(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#draw();
    });
  }

  #draw(): void {
    const canvas = this.#canvas;
    const { clientWidth: width, clientHeight: height } = canvas;
    if (width === 0 || height === 0) return;
    const density = Math.min(devicePixelRatio, 3);
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
    const context = canvas.getContext("2d")!;
    context.scale(density, density);
    const scale = width / this.#length;
    // Nothing of the stage was seen where only files are read.
    const stageHeight = this.#hasSeen ? Math.round(height * (1 - HISTOGRAM_SHARE)) - GAP : 0;
    if (stageHeight > 0) this.#drawStage(context, width, stageHeight);
    this.#drawEnds(context, scale, stageHeight + GAP, height);
    if (this.#x !== undefined) drawPlace(context, this.#x * scale, stageHeight);
  }

  #drawStage(context: CanvasRenderingContext2D, width: number, stageHeight: number): void {
    context.fillStyle = cssColour("--sunk");
    context.beginPath();
    context.roundRect(0, 0, width, stageHeight, 6);
    context.fill();
    context.save();
    context.clip();
    context.imageSmoothingQuality = "high";
    context.drawImage(this.#stage.canvas, 0, 0, width, stageHeight);
    context.restore();
  }

  #drawEnds(context: CanvasRenderingContext2D, scale: number, top: number, height: number): void {
    const bins = new Map<number, Map<string, number>>();
    for (const { distance, colour } of this.#ends) {
      const at = Math.floor(Math.min(distance, this.#length - 1) / BIN);
      const bin = bins.get(at) ?? new Map<string, number>();
      bin.set(colour, (bin.get(colour) ?? 0) + 1);
      bins.set(at, bin);
    }
    const heights = Array.from(bins.values(), (bin) => sum(bin.values()));
    const floor = height - 15;
    const unit = (floor - top) / Math.max(4, ...heights);
    for (const [at, bin] of bins) {
      let y = floor;
      for (const [colour, count] of bin) {
        context.fillStyle = colour.startsWith("--") ? cssColour(colour) : colour;
        y -= unit * count;
        context.fillRect(at * BIN * scale, y, Math.max(2, BIN * scale - 1), unit * count);
      }
    }
    context.fillStyle = cssColour("--line");
    context.fillRect(0, floor, this.#length * scale, 1);
    context.fillStyle = cssColour("--soft");
    context.font = `11px ${getComputedStyle(this.#canvas).fontFamily}`;
    const every = 500 * scale > 60 ? 500 : 1000;
    // The last label needs room of its own.
    for (let x = every; x < this.distance - 75 / scale; x += every) {
      context.fillRect(Math.round(x * scale), floor, 1, 4);
      context.textAlign = "center";
      context.fillText(String(x), x * scale, height - 1);
    }
    context.textAlign = "right";
    context.fillText(`${this.distance} px`, this.#length * scale - 1, height - 1);
  }
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** A small pin above the player. */
function drawPlace(context: CanvasRenderingContext2D, x: number, height: number): void {
  context.fillStyle = cssColour("--accent-fill");
  context.strokeStyle = "#fff";
  context.lineWidth = 1.5;
  context.fillRect(x - 0.75, 6, 1.5, height - 6);
  context.beginPath();
  context.arc(x, 7, 5, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
}
