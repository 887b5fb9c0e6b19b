import {
  PICTURE_HEADER_BYTES,
  readPictureHeader,
  type PictureHeader,
} from "../../protocol/protocol.js";

export interface DecodedPicture {
  readonly header: PictureHeader;
  /** `[frames, height, width] uint8`. */
  readonly indices: Uint8Array;
  /** One colour for each index, as a canvas keeps them: 0xAABBGGRR. */
  readonly colours: Uint32Array;
}

const OPAQUE = 0xff00_0000;
const GREYS = Uint32Array.from(
  { length: 256 },
  (_, v) => (OPAQUE | (v << 16) | (v << 8) | v) >>> 0,
);

export async function decodePicture(bytes: Uint8Array<ArrayBuffer>): Promise<DecodedPicture> {
  const header = readPictureHeader(bytes);
  const deflated = new Blob([bytes.subarray(PICTURE_HEADER_BYTES)]);
  const inflated = deflated.stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const body = new Uint8Array(await new Response(inflated).arrayBuffer());
  const at = 3 * header.colours;
  return {
    header,
    indices: body.subarray(at),
    colours: header.colours === 0 ? GREYS : coloursOf(body.subarray(0, at)),
  };
}

function coloursOf(palette: Uint8Array): Uint32Array {
  return Uint32Array.from({ length: palette.length / 3 }, (_, i) => {
    const [red, green, blue] = palette.subarray(3 * i, 3 * i + 3);
    return (OPAQUE | (blue << 16) | (green << 8) | red) >>> 0;
  });
}

/** Decodes in the order of arrival, and of those that wait only the newest of each kind. */
export class PictureQueue {
  readonly #show: (picture: DecodedPicture) => void;
  readonly #waiting = new Map<string, Uint8Array<ArrayBuffer>>();
  #isBusy = false;

  constructor(show: (picture: DecodedPicture) => void) {
    this.#show = show;
  }

  push(bytes: Uint8Array<ArrayBuffer>): void {
    const { kind, source } = readPictureHeader(bytes);
    this.#waiting.set(`${kind}/${source}`, bytes);
    if (!this.#isBusy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    for (;;) {
      const [next] = this.#waiting;
      // Nothing waits: the type does not know.
      if ((next as typeof next | undefined) === undefined) break;
      this.#waiting.delete(next[0]);
      this.#show(await decodePicture(next[1]));
    }
    this.#isBusy = false;
  }
}

/** Turns indices into pixels of an `ImageData`. @param frame which of the picture's frames. */
export function paint(picture: DecodedPicture, image: ImageData, frame = 0): void {
  const { header, indices, colours } = picture;
  const pixels = header.width * header.height;
  const out = new Uint32Array(image.data.buffer);
  const from = frame * pixels;
  for (let i = 0; i < pixels; i++) out[i] = colours[indices[from + i]];
}
