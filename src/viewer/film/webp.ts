/**
 * Joins animated WebP files of one size into one, so that a film can be encoded in short pieces. The
 * frames are taken over as they are: the first of every piece covers the whole picture.
 *
 * A WebP file is RIFF: "RIFF" size "WEBP", then chunks of name, size (uint32, little-endian) and data
 * padded to an even length. Source: developers.google.com/speed/webp/docs/riff_container.
 */
const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const ANIMATION = 0x02;
const ALPHA = 0x10;
/** Of a frame: where it lies (2 × 3 bytes), its size (2 × 3), its duration (3), flags (1). */
const FRAME_HEADER_BYTES = 16;
/** Do not blend with what was there: a still covers it. */
const OVERWRITE = 0x02;

export interface WebpHeaderOptions {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Of all chunks that follow the header. */
  readonly frameBytes: number;
  /** Some frame has transparent pixels: those that are as they were in the frame before. */
  readonly alpha: boolean;
}

/** What comes before the first frame; the animation is repeated for ever. */
export function webpHeader({ width, height, frameBytes, alpha }: WebpHeaderOptions): Uint8Array {
  const extended = new Uint8Array(10);
  extended[0] = ANIMATION | (alpha ? ALPHA : 0);
  setUint24(extended, 4, width - 1);
  setUint24(extended, 7, height - 1);
  // Background colour and number of repetitions (0: for ever).
  const chunks = [chunk("VP8X", extended), chunk("ANIM", new Uint8Array(6))];
  const body = Buffer.concat(chunks);
  const riff = new Uint8Array(RIFF_HEADER_BYTES);
  riff.set(ascii("RIFF"), 0);
  new DataView(riff.buffer).setUint32(4, 4 + body.length + frameBytes, true);
  riff.set(ascii("WEBP"), 8);
  return Buffer.concat([riff, body]);
}

/**
 * The frames of one piece, ready to be appended.
 * @param file a whole WebP file, moving or still
 * @param durationMs of a still; encoders write one when all pictures of a piece are the same
 */
export function webpFrames(
  file: Uint8Array,
  durationMs: number,
): { readonly frames: Uint8Array; readonly alpha: boolean } {
  const chunks = chunksOf(file);
  const extended = chunks.find(({ name }) => name === "VP8X");
  const frames = chunks.filter(({ name }) => name === "ANMF");
  if (frames.length > 0) {
    const alpha = extended !== undefined && (extended.bytes[CHUNK_HEADER_BYTES] & ALPHA) !== 0;
    return { frames: Buffer.concat(frames.map(({ bytes }) => bytes)), alpha };
  }
  const image = chunks.find(({ name }) => name === "VP8L")!;
  const data = new Uint8Array(FRAME_HEADER_BYTES + image.bytes.length);
  // 14 bits each of width − 1 and height − 1 follow the signature byte 0x2f.
  const size = new DataView(image.bytes.buffer, image.bytes.byteOffset).getUint32(
    CHUNK_HEADER_BYTES + 1,
    true,
  );
  setUint24(data, 6, size & 0x3fff);
  setUint24(data, 9, (size >>> 14) & 0x3fff);
  setUint24(data, 12, durationMs);
  data[15] = OVERWRITE;
  data.set(image.bytes, FRAME_HEADER_BYTES);
  return { frames: chunk("ANMF", data), alpha: false };
}

/** Chunks with their headers and padding, as views. */
function chunksOf(file: Uint8Array): { readonly name: string; readonly bytes: Uint8Array }[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const chunks = [];
  for (let at = RIFF_HEADER_BYTES; at < file.length;) {
    const length = CHUNK_HEADER_BYTES + evenly(view.getUint32(at + 4, true));
    const name = String.fromCharCode(...file.subarray(at, at + 4));
    chunks.push({ name, bytes: file.subarray(at, at + length) });
    at += length;
  }
  return chunks;
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(CHUNK_HEADER_BYTES + evenly(data.length));
  bytes.set(ascii(name), 0);
  new DataView(bytes.buffer).setUint32(4, data.length, true);
  bytes.set(data, CHUNK_HEADER_BYTES);
  return bytes;
}

function evenly(length: number): number {
  return length + (length & 1);
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function setUint24(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >> 8;
  bytes[at + 2] = value >> 16;
}
