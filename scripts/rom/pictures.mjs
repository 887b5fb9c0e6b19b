// Reads pictures drawn as text and turns them into NES pattern tiles.
//
// A sheet is a line "= name name ..." followed by rows of pixels; pictures of one sheet
// stand side by side, separated by one space, and are all the same size:
//
//   = leaf acorn
//   ..11.... ..33....
//   .1221... .3333...
//
// Pixels are the palette entries . 1 2 3 ("." is the backdrop or transparent).
// ";" starts a comment line. "+ name = top / bottom" stacks two pictures into one.

export class SourceError extends Error {}

/** @returns {Map<string, {width: number, height: number, rows: string[]}>} */
export function parsePictures(text, file) {
  const pictures = new Map();
  const lines = text.split(/\r?\n/);
  const put = (name, rows, line) => {
    if (pictures.has(name))
      throw new SourceError(`${file}:${line}: picture "${name}" is drawn twice`);
    const width = rows[0].length;
    if (rows.some((row) => row.length !== width)) {
      throw new SourceError(`${file}:${line}: rows of "${name}" differ in length`);
    }
    if (width % 8 !== 0 || rows.length % 8 !== 0) {
      throw new SourceError(
        `${file}:${line}: "${name}" is ${width}x${rows.length}, not a multiple of 8`,
      );
    }
    if (rows.some((row) => /[^.123]/.test(row))) {
      throw new SourceError(`${file}:${line}: "${name}" has a pixel other than . 1 2 3`);
    }
    pictures.set(name, { width, height: rows.length, rows });
  };
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i].trimEnd();
    if (line.startsWith("+ ")) {
      const match = /^\+ (\S+) = (\S+) \/ (\S+)$/.exec(line);
      if (!match) throw new SourceError(`${file}:${i + 1}: expected "+ name = top / bottom"`);
      const [, name, top, bottom] = match;
      for (const part of [top, bottom]) {
        if (!pictures.has(part))
          throw new SourceError(`${file}:${i + 1}: no picture "${part}" above`);
      }
      put(name, [...pictures.get(top).rows, ...pictures.get(bottom).rows], i + 1);
      continue;
    }
    if (!line.startsWith("= ")) {
      if (line !== "" && !line.startsWith(";")) {
        throw new SourceError(`${file}:${i + 1}: expected "= name", a comment or a blank line`);
      }
      continue;
    }
    const names = line.slice(2).trim().split(/\s+/);
    const sheet = names.map(() => []);
    const start = i + 1;
    while (i + 1 < lines.length && /^[.123#]/.test(lines[i + 1])) {
      const cells = lines[++i].trim().split(/\s+/);
      if (cells.length !== names.length) {
        throw new SourceError(`${file}:${i + 1}: ${cells.length} cells for ${names.length} names`);
      }
      cells.forEach((cell, k) => sheet[k].push(cell));
    }
    if (sheet[0].length === 0) throw new SourceError(`${file}:${start}: "${names[0]}" has no rows`);
    names.forEach((name, k) => put(name, sheet[k], start));
  }
  return pictures;
}

/** The 8x8 tile of a picture at tile column tx, tile row ty, as 16 bytes (two bit planes). */
export function tileBytes(picture, tx, ty) {
  const bytes = new Uint8Array(16);
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) {
      const pixel = picture.rows[ty * 8 + y][tx * 8 + x];
      const colour = pixel === "." ? 0 : Number(pixel);
      bytes[y] |= (colour & 1) << (7 - x);
      bytes[y + 8] |= (colour >> 1) << (7 - x);
    }
  }
  return bytes;
}

/** One 4 KiB pattern table; equal tiles share a number. */
export class PatternTable {
  constructor(label) {
    this.label = label;
    this.tiles = [];
    this.numbers = new Map();
  }

  add(bytes) {
    const key = bytes.join(",");
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    if (this.tiles.length === 256)
      throw new SourceError(`${this.label}: more than 256 different tiles`);
    this.numbers.set(key, this.tiles.length);
    this.tiles.push(bytes);
    return this.tiles.length - 1;
  }

  toBytes() {
    const bytes = new Uint8Array(4096);
    this.tiles.forEach((tile, n) => bytes.set(tile, n * 16));
    return bytes;
  }
}
