/**
 * Joins GIF files of one size into one, so that a film can be encoded in short pieces. The colour
 * table of a piece becomes the local one of its frames. Source: the GIF89a specification, w3.org.
 */
const HEADER_BYTES = 13;
const PACKED_AT = 10;
const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
const IMAGE = 0x2c;
const IMAGE_BYTES = 10;
const HAS_TABLE = 0x80;
const TABLE_SIZE = 0x07;

export const GIF_TRAILER = Uint8Array.of(0x3b);

/** Size and "repeat for ever". */
export function gifHeader(width: number, height: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  header.set(new TextEncoder().encode("GIF89a"));
  new DataView(header.buffer).setUint16(6, width, true);
  new DataView(header.buffer).setUint16(8, height, true);
  const repeat = [EXTENSION, 0xff, 11, ...new TextEncoder().encode("NETSCAPE2.0"), 3, 1, 0, 0, 0];
  return Buffer.concat([header, Uint8Array.from(repeat)]);
}

/**
 * The frames of one piece, ready to be appended.
 * @param file a whole GIF file
 * @param stillMs for how long a piece of a single picture is seen: it says nothing of time itself
 */
export function gifFrames(file: Uint8Array, stillMs: number): Uint8Array {
  const globalBytes = tableBytes(file[PACKED_AT]);
  const globalTable = file.subarray(HEADER_BYTES, HEADER_BYTES + globalBytes);
  const parts: Uint8Array[] = [];
  let control: Uint8Array | undefined;
  for (let at = HEADER_BYTES + globalBytes; at < file.length;) {
    if (file[at] === EXTENSION) {
      const end = endOfBlocks(file, at + 2);
      if (file[at + 1] === GRAPHIC_CONTROL) control = file.subarray(at, end);
      at = end;
    } else if (file[at] === IMAGE) {
      const localBytes = tableBytes(file[at + IMAGE_BYTES - 1]);
      const dataAt = at + IMAGE_BYTES + localBytes;
      const end = endOfBlocks(file, dataAt + 1);
      const descriptor = file.slice(at, dataAt);
      parts.push(control ?? graphicControl(stillMs), descriptor);
      if (localBytes === 0) {
        descriptor[IMAGE_BYTES - 1] |= HAS_TABLE | (file[PACKED_AT] & TABLE_SIZE);
        parts.push(globalTable);
      }
      parts.push(file.subarray(dataAt, end));
      control = undefined;
      at = end;
    } else break;
  }
  return Buffer.concat(parts);
}

/** Bytes of the colour table that a packed field announces: 3 × 2^(n + 1), or none. */
function tableBytes(packed: number): number {
  return (packed & HAS_TABLE) === 0 ? 0 : 3 << ((packed & TABLE_SIZE) + 1);
}

/** Behind the blocks (length, data, …, 0) that start at `at`. */
function endOfBlocks(file: Uint8Array, at: number): number {
  let end = at;
  while (file[end] !== 0) end += 1 + file[end];
  return end + 1;
}

/** Time in hundredths of a second; leave the picture standing. */
function graphicControl(ms: number): Uint8Array {
  const hundredths = Math.round(ms / 10);
  return Uint8Array.of(EXTENSION, GRAPHIC_CONTROL, 4, 0x04, hundredths, hundredths >> 8, 0, 0);
}
