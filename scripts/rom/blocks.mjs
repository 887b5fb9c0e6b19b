// Reads blocks.txt and scenery.txt: what the characters of the maps stand for.
import { byteLines, hex } from "./assembly.mjs";
import { SourceError, tileBytes } from "./pictures.mjs";

/** First block number of each kind, so that one compare tells a kind, in the game and outside. */
const FIRST_NUMBER = { decor: 0x00, pass: 0x70, solid: 0x80 };
const KINDS = Object.keys(FIRST_NUMBER);

export function fieldLines(text) {
  return text
    .split(/\r?\n/)
    .map((line, i) => ({ fields: line.trim().split(/\s+/), number: i + 1, line }))
    .filter(({ line }) => line.trim() !== "" && !line.startsWith(";"));
}

function cellTiles(picture, cellX, cellY, table) {
  const at = (dx, dy) => table.add(tileBytes(picture, cellX * 2 + dx, cellY * 2 + dy));
  return [at(0, 0), at(1, 0), at(0, 1), at(1, 1)];
}

/** Metatiles (16x16): what the map's characters and the scenery's cells are made of. */
export function readMetatiles(blocksText, sceneryText, pictures, table) {
  const metatiles = [];
  const pictureOf = (name, where) => {
    const picture = pictures.get(name);
    if (!picture) throw new SourceError(`${where}: no picture "${name}" in background.txt`);
    return picture;
  };
  for (const { fields, number } of fieldLines(blocksText)) {
    const [char, name, kind, palette, pictureName] = fields;
    const where = `blocks.txt:${number}`;
    if (fields.length !== 5 || !KINDS.includes(kind)) {
      throw new SourceError(`${where}: expected "char name decor|pass|solid palette picture"`);
    }
    const tiles = cellTiles(pictureOf(pictureName, where), 0, 0, table);
    metatiles.push({ char, name, kind, palette: Number(palette), tiles });
  }
  const scenery = new Map();
  for (const { fields, number } of fieldLines(sceneryText)) {
    const [char, name, palette] = fields;
    const picture = pictureOf(name, `scenery.txt:${number}`);
    const cells = [];
    for (let cy = 0; cy < picture.height / 16; cy++) {
      const row = [];
      for (let cx = 0; cx < picture.width / 16; cx++) {
        const tiles = cellTiles(picture, cx, cy, table);
        const empty =
          tiles.every((t) => t === tiles[0]) &&
          picture.rows
            .slice(cy * 16, cy * 16 + 16)
            .every((r) => /^\.+$/.test(r.slice(cx * 16, cx * 16 + 16)));
        if (empty) {
          row.push(null);
          continue;
        }
        const same = metatiles.find(
          (m) =>
            m.kind === "decor" && m.palette === Number(palette) && m.tiles.join() === tiles.join(),
        );
        const cell = same ?? {
          char: null,
          name: `${name}_${cx}_${cy}`,
          kind: "decor",
          palette: Number(palette),
          tiles,
        };
        if (!same) metatiles.push(cell);
        row.push(cell);
      }
      cells.push(row);
    }
    scenery.set(char, { name, cells });
  }
  metatiles.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
  for (const kind of KINDS) {
    const ofKind = metatiles.filter((m) => m.kind === kind);
    ofKind.forEach((m, i) => (m.id = FIRST_NUMBER[kind] + i));
    const limit = FIRST_NUMBER[KINDS[KINDS.indexOf(kind) + 1]] ?? 0x100;
    if (FIRST_NUMBER[kind] + ofKind.length > limit)
      throw new SourceError(`too many ${kind} blocks`);
  }
  if (metatiles[0].name !== "sky")
    throw new SourceError("blocks.txt: the first decor block must be sky");
  return { metatiles, scenery };
}

export function metatileTables(metatiles) {
  const out = [];
  for (const m of metatiles) {
    if (m.char !== null) out.push(`MT_${m.name.toUpperCase()} = ${hex(m.id)}`);
  }
  out.push(
    `MT_FIRST_PASS = ${hex(FIRST_NUMBER.pass)}   ; from here on a block stands in the block buffer`,
  );
  out.push(`MT_FIRST_SOLID = ${hex(FIRST_NUMBER.solid)}   ; from here on it is solid`);
  const numbers = metatiles.at(-1).id + 1;
  const byNumber = new Map(metatiles.map((m) => [m.id, m]));
  const column = (pick) =>
    byteLines(
      Array.from({ length: numbers }, (_, id) => (byNumber.has(id) ? pick(byNumber.get(id)) : 0)),
    );
  out.push(
    "mt_top_left:",
    column((m) => m.tiles[0]),
    "mt_top_right:",
    column((m) => m.tiles[1]),
  );
  out.push(
    "mt_bottom_left:",
    column((m) => m.tiles[2]),
    "mt_bottom_right:",
    column((m) => m.tiles[3]),
  );
  out.push(
    "mt_palette:",
    column((m) => m.palette),
  );
  return out.join("\n") + "\n";
}
