import { inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/core/rng.js";
import { encodePicture, Indexer, planar } from "../../../src/viewer/protocol/frame-encoding.js";
import {
  PICTURE_HEADER_BYTES,
  PictureKind,
  readPictureHeader,
} from "../../../src/viewer/protocol/protocol.js";

/** What a page does with a message, in Node. */
function decode(message: Uint8Array): {
  header: ReturnType<typeof readPictureHeader>;
  pixels: number[];
} {
  const header = readPictureHeader(message);
  const body = inflateRawSync(message.subarray(PICTURE_HEADER_BYTES));
  const palette = body.subarray(0, 3 * header.colours);
  const colour = (i: number): number =>
    (palette[3 * i] << 16) | (palette[3 * i + 1] << 8) | palette[3 * i + 2];
  const indices = body.subarray(palette.length);
  return { header, pixels: Array.from(indices, (i) => (header.colours > 0 ? colour(i) : i)) };
}

describe("encodePicture", () => {
  it("brings back every pixel of a picture with up to 256 colours", () => {
    const rng = new Rng(1);
    for (const colours of [1, 2, 20, 256]) {
      const palette = Uint32Array.from({ length: colours }, (_, i) => (i * 65_793 + 7) & 0xffffff);
      const pixels = Uint32Array.from({ length: 256 * 240 }, (_, i) =>
        i < colours ? palette[i] : palette[rng.integer(colours)],
      );
      const size = { width: 256, height: 240 };
      const header = { kind: PictureKind.screen, source: 3, ...size, left: 1234, held: 129 };
      const decoded = decode(encodePicture(header, new Indexer().index(pixels)));
      expect(decoded.header).toEqual({ ...header, colours, frames: 1 });
      expect(decoded.pixels).toEqual(Array.from(pixels));
    }
  });

  it("shows black, and forgets the palette of the picture before", () => {
    const indexer = new Indexer();
    indexer.index(Uint32Array.of(1, 2, 3, 4));
    const { indices, palette } = indexer.index(Uint32Array.of(0, 0, 0xffffff, 0));
    expect(Array.from(indices)).toEqual([0, 0, 1, 0]);
    expect(Array.from(palette)).toEqual([0, 0, 0, 255, 255, 255]);
  });

  it("gives surplus colours one slot, and keeps the rest right", () => {
    const pixels = Uint32Array.from({ length: 600 }, (_, i) => i * 1000);
    const { indices, palette } = new Indexer().index(pixels);
    expect(palette).toHaveLength(3 * 256);
    expect(Array.from(indices.subarray(0, 255))).toEqual(Array.from({ length: 255 }, (_, i) => i));
    expect(Array.from(indices.subarray(256)).every((index) => index === 255)).toBe(true);
  });

  it("keeps grey values without a palette, several frames in one", () => {
    const interleaved = Uint8Array.from({ length: 84 * 84 * 4 }, (_, i) => (i * 7) & 255);
    const indices = planar(interleaved, 4);
    const { header, pixels } = decode(
      encodePicture(
        { kind: PictureKind.stack, source: 0, width: 84, height: 84, left: -1, frames: 4 },
        { indices, palette: new Uint8Array(0) },
      ),
    );
    expect(header).toMatchObject({ colours: 0, frames: 4, left: -1, held: 0 });
    expect(pixels[2 * 84 * 84 + 5]).toBe(interleaved[5 * 4 + 2]);
    expect(pixels[84 * 84]).toBe(interleaved[1]);
  });
});
