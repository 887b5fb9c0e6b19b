import type { Film, FilmOptions, FilmSummary } from "./film.js";
import { GIF_TRAILER, gifFrames, gifHeader } from "./gif.js";
import type { FilmOutput } from "./film-output.js";
import { FRAME_RATE } from "../../nes/hardware.js";
import { delays } from "./timing.js";
import { webpFrames, webpHeader } from "./webp.js";
import { loadSharp } from "../../picture/load-sharp.js";
import { drawRgb, type Picture } from "../../picture/picture.js";

/**
 * Pictures that are encoded together. Memory: two such pieces at most, 24 MB each as RGB, however
 * long the film is. The file is less than 1 % larger than with one piece.
 */
const PIECE_PICTURES = 32;
const PIECE_BYTES = 24e6;
const PIECES_WAITING = 2;
/** The unit in which a format counts time, in ms. */
const UNIT_MS = { webp: 1, gif: 10 } as const;

/** An animated WebP (lossless) or GIF, encoded by sharp piece by piece while pictures still come. */
export class AnimatedFilm implements Film {
  readonly #format: "webp" | "gif";
  readonly #options: Required<FilmOptions>;
  readonly #output: FilmOutput;
  readonly #piecePictures: number;
  #piece: Uint32Array[] = [];
  #pictures = 0;
  #bytes = 0;
  #alpha = false;
  #waiting = 0;
  #work: Promise<void>;

  constructor(format: "webp" | "gif", options: Required<FilmOptions>, output: FilmOutput) {
    this.#format = format;
    this.#options = options;
    this.#output = output;
    const { width, height, scale } = options;
    const fitting = Math.floor(PIECE_BYTES / (3 * width * height * scale * scale));
    this.#piecePictures = Math.max(1, Math.min(PIECE_PICTURES, fitting));
    this.#work = this.#write(this.#header());
    this.#work.catch(() => undefined);
  }

  get pictures(): number {
    return this.#pictures;
  }

  add({ pixels }: Picture): void {
    this.#piece.push(pixels.slice());
    this.#pictures++;
    if (this.#piece.length === this.#piecePictures) this.#endPiece();
  }

  async ready(): Promise<void> {
    if (this.#waiting >= PIECES_WAITING) await this.#work;
  }

  async finish(): Promise<FilmSummary> {
    if (this.#piece.length > 0) this.#endPiece();
    await this.#work;
    if (this.#format === "gif") await this.#write(GIF_TRAILER);
    else await this.#output.patch(0, this.#header());
    await this.#output.commit();
    return {
      bytes: this.#bytes,
      pictures: this.#pictures,
      seconds: (this.#pictures * this.#options.framesPerPicture) / FRAME_RATE,
      width: this.#options.width * this.#options.scale,
      height: this.#options.height * this.#options.scale,
    };
  }

  async discard(): Promise<void> {
    await this.#work.catch(() => undefined);
    await this.#output.discard();
  }

  #endPiece(): void {
    const pictures = this.#piece;
    const first = this.#pictures - pictures.length;
    this.#piece = [];
    this.#waiting++;
    this.#work = this.#work.then(async () => {
      await this.#write(await this.#encode(pictures, first));
      this.#waiting--;
    });
    // Told by `ready` or `finish`, not as a failure that nobody handles.
    this.#work.catch(() => undefined);
  }

  /** @returns the pictures as frames of the format. */
  async #encode(pictures: readonly Uint32Array[], first: number): Promise<Uint8Array> {
    const sharp = await loadSharp();
    const { width, height, scale, framesPerPicture } = this.#options;
    const stride = width * scale;
    const pageHeight = height * scale;
    const rgb = new Uint8Array(3 * stride * pageHeight * pictures.length);
    pictures.forEach((pixels, i) => {
      drawRgb({ width, height, pixels }, scale, rgb, i * stride * pageHeight, stride);
    });
    const image = sharp(rgb, {
      raw: { width: stride, height: pageHeight * pictures.length, channels: 3, pageHeight },
      limitInputPixels: false,
    });
    const pictureMs = (1000 * framesPerPicture) / FRAME_RATE;
    const delay = delays(pictures.length, pictureMs, UNIT_MS[this.#format], first);
    const stillMs = delay.reduce((sum, ms) => sum + ms, 0);
    if (this.#format === "gif") {
      // No dithering: a console's picture has fewer colours than a GIF can hold.
      return gifFrames(await image.gif({ delay, loop: 0, dither: 0 }).toBuffer(), stillMs);
    }
    const piece = await image.webp({ delay, loop: 0, lossless: true }).toBuffer();
    const { frames, alpha } = webpFrames(piece, stillMs);
    this.#alpha ||= alpha;
    return frames;
  }

  #header(): Uint8Array {
    const width = this.#options.width * this.#options.scale;
    const height = this.#options.height * this.#options.scale;
    if (this.#format === "gif") return gifHeader(width, height);
    const headerBytes = 44;
    const frameBytes = Math.max(0, this.#bytes - headerBytes);
    return webpHeader({ width, height, frameBytes, alpha: this.#alpha });
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#bytes += bytes.length;
    await this.#output.write(bytes);
  }
}
